"""Each figure of the Agents page equals plain Python over the rows, for any range, filter and odd data."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.analytics.ask import PAGES, ask
from felix_dbadmin.core.analytics.columns import NOTHING
from felix_dbadmin.core.analytics.panel import Panel, State, Wish
from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.sample.demo import make_demo
from felix_dbadmin.core.task import Task
from tests.core.analytics import oracle
from tests.core.analytics.agents_made import BEGIN, CHECKPOINTS, DATABASE, NOW, make_checkpoints
from tests.core.analytics.oracle import Row
from tests.helpers.workspaces import in_another_process

DAY = 86_400


def panel(folder: Path, name: str, wish: Wish = Wish()) -> Panel:  # noqa: B008 - frozen
    return ask(folder, "agents", name, wish, task=Task())


def check_all(folder: Path, wish: Wish) -> None:
    """Every panel against the oracle."""
    every = oracle.read_rows(folder / DATABASE, "agent_performance", "timestamp")
    rows = oracle.chosen(every, wish)
    state = State.SHOWN if rows else State.NO_ROWS if every else State.EMPTY
    for name in PAGES["agents"]:
        found = panel(folder, name, wish)
        assert found.name == name
        if not rows:
            assert found.state is state
            assert not found.series
            assert not found.figures
            continue
        CHECKS[name](found, rows, every, wish)


def check_headline(found: Panel, rows: list[Row], every: list[Row], wish: Wish) -> None:
    assert found.rows == len(rows)
    assert oracle.same([each.value for each in found.figures], headline(rows))
    measured = (("confidence", "confidence"), ("tokens_used", "tokens"), ("processing_time", "processing time"))
    out: dict[str, int] = {}
    for column, called in measured:
        out |= oracle.left_out(rows, column, called)
    assert expected_left_out(found, out)
    before = [None] * 6
    if wish.since is not None and wish.until is not None:
        length = wish.until - wish.since
        before = headline(oracle.chosen(every, replace(wish, since=wish.since - length, until=wish.since)))
        assert oracle.same([each.before for each in found.figures], before)
    elif wish.since is None:
        assert [each.before for each in found.figures] == before
    oracle.check_rows(found.table, [(f.name, f.value, f.before, f.unit) for f in found.figures])


def headline(rows: list[Row]) -> list[Any]:
    tokens, seconds = oracle.usable(rows, "tokens_used"), oracle.usable(rows, "processing_time")
    return [
        len(rows),
        len({oracle.name(row["agent_id"]) for row in rows} - {NOTHING}),
        len({oracle.name(row["workflow_id"]) for row in rows} - {NOTHING}),
        oracle.mean(oracle.usable(rows, "confidence")),
        sum(tokens) if tokens else None,
        sum(seconds) if seconds else None,
    ]


def check_confidence(found: Panel, rows: list[Row], every: list[Row], wish: Wish) -> None:
    groups = oracle.grouped(rows, "agent_type")
    order = oracle.by_size(groups)
    expected = [(n, len(groups[n]), *oracle.spread(oracle.usable(groups[n], "confidence"))) for n in order]
    oracle.check_rows(found.table, expected)
    (series,) = found.series
    assert found.x.names == tuple(order[:40])
    assert oracle.same(series.y, [line[2] for line in expected[:40]])
    assert oracle.same(series.low, [line[3] for line in expected[:40]])
    assert oracle.same(series.high, [line[5] for line in expected[:40]])
    assert expected_left_out(found, oracle.left_out(rows, "confidence", "confidence"))
    for behind, line in zip(series.rows, expected, strict=False):
        marked = replace(wish, where=(*wish.where, *((column, (value,)) for column, value in behind.where)))
        assert len(oracle.chosen(every, marked)) == line[1]


def expected_left_out(found: Panel, expected: dict[str, int]) -> bool:
    told = oracle.told(found.left_out)
    told.pop("time is missing, so it is in no range", None)
    return told == expected


def check_phases(found: Panel, rows: list[Row], _every: list[Row], _wish: Wish) -> None:
    groups = oracle.grouped(rows, "phase")
    expected = {
        name: (
            len(each),
            *oracle.spread(oracle.usable(each, "confidence")),
            *oracle.spread(oracle.usable(each, "depth_ratio")),
        )
        for name, each in groups.items()
    }
    assert {line[0] for line in found.table.rows} == set(expected)
    for line in found.table.rows:
        assert oracle.same(line[1:], expected[str(line[0])])
    depths = [oracle.mean(oracle.usable(groups[name], "depth_ratio")) for name in found.x.names]
    known = [depth for depth in depths if depth is not None]
    assert known == pytest.approx(sorted(known))
    assert depths[len(known) :] == [None] * (len(depths) - len(known))
    sure, deep = found.series
    assert oracle.same(sure.y, [expected[name][3] for name in found.x.names])
    assert oracle.same(deep.y, [expected[name][9] for name in found.x.names])
    out = oracle.left_out(rows, "confidence", "confidence") | oracle.left_out(rows, "depth_ratio", "depth")
    assert expected_left_out(found, out)


def check_tokens(found: Panel, rows: list[Row], _every: list[Row], _wish: Wish) -> None:
    groups = oracle.grouped(rows, "agent_type")
    expected = [
        (
            name,
            len(groups[name]),
            oracle.mean(oracle.usable(groups[name], "tokens_used")),
            oracle.mean(oracle.usable(groups[name], "confidence")),
        )
        for name in oracle.by_size(groups)
    ]
    oracle.check_rows(found.table, expected)
    points = [(x, y, size) for each in found.series for x, y, size in zip(each.x, each.y, each.size, strict=True)]
    assert oracle.same(points, [(line[2], line[3], float(line[1])) for line in expected if line[2] is not None])


def check_activity(found: Panel, rows: list[Row], _every: list[Row], wish: Wish) -> None:
    out = oracle.bad_times(rows, max(NOW, min(wish.until or NOW, 2.5e11)) + 60)
    assert expected_left_out(found, out)
    dated = [row for row in rows if row["when"] is not None and 0 <= row["when"] <= NOW + 60]
    assert found.rows == len(dated)
    if not dated:
        assert found.state is State.NO_ROWS
        return
    names = [series.name for series in found.series]
    oracle.check_spans(
        found,
        dated,
        lambda inside: (
            len(inside),
            *(sum(oracle.name(row["agent_type"]) == each for row in inside) for each in names),
        ),
    )
    assert sum(sum(value or 0 for value in series.y) for series in found.series) == len(dated)


def newest(rows: list[Row], wish: Wish) -> list[Row]:
    asked = any(column == "workflow_id" and NOTHING in values for column, values in wish.where)
    fit = [row for row in rows if asked or row["workflow_id"] is not None]
    timed = [row for row in fit if row["when"] is not None and 0 <= row["when"] <= NOW + 60]
    if not fit:
        return []
    last = max(timed, key=lambda row: (row["when"], -row["id"])) if timed else fit[-1]
    return [row for row in fit if oracle.name(row["workflow_id"]) == oracle.name(last["workflow_id"])]


def check_helix(found: Panel, rows: list[Row], _every: list[Row], wish: Wish) -> None:
    placed = [
        row
        for row in newest(rows, wish)
        if all(oracle.is_number(row[column]) for column in ("position_x", "position_y", "position_z"))
    ]
    points = sorted(
        (series.name, x, y, z) for series in found.series for x, y, z in zip(series.x, series.y, series.z, strict=True)
    )
    expected = sorted(
        (oracle.name(row["agent_id"]), float(row["position_x"]), row["position_z"], row["position_y"]) for row in placed
    )
    assert oracle.same(points, expected)
    assert found.rows == len(placed)
    assert all(shade is None or 0 <= shade <= 1 for series in found.series for shade in series.shade)


def check_workflow(found: Panel, rows: list[Row], _every: list[Row], wish: Wish) -> None:
    walked = [row for row in newest(rows, wish) if oracle.is_number(row["checkpoint"])]
    expected: dict[str, list[tuple[float, float | None]]] = {}
    for row in walked:
        sure = oracle.usable([row], "confidence")
        expected.setdefault(oracle.name(row["agent_id"]), []).append((row["checkpoint"], sure[0] if sure else None))
    assert {series.name for series in found.series} == set(expected)
    for series in found.series:
        assert list(series.x) == sorted(series.x)
        key = repr
        assert oracle.same(
            sorted(zip(series.x, series.y, strict=True), key=key),
            sorted(((float(x), None if y is None else float(y)) for x, y in expected[series.name]), key=key),
        )


def check_agents(found: Panel, rows: list[Row], _every: list[Row], _wish: Wish) -> None:
    groups = oracle.grouped(rows, "agent_id")
    expected = []
    for name in oracle.by_size(groups):
        mine = groups[name]
        types = sorted({oracle.name(row["agent_type"]) for row in mine})
        tokens, seconds = oracle.usable(mine, "tokens_used"), oracle.usable(mine, "processing_time")
        seen = [row["when"] for row in mine if row["when"] is not None and 0 <= row["when"] <= NOW + 60]
        expected.append(
            (
                name,
                " and ".join(filter(None, (", ".join(types[:-1]), types[-1]))),
                len(mine),
                len({oracle.name(row["workflow_id"]) for row in mine} - {NOTHING}),
                oracle.mean(oracle.usable(mine, "confidence")),
                sum(tokens) if tokens else None,
                sum(seconds) if seconds else None,
                max(seen, default=None),
            )
        )
    oracle.check_rows(found.table, expected)


CHECKS: dict[str, Callable[[Panel, list[Row], list[Row], Wish], None]] = {
    "headline": check_headline,
    "confidence_by_type": check_confidence,
    "phases": check_phases,
    "tokens": check_tokens,
    "activity": check_activity,
    "helix": check_helix,
    "workflow": check_workflow,
    "agents": check_agents,
}

MIDDLE = 1_761_400_000.0
"""Within the real checkpoints' times."""

