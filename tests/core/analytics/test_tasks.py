"""Each figure of the Tasks page equals plain Python over the rows, before and after the tables are normalised."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from felix_dbadmin.core.analytics.ask import PAGES, ask
from felix_dbadmin.core.analytics.panel import Panel, State, Wish
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from tests.core.analytics import oracle
from tests.core.analytics.oracle import Row
from tests.helpers.workspaces import run_sql

DATABASE = "felix_task_memory.db"

WISHES = [
    Wish(),
    Wish(where=(("task_type", ("research", "coding")),)),
    Wish(where=(("complexity", ("simple",)), ("outcome", ("success", "failure")))),
    Wish(where=(("outcome", ("error",)),)),
    Wish(where=(("outcome", ("nothing like it",)),)),
]


@pytest.fixture(scope="module")
def normalised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real tasks with all migrations applied, and rows that are odd."""
    folder = tmp_path_factory.mktemp("tasks")
    real = Path(__file__).resolve().parents[4] / "shared" / "felix" / "fresh" / DATABASE
    if not real.is_file():
        pytest.skip("the real databases are not beside this checkout")
    (folder / DATABASE).write_bytes(real.read_bytes())
    plan = rehearse(folder, Request("tasks"), task=Task()).plan
    carry_out(folder, plan, task=Task())
    copied = (
        "insert into task_executions select '{0}', task_description, {1}, complexity, outcome, {2}, agents_used_json,"
        " strategies_used_json, context_size, error_messages_json, success_metrics_json, patterns_matched_json,"
        " {3} from task_executions limit 1"
    )
    run_sql(
        folder / DATABASE,
        copied.format("odd-1", "''", "-4", "created_at - 864000"),
        copied.format("odd-2", "'7'", "'long'", "'soon'"),
        copied.format("odd-3", "'research'", "12.5", "created_at + 60"),
        "insert into task_execution_agents values ('odd-1', 'critic', 3), ('nobody', 'critic', 1)",
        "insert into task_execution_agents values ('odd-2', 'x', 'many')",
        "insert into task_pattern_matches select 'odd-1', pattern_id, 1 from task_patterns limit 2",
    )
    return folder


def panel(folder: Path, name: str, wish: Wish = Wish()) -> Panel:  # noqa: B008 - frozen
    return ask(folder, "tasks", name, wish, task=Task())


def executions(folder: Path, wish: Wish) -> list[Row]:
    return oracle.chosen(oracle.read_rows(folder / DATABASE, "task_executions", "created_at"), wish)


def rate(rows: list[Row]) -> float | None:
    return 100 * sum(row["outcome"] == "success" for row in rows) / len(rows) if rows else None


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize(("name", "column"), [("outcomes", "task_type"), ("complexity", "complexity")])
def test_outcomes(normalised: Path, name: str, column: str, wish: Wish) -> None:
    rows = executions(normalised, wish)
    found = panel(normalised, name, wish)
    if not rows:
        assert found.state is State.NO_ROWS
        return
    groups = oracle.grouped(rows, column)
    outcomes = [series.name for series in found.series]
    assert set(outcomes) == {row["outcome"] for row in rows}
    expected = [
        (
            each,
            len(groups[each]),
            rate(groups[each]),
            *(sum(row["outcome"] == outcome for row in groups[each]) for outcome in outcomes),
            *oracle.spread(oracle.usable(groups[each], "duration")),
        )
        for each in oracle.by_size(groups)
    ]
    oracle.check_rows(found.table, expected)
    for place, series in enumerate(found.series):
        assert series.y == tuple(float(line[3 + place]) for line in expected)
        for behind, count in zip(series.rows, series.y, strict=True):
            marked = replace(wish, where=(*wish.where, *((key, (value,)) for key, value in behind.where)))
            assert len(executions(normalised, marked)) == count
    assert oracle.told(found.left_out) == oracle.left_out(rows, "duration", "duration")


