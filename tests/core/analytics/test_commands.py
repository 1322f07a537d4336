"""Every figure about commands equals what plain Python makes of the same rows."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.analytics.ask import PAGES
from felix_dbadmin.core.analytics.panel import State, Wish
from felix_dbadmin.core.sample.commands import fill_commands
from felix_dbadmin.core.sample.patterns import fill_patterns
from tests.core.analytics import command_oracle as oracle
from tests.core.analytics.actions_made import DATABASE, Value, ask_for, insert, make_actions
from tests.core.analytics.command_checks import check_every_panel, panel, same
from tests.helpers.workspaces import query, run_sql

BASE = 1_761_300_000.0
DAY = 86_400.0
WISHES = (
    Wish(),
    Wish(since=BASE + DAY),
    Wish(until=BASE + DAY, least_uses=1),
    Wish(since=BASE + DAY, until=BASE + 2 * DAY, where=(("trust_level", ("REVIEW",)),)),
    Wish(since=BASE + 30_000, until=BASE + 33_000, longest=5),
    Wish(where=(("trust_level", ("SAFE", "BLOCKED")), ("agent_type", ("system",))), longest=3),
    Wish(where=(("success", ("0",)), ("executed", ("1",)))),
    Wish(where=(("error_category", ("(none)",)),), least_uses=20),
    Wish(since=BASE + 400 * DAY),
    Wish(where=(("command", ("no such command",)),)),
)


@pytest.mark.parametrize("wish", WISHES)
def test_every_figure_of_the_real_commands(migrated: Path, wish: Wish) -> None:
    check_every_panel(migrated, wish)


def test_the_two_queries_of_the_summary(migrated: Path) -> None:
    path = migrated / DATABASE
    successful = query(
        path,
        "SELECT command, COUNT(*) as uses, SUM(CASE WHEN success THEN 1 ELSE 0 END) * 100.0 / COUNT(*) as success_rate"
        " FROM command_executions WHERE executed = 1 GROUP BY command HAVING COUNT(*) >= 3 ORDER BY success_rate DESC",
    )
    found = panel(migrated, "successful", Wish()).table.rows
    assert same([row[:3] for row in found], successful)
    failing = query(
        path, "SELECT command, error_category, COUNT(*) FROM command_executions WHERE success = 0 GROUP BY 1, 2"
    )
    assert sorted(row[:3] for row in panel(migrated, "failing", Wish()).table.rows) == sorted(failing)


@pytest.mark.parametrize("days", [None, 7.0, 0.05])
def test_every_figure_of_the_demo(tmp_path: Path, days: float | None) -> None:
    now = time.time()
    path = make_actions(tmp_path / "demo")
    db = apsw.Connection(str(path))
    with db:
        fill_commands(db, now)
        fill_patterns(db, now)
    db.close()
    check_every_panel(path.parent, Wish(since=None if days is None else now - days * DAY))
    waiting = panel(path.parent, "headline", Wish()).figures[3]
    assert (waiting.name, waiting.value, waiting.before) == ("Waiting for approval", 7, None)


def odd(*usual: Value) -> st.SearchStrategy[Value]:
    return st.one_of(st.sampled_from(usual), st.sampled_from((None, -1.0, "odd", 2, float("inf"))))


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "timestamp": st.one_of(
                st.floats(BASE, BASE + 3 * DAY),
                st.sampled_from((None, "soon", "2025-10-25T12:00:00", -5.0, 4e9, 1e300, BASE)),
            ),
            "duration": odd(0.0, 0.0005, 0.5, 0.001, 3600.0, 90.5),
            "executed": odd(0, 1, 1, 1),
            "success": odd(0, 1, 1),
            "venv_active": odd(0, 1),
            "trust_level": st.sampled_from(("SAFE", "REVIEW", "BLOCKED", "NOVEL", None, 7)),
            "command": st.sampled_from(("ls", "make", "rm", None, "=1+1", "x" * 900)),
            "error_category": st.sampled_from((None, "disk", "network")),
            "agent_type": st.sampled_from(("system", None)),
        }
    ),
    max_size=30,
)
ANY_WISH = st.builds(
    Wish,
    since=st.one_of(st.none(), st.sampled_from((BASE, BASE + DAY, 0.0, -1e9))),
    until=st.one_of(st.none(), st.sampled_from((BASE + 2 * DAY, BASE, 5e9))),
    where=st.sampled_from(((), (("trust_level", ("SAFE", "NOVEL")),), (("success", ("0", "(none)")),))),
    least_uses=st.integers(1, 3),
    longest=st.integers(1, 5),
)


@settings(deadline=None, max_examples=150)
@given(ROWS, ANY_WISH)
def test_every_figure_of_odd_data(rows: list[dict[str, Value]], wish: Wish) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = make_actions(Path(folder) / "odd", loose=True)
        insert(path, "command_executions", rows)
        check_every_panel(path.parent, wish)


def test_the_period_before_is_as_long(migrated: Path) -> None:
    wish = Wish(since=BASE + 2 * DAY, until=BASE + 3 * DAY)
    before = oracle.headline(
        oracle.rows_for(migrated / DATABASE, replace(wish, since=BASE + DAY, until=BASE + 2 * DAY))
    )
    found = {figure.name: figure.before for figure in panel(migrated, "headline", wish).figures}
    assert found.pop("Waiting for approval") is None
    for name, value in found.items():
        assert same(value, before[name]), name


def test_at_once_means_the_same_counts(tmp_path: Path) -> None:
    path = make_actions(tmp_path / "work")
    ask_for(path)
    row: dict[str, Value] = {"agent_id": "a", "command": "ls", "command_hash": "", "timestamp": BASE}
    odd_rows: list[tuple[Value, Value]] = [(1, 1), (1, 0), (1, None), (1, "odd"), (0, None), (2, 1), (1, 5), ("odd", 1)]
    levels = ("SAFE", "BLOCKED", "SAFE", "NOVEL")
    insert(
        path,
        "command_executions",
        [
            {**row, "trust_level": levels[at % 4], "executed": executed, "success": success, "duration": 2.0}
            for at, (executed, success) in enumerate(odd_rows)
        ],
    )
    quick = panel(path.parent, "headline", Wish(quick=True))
    whole = panel(path.parent, "headline", Wish())
    assert (quick.provisional, whole.provisional) == (True, False)
    late = {each.name: other.value for each, other in zip(quick.figures, whole.figures, strict=True) if each != other}
    assert late == {"Success rate": pytest.approx(200 / 3), "Mean duration": 2.0}
    assert all(each.value is None for each in quick.figures if each.name in late)
    assert quick.rows == whole.rows
    assert quick.left_out == whole.left_out[1:]
    assert panel(path.parent, "headline", Wish(quick=True)).figures == whole.figures
    run_sql(path, "drop index idx_trust_level")
    assert not panel(path.parent, "headline", Wish(quick=True)).provisional


def test_only_what_can_still_be_answered_waits(tmp_path: Path) -> None:
    path = make_actions(tmp_path / "work")
    for expires in (60.0, None, -60.0):
        ask_for(path, expires_in=expires)
    assert panel(path.parent, "headline", Wish()).figures[3].value == 2
    assert panel(path.parent, "headline", Wish(where=(("agent_id", ("nobody",)),))).state is State.NO_ROWS
    run_sql(path, "update command_executions set agent_id = 'other' where execution_id = 1")
    assert panel(path.parent, "headline", Wish(where=(("agent_id", ("other",)),))).figures[3].value == 1


def test_ten_thousand_commands_and_levels(tmp_path: Path) -> None:
    path = make_actions(tmp_path / "work")
    now = time.time()
    insert(
        path,
        "command_executions",
        [
            {
                "agent_id": "a",
                "command": f"echo {number}",
                "command_hash": "",
                "trust_level": f"LEVEL {number}",
                "executed": 1,
                "success": number % 2,
                "timestamp": now - number,
            }
            for number in range(10_000)
        ],
    )
    outcomes = panel(path.parent, "outcomes", Wish())
    assert len(outcomes.series) == 13
    assert outcomes.series[-1].name == "9,988 others"
    assert outcomes.note
    assert panel(path.parent, "successful", Wish()).table.rows == ()
    assert "10,000 commands" in panel(path.parent, "successful", Wish()).note
    once = panel(path.parent, "successful", Wish(least_uses=1))
    assert (len(once.table.rows), once.table.total) == (50, 10_000)
    assert panel(path.parent, "failing", Wish(longest=7)).table.total == 5_000


def test_patterns_say_what_is_noted_and_what_their_uses_say(migrated: Path) -> None:
    path = migrated / DATABASE
    for wish in (Wish(), Wish(since=BASE + DAY, until=BASE + 3 * DAY)):
        found = panel(migrated, "patterns", wish)
        wanted = query(
            path,
            "select p.pattern_name, p.usage_count, p.success_rate * 100, count(u.usage_id), total(u.success),"
            " avg(u.success) * 100, avg(u.duration), max(u.timestamp) from command_patterns p"
            " left join command_pattern_usage u on u.pattern_id = p.pattern_id"
            f" and u.timestamp >= {wish.since or 0} and u.timestamp < {wish.until or 9e9}"
            " group by 1 order by p.usage_count desc, p.pattern_id",
        )
        assert found.state is State.SHOWN
        assert same([(row[0], *row[2:9]) for row in found.table.rows], wanted)
    assert "trust_level" in panel(migrated, "patterns", Wish(where=(("trust_level", ("SAFE",)),))).note
    assert len(panel(migrated, "patterns", Wish(longest=2)).table.rows) == 2


def test_every_panel_tells_apart_not_migrated_empty_and_none_here(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    path = make_actions(tmp_path / "work")
    for name in PAGES["commands"]:
        missing = panel(tmp_path / "none", name, Wish())
        assert (missing.state, missing.migration) == (State.NOT_MIGRATED, 1)
        assert panel(path.parent, name, Wish()).state is State.EMPTY
    run_sql(path, "drop table command_executions", "drop table command_patterns")
    for name in PAGES["commands"]:
        assert panel(path.parent, name, Wish()).state is State.NOT_MIGRATED


def test_a_long_command_is_cut_in_the_table_and_whole_in_what_leads_to_its_rows(tmp_path: Path) -> None:
    path = make_actions(tmp_path / "work")
    command = "echo " + "x" * 5_000
    row: dict[str, Value] = {"agent_id": "a", "command": command, "command_hash": "", "trust_level": "SAFE"}
    row |= {"executed": 1, "success": 1, "timestamp": BASE}
    insert(path, "command_executions", [row] * 3)
    table = panel(path.parent, "successful", Wish()).table
    assert table.rows[0][0] == f"{command[:1_000]}…"
    assert dict(table.behind[0].where)["command"] == command