WISHES = [
    Wish(),
    Wish(since=MIDDLE),
    Wish(since=MIDDLE - DAY, until=MIDDLE),
    Wish(until=MIDDLE),
    Wish(where=(("agent_type", ("research", "critic")),)),
    Wish(since=MIDDLE - 3 * DAY, until=MIDDLE, where=(("phase", ("synthesis",)), ("agent_type", ("analysis",)))),
    Wish(where=(("workflow_id", ("7",)),)),
    Wish(where=(("agent_id", ("research_001",)),)),
    Wish(where=(("agent_type", ("nobody",)),)),
    Wish(since=NOW + 1000 * DAY),
]


@pytest.mark.parametrize("wish", WISHES)
def test_figures_of_the_real_checkpoints(migrated: Path, wish: Wish) -> None:
    check_all(migrated, wish)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo(tmp_path_factory.mktemp("demo"), NOW, task=Task()).folder


@pytest.mark.parametrize(
    "wish",
    [
        Wish(),
        Wish(since=NOW - 7 * DAY, until=NOW),
        Wish(since=NOW - 3600),
        Wish(since=NOW - 20 * DAY, until=NOW - 10 * DAY, where=(("agent_type", ("system",)),)),
        Wish(where=(("workflow_id", ("40", "39")),)),
        Wish(where=(("workflow_id", (NOTHING,)),)),
    ],
)
def test_figures_of_the_demo(demo: Path, wish: Wish) -> None:
    check_all(demo, wish)