@pytest.mark.parametrize("wish", WISHES)
def test_headline_and_courses(normalised: Path, wish: Wish) -> None:
    rows = executions(normalised, wish)
    found = {name: panel(normalised, name, wish) for name in PAGES["tasks"]}
    if not rows:
        assert {each.state for each in found.values()} == {State.NO_ROWS}
        return
    durations = oracle.usable(rows, "duration")
    types = {row["task_type"] for row in rows}
    expected = [len(rows), rate(rows), oracle.mean(durations), len(types)]
    assert oracle.same([each.value for each in found["headline"].figures], expected)
    dated = [row for row in rows if row["when"] is not None]
    names = [series.name for series in found["over_time"].series]

    def counts(inside: list[Row]) -> tuple[int, ...]:
        return (len(inside), *(sum(row["outcome"] == each for row in inside) for each in names))

    oracle.check_spans(found["over_time"], dated, counts)
    timed = [row for row in dated if oracle.usable([row], "duration")]
    oracle.check_spans(
        found["duration_over_time"],
        timed,
        lambda inside: (len(inside), *oracle.spread(oracle.usable(inside, "duration"))),
    )
    groups = oracle.grouped(rows, "task_type")
    boxes = found["durations"].series[0]
    assert oracle.same(
        boxes.y, [oracle.quantile(oracle.usable(groups[name], "duration"), 0.5) for name in found["durations"].x.names]
    )


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize(
    ("name", "table", "column"),
    [("patterns", "task_pattern_matches", "pattern_id"), ("agents", "task_execution_agents", "agent_type")],
)
def test_success_by_pattern_and_by_agent_type(normalised: Path, name: str, table: str, column: str, wish: Wish) -> None:
    rows = {row["execution_id"]: row for row in executions(normalised, wish)}
    links = oracle.read_rows(normalised / DATABASE, table, "execution_id")
    met: dict[str, list[tuple[Row, Row]]] = {}
    for link in links:
        if link["execution_id"] in rows:
            met.setdefault(link[column], []).append((link, rows[link["execution_id"]]))
    found = panel(normalised, name, wish)
    if not met:
        assert found.state is State.NO_ROWS
        return
    order = sorted(met, key=lambda each: (-len(met[each]), each))
    patterns = oracle.read_rows(normalised / DATABASE, "task_patterns", "updated_at")
    recorded = {row["pattern_id"]: row for row in patterns}
    expected: list[tuple[Any, ...]] = []
    for each in order:
        mine = [row for _link, row in met[each]]
        line = (each, len(mine), rate(mine), oracle.mean(oracle.usable(mine, "duration")))
        more: tuple[Any, ...]
        if name == "patterns":
            told = recorded[each]
            more = (told["task_type"], told["complexity"], 100 * told["success_rate"], told["usage_count"])
        else:
            agents = oracle.usable([link for link, _row in met[each]], "agent_count")
            more = (sum(agents) if agents else None,)
        expected.append((*line, *more))
    oracle.check_rows(found.table, expected)
    assert oracle.same(found.series[0].y, [line[2] for line in expected[:40]])
    listed = "patterns_matched_json" if name == "patterns" else "agents_used_json"
    linked = {link["execution_id"] for link in links}
    unlisted = [row for key, row in rows.items() if key not in linked and json.loads(row[listed])]
    assert oracle.told(found.left_out).get(f"what it has in {listed} is not in {table}", 0) == len(unlisted)


def test_rows_of_executions_that_are_gone_are_counted(normalised: Path) -> None:
    assert oracle.told(panel(normalised, "agents").left_out)["the execution is not there"] == 1


def test_what_is_not_migrated_names_its_migration(fresh: Path, migrated: Path) -> None:
    states = {name: panel(fresh, name) for name in PAGES["tasks"]}
    missing = {name: each.migration for name, each in states.items() if each.state is State.NOT_MIGRATED}
    assert missing == {"patterns": 2, "agents": 3}
    assert {panel(migrated, name).state for name in PAGES["tasks"]} == {State.NOT_MIGRATED}
    assert states["headline"].figures[0].value == 260
