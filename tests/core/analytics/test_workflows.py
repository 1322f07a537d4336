"""Each figure of the Workflows page equals plain Python over the rows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.analytics.ask import PAGES, ask
from felix_dbadmin.core.analytics.columns import NOTHING
from felix_dbadmin.core.analytics.panel import Panel, State, Wish
from felix_dbadmin.core.sample.demo import make_demo
from felix_dbadmin.core.task import Task
from tests.core.analytics import oracle
from tests.core.analytics.agents_made import AMOUNTS
from tests.core.analytics.oracle import Row

DATABASE = "felix_workflow_history.db"
NOW = time.time()
DAY = 86_400
MEASURES = (
    ("confidence", "confidence"),
    ("tokens_used", "tokens"),
    ("processing_time", "processing time"),
    ("agents_count", "agents"),
)
COURSES = {"confidence": MEASURES[0], "tokens": MEASURES[1], "processing_time": MEASURES[2]}


def panel(folder: Path, name: str, wish: Wish = Wish()) -> Panel:  # noqa: B008 - frozen
    return ask(folder, "workflows", name, wish, task=Task())


def values(rows: list[Row]) -> list[Any]:
    known = [row for row in rows if row["status"] is not None]
    completed = [row for row in known if row["status"] == "completed"]
    confidence, tokens, seconds, agents = (oracle.usable(rows, column) for column, _called in MEASURES)
    return [
        len(rows),
        100 * len(completed) / len(known) if known else None,
        oracle.mean(confidence),
        sum(tokens) if tokens else None,
        oracle.mean(seconds),
        oracle.mean(agents),
    ]


def check_all(folder: Path, wish: Wish) -> None:
    every = oracle.read_rows(folder / DATABASE, "workflow_outputs", "created_at")
    rows = oracle.chosen(every, wish)
    found = {name: panel(folder, name, wish) for name in PAGES["workflows"]}
    if not rows:
        assert {each.state for each in found.values()} == {State.NO_ROWS if every else State.EMPTY}
        return
    check_headline(found["headline"], rows, every, wish)
    check_status(found["status"], rows)
    check_list(found["workflows"], rows)
    dated = [row for row in rows if row["when"] is not None and 0 <= row["when"] <= NOW + 60]
    assert found["over_time"].state is (State.SHOWN if dated else State.NO_ROWS)
    if dated:
        names = [series.name for series in found["over_time"].series]

        def counts(inside: list[Row]) -> tuple[int, ...]:
            return (len(inside), *(sum(oracle.name(row["status"]) == each for row in inside) for each in names))

        oracle.check_spans(found["over_time"], dated, counts)
    for name, (column, called) in COURSES.items():
        check_course(found[name], rows, dated, column, called)


def check_headline(found: Panel, rows: list[Row], every: list[Row], wish: Wish) -> None:
    assert oracle.same([each.value for each in found.figures], values(rows))
    if wish.since is not None and wish.until is not None:
        before = replace(wish, since=2 * wish.since - wish.until, until=wish.since)
        assert oracle.same([each.before for each in found.figures], values(oracle.chosen(every, before)))


def check_status(found: Panel, rows: list[Row]) -> None:
    groups = oracle.grouped(rows, "status")
    expected = [
        (
            name,
            len(groups[name]),
            100 * len(groups[name]) / len(rows),
            *(oracle.mean(oracle.usable(groups[name], column)) for column, _called in MEASURES),
        )
        for name in oracle.by_size(groups)
    ]
    oracle.check_rows(found.table, expected)
    assert found.series[0].y == tuple(float(len(groups[name])) for name in oracle.by_size(groups))


def check_list(found: Panel, rows: list[Row]) -> None:
    """Newest first, and all of them when there are fewer than are listed."""
    assert found.table.total == len(rows)
    assert len(found.table.rows) == min(50, len(rows))
    times = [line[1] for line in found.table.rows]
    known = [each for each in times if isinstance(each, float)]
    assert known == sorted(known, reverse=True)
    assert times[len(known) :] == [None] * (len(times) - len(known))
    by_key = {row["workflow_id"]: row for row in rows}
    for line in found.table.rows:
        row = by_key[line[0]]
        assert line[2] == oracle.name(row["status"])
        assert oracle.same(line[3], oracle.mean(oracle.usable([row], "confidence")))
        assert line[7] == (None if row["task_input"] is None else str(row["task_input"])[:200])


def check_course(found: Panel, rows: list[Row], dated: list[Row], column: str, called: str) -> None:
    measured = [row for row in dated if oracle.usable([row], column)]
    assert found.rows == len(measured)
    told = oracle.told(found.left_out)
    for why, count in (oracle.left_out(rows, column, called) | oracle.bad_times(rows, NOW + 60)).items():
        assert told[why] == count
    if measured:
        oracle.check_spans(found, measured, lambda inside: (len(inside), *oracle.spread(oracle.usable(inside, column))))
        (series,) = found.series
        assert [value is None for value in series.y] == [line[1] == 0 for line in found.table.rows]


MIDDLE = datetime(2025, 10, 20).timestamp()


@pytest.mark.parametrize(
    "wish",
    [
        Wish(),
        Wish(since=MIDDLE - 5 * DAY, until=MIDDLE),
        Wish(since=MIDDLE),
        Wish(where=(("status", ("failed",)),)),
        Wish(where=(("status", ("nothing like it",)),)),
    ],
)
def test_figures_of_the_real_workflows(fresh: Path, wish: Wish) -> None:
    check_all(fresh, wish)


@pytest.mark.parametrize(
    "wish", [Wish(), Wish(since=NOW - 5 * DAY, until=NOW), Wish(where=(("status", ("completed",)),))]
)
def test_figures_of_the_demo(tmp_path: Path, wish: Wish) -> None:
    check_all(make_demo(tmp_path / "demo", NOW, task=Task()).folder, wish)


def make_workflows(folder: Path, rows: Iterable[tuple[object, ...]]) -> Path:
    db = apsw.Connection(str(folder / DATABASE))
    try:
        db.pragma("synchronous", "off")
        db.execute(
            "create table workflow_outputs (workflow_id integer primary key, created_at, status, confidence,"
            " tokens_used, processing_time, agents_count, task_input)"
        )
        with db:
            db.executemany("insert into workflow_outputs values (null, ?, ?, ?, ?, ?, ?, ?)", map(tuple, rows))
    finally:
        db.close()
    return folder


MOMENTS = st.one_of(
    st.datetimes(datetime(2025, 9, 1), datetime(2025, 11, 1)).map(datetime.isoformat),
    st.floats(1_756_000_000, 1_762_000_000),
    st.sampled_from([None, "yesterday", "2026-99-99", "9999-01-01T00:00:00", -1.0, "2025-10-01T10:00:00+00:00"]),
)
WORKFLOWS = st.lists(
    st.tuples(
        MOMENTS,
        st.sampled_from(["completed", "failed", "running", None, 3]),
        AMOUNTS,
        AMOUNTS,
        AMOUNTS,
        AMOUNTS,
        st.sampled_from(["What is this?", None, "x" * 300, 12]),
    ),
    max_size=60,
)


@given(
    rows=WORKFLOWS,
    span=st.sampled_from([(None, None), (MIDDLE - 20 * DAY, MIDDLE), (MIDDLE, None), (None, MIDDLE)]),
    where=st.sampled_from([(), (("status", ("completed", NOTHING)),), (("status", ("3",)),)]),
)
@settings(deadline=None, max_examples=60)
def test_figures_of_odd_workflows(
    rows: list[tuple[object, ...]],
    span: tuple[float | None, float | None],
    where: tuple[tuple[str, tuple[str, ...]], ...],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check_all(make_workflows(Path(folder), rows), Wish(since=span[0], until=span[1], where=where))


def test_a_folder_without_workflows_says_so(tmp_path: Path) -> None:
    for name in PAGES["workflows"]:
        missing = panel(tmp_path, name)
        assert (missing.state, missing.migration) == (State.NOT_MIGRATED, 0)