RANGES = st.sampled_from(
    [
        (None, None),
        (BEGIN + 10 * DAY, None),
        (BEGIN + 10 * DAY, BEGIN + 20 * DAY),
        (None, BEGIN + 15 * DAY),
        (-100.0, NOW),
        (BEGIN, BEGIN),
    ]
)
FILTERS = st.sampled_from(
    [
        (),
        (("agent_type", ("research",)),),
        (("agent_type", (NOTHING, "7")),),
        (("workflow_id", ("3",)),),
        (("workflow_id", (NOTHING,)),),
        (("phase", ("analysis", NOTHING)), ("agent_id", ("a", "b"))),
    ]
)


@given(rows=CHECKPOINTS, span=RANGES, where=FILTERS)
@settings(deadline=None, max_examples=80)
def test_figures_of_odd_checkpoints(
    rows: list[Row], span: tuple[float | None, float | None], where: tuple[tuple[str, tuple[str, ...]], ...]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check_all(make_checkpoints(Path(folder), rows), Wish(since=span[0], until=span[1], where=where))


@given(rows=CHECKPOINTS)
@settings(deadline=None, max_examples=60)
def test_the_quick_answer_says_the_same_as_the_whole_one(rows: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = make_checkpoints(Path(place), rows, indexed=True)
        quick = {name: panel(folder, name, Wish(quick=True)) for name in ("headline", "confidence_by_type")}
        panel(folder, "phases")  # reads the rows
        for name, early in quick.items():
            late = panel(folder, name)
            assert not late.provisional
            assert (early.state, early.rows, early.left_out) == (
                late.state,
                late.rows,
                late.left_out,
            ) or early.provisional
            assert early.x == late.x
            for first, second in zip(early.table.rows, late.table.rows, strict=True):
                if early.provisional and first[0] in ("Processing time", "Workflows"):
                    continue
                assert oracle.same(first, second)


def test_a_quick_headline_is_whole_when_asked_again(migrated: Path) -> None:
    first = panel(migrated, "headline", Wish(quick=True))
    assert first.provisional
    late = {"Mean confidence", "Tokens", "Processing time"}
    assert {each.name for each in first.figures if each.value is None} == late
    panel(migrated, "activity", Wish(quick=True))
    again = panel(migrated, "headline", Wish(quick=True))
    assert not again.provisional
    assert all(each.value is not None for each in again.figures)
    assert oracle.same([each.value for each in first.figures[:3]], [each.value for each in again.figures[:3]])


def test_the_first_figures_do_not_wait_for_numpy(migrated: Path) -> None:
    """Its import takes half as long as all the rest."""
    code = (
        "import sys; from pathlib import Path; from felix_dbadmin.core.analytics.ask import ask;"
        "from felix_dbadmin.core.analytics.panel import Wish; from felix_dbadmin.core.task import Task;"
        "found = [ask(Path(sys.argv[1]), page, 'headline', Wish(quick=True), task=Task()).provisional"
        " for page in ('agents', 'commands')];"
        "print(found, 'numpy' in sys.modules)"
    )
    assert in_another_process(code, str(migrated)).strip() == "[True, True] False"


def test_without_wishing_for_it_no_answer_is_provisional(migrated: Path) -> None:
    assert all(each.value is not None for each in panel(migrated, "headline").figures)


def test_states_are_told_apart(tmp_path: Path) -> None:
    for name in PAGES["agents"]:
        missing = panel(tmp_path, name)
        assert (missing.state, missing.migration) == (State.NOT_MIGRATED, 1)
    make_checkpoints(tmp_path, [])
    for name in PAGES["agents"]:
        empty = panel(tmp_path, name, Wish(quick=True))
        assert (empty.state, empty.latest) == (State.EMPTY, None)
    make_checkpoints(tmp_path, [{}])
    for name in PAGES["agents"]:
        outside = panel(tmp_path, name, Wish(until=BEGIN))
        assert (outside.state, outside.latest) == (State.NO_ROWS, BEGIN)
        check_all(tmp_path, Wish())


def test_rows_without_a_time_are_counted_where_a_range_is_asked_for(tmp_path: Path) -> None:
    make_checkpoints(tmp_path, [{}, {"timestamp": None}, {"timestamp": None, "agent_type": "critic"}])
    wish = Wish(since=BEGIN - 10, where=(("agent_type", ("research",)),))
    found = panel(tmp_path, "confidence_by_type", wish)
    assert found.rows == 1
    assert oracle.told(found.left_out) == {"time is missing, so it is in no range": 1}


def test_an_empty_span_of_time_counts_zero(tmp_path: Path) -> None:
    make_checkpoints(tmp_path, [{"timestamp": BEGIN + 3600 * hour} for hour in (0, 1, 2, 30)])
    (series,) = panel(tmp_path, "activity").series
    assert 0 in series.y
    assert sum(value or 0 for value in series.y) == 4


def test_ten_thousand_types_are_twelve_lines_and_the_rest(tmp_path: Path) -> None:
    make_checkpoints(
        tmp_path, [{"agent_type": f"type {number % 10_000}", "timestamp": BEGIN + number} for number in range(11_000)]
    )
    activity = panel(tmp_path, "activity")
    assert len(activity.series) == 13
    assert activity.series[-1].name == "9,988 others"
    assert sum(sum(value or 0 for value in each.y) for each in activity.series) == 11_000
    bars = panel(tmp_path, "confidence_by_type")
    assert (len(bars.series[0].y), bars.table.total, len(bars.table.rows)) == (40, 10_000, 5_000)
    assert "9,960 more agent types" in bars.note
    points = panel(tmp_path, "tokens")
    assert sum(len(each.x) for each in points.series) == 10_000


def test_a_path_of_many_steps_keeps_its_highest_and_lowest_confidence(tmp_path: Path) -> None:
    rows = [
        {"workflow_id": 1, "agent_id": "a", "checkpoint": number / 1000, "confidence": 0.5} for number in range(9_000)
    ]
    rows[4_321]["confidence"], rows[7_654]["confidence"] = 0.99, 0.01
    make_checkpoints(tmp_path, rows)
    (line,) = panel(tmp_path, "workflow").series
    assert len(line.x) <= 2_000
    assert {0.99, 0.01} <= set(line.y)


def test_agents_beyond_the_twelfth_are_one_line_of_their_mean(tmp_path: Path) -> None:
    make_checkpoints(
        tmp_path,
        [
            {"workflow_id": 1, "agent_id": f"a{number:02}", "checkpoint": 0.5, "confidence": number / 20}
            for number in range(14)
        ],
    )
    found = panel(tmp_path, "workflow")
    assert len(found.series) == 13
    assert found.series[-1].name == "2 others, mean"
    assert oracle.same(found.series[-1].y, ((12 / 20 + 13 / 20) / 2,))


def test_what_is_changed_or_deleted_is_seen(tmp_path: Path) -> None:
    make_checkpoints(tmp_path, [{} for _ in range(20)])
    assert panel(tmp_path, "headline").figures[0].value == 20
    make_checkpoints(tmp_path, [{"confidence": 0.25} for _ in range(3)])
    values = {each.name: each.value for each in panel(tmp_path, "headline").figures}
    assert (values["Checkpoints"], values["Mean confidence"]) == (3, 0.25)


def test_a_cancelled_panel_ends(migrated: Path) -> None:
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        ask(migrated, "agents", "phases", Wish(), task=task)


@pytest.mark.parametrize("page", ["agents", "workflows", "tasks"])
def test_what_goes_to_the_window_brings_no_numpy_with_it(page: str, fresh: Path, migrated: Path) -> None:
    for name in PAGES[page]:
        for folder in (fresh, migrated):
            found = ask(folder, page, name, Wish(since=1_700_000_000), task=Task())
            assert b"numpy" not in pickle.dumps(found)
            assert pickle.loads(pickle.dumps(found)) == found
