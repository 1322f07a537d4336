"""How workflows ended: the Workflows page's panels, over workflow_outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from felix_dbadmin.core.analytics.ask import Answer
from felix_dbadmin.core.analytics.chosen import Rows, answered
from felix_dbadmin.core.analytics.columns import NOTHING
from felix_dbadmin.core.analytics.drawing import (
    Cell,
    Measure,
    counts_over_time,
    limited,
    mean,
    means_over_time,
    shares,
    table_of,
    total,
)
from felix_dbadmin.core.analytics.groups import listed, means_of, ranked
from felix_dbadmin.core.analytics.headlines import figures, share
from felix_dbadmin.core.analytics.panel import (
    Axis,
    Behind,
    Figure,
    Form,
    Panel,
    Scale,
    Series,
    Table,
    TableColumn,
    Wish,
)
from felix_dbadmin.core.analytics.tables import WORKFLOWS
from felix_dbadmin.core.connection import explaining, open_searcher
from felix_dbadmin.core.task import Task

COMPLETED = "completed"

MEASURES = (
    Measure("confidence", "confidence"),
    Measure("tokens_used", "tokens", "tokens", 1),
    Measure("processing_time", "processing time", "s", 1),
    Measure("agents_count", "agents", "", 1),
)
CONFIDENCE, TOKENS, SECONDS, AGENTS = MEASURES

SHOWN = 200
"""Characters of a task that the table has."""


def _headline(panel: Panel, rows: Rows) -> Panel:
    now = _values(rows)
    before = rows.before()
    then = _values(before) if before is not None else (None,) * len(now)
    shown = (
        ("Workflows", "", 0),
        ("Completed", "%", 1),
        ("Mean confidence", "", 3),
        ("Tokens", "tokens", 0),
        ("Mean processing time", "s", 1),
        ("Mean agents", "", 1),
    )
    found = [
        Figure(name, value, unit, past, digits)
        for (name, unit, digits), value, past in zip(shown, now, then, strict=True)
    ]
    out = (out for each in MEASURES for out in rows.numbers(each.column, each.called).left_out)
    return figures(panel, found, tuple(out))


def _values(rows: Rows) -> tuple[float | None, ...]:
    confidence, tokens, seconds, agents = (rows.numbers(each.column, each.called) for each in MEASURES)
    status = rows.codes("status")
    counts = dict(zip(status.names, status.counts.tolist(), strict=True))
    return (
        rows.count,
        share(counts.get(COMPLETED, 0), rows.count - counts.get(NOTHING, 0)),
        mean(confidence),
        total(tokens),
        mean(seconds),
        mean(agents),
    )


def _status(panel: Panel, rows: Rows) -> Panel:
    """A bar for each status, with what its workflows reached and cost in the table."""
    status = rows.codes("status")
    many = len(status.names)
    counts = status.counts
    numbers = [rows.numbers(each.column, each.called) for each in MEASURES]
    means = [listed(means_of(status.codes, many, each.values)[2]) for each in numbers]
    part = listed(shares(counts, np.full(many, rows.count)))
    order = ranked(counts, status.names)
    behind = [Behind((("status", status.names[code]),)) for code in order]
    shown, note = limited(order, "status")
    lines: list[tuple[Cell, ...]] = [
        (status.names[code], int(counts[code]), part[code], *(each[code] for each in means)) for code in order
    ]
    columns = (
        TableColumn("Status"),
        TableColumn("Workflows", digits=0),
        TableColumn("Share", "%", 1),
        *(TableColumn(f"Mean {each.called}", each.unit, each.digits) for each in MEASURES),
    )
    series = Series(
        "Workflows",
        x=tuple(map(float, range(len(shown)))),
        y=tuple(float(counts[code]) for code in shown),
        rows=tuple(behind[: len(shown)]),
    )
    return replace(
        panel,
        x=replace(panel.x, names=tuple(status.names[code] for code in shown)),
        series=(series,),
        table=table_of(columns, lines, behind, len(order)),
        left_out=tuple(out for each in numbers for out in each.left_out),
        note=note,
    )


def _over_time(panel: Panel, rows: Rows) -> Panel:
    return counts_over_time(panel, rows, "status")


def _newest(folder: Path, task: Task, panel: Panel, rows: Rows) -> Panel:
    """The newest workflows, as many as the wish says; those without a time come last."""
    times = rows.store.times if rows.places is None else rows.store.times[rows.places]
    order = np.lexsort((-rows.keys(), -times))[: max(rows.wish.longest, 1)]
    mine = replace(rows, places=order if rows.places is None else rows.places[order])
    tasks = _tasks(folder / WORKFLOWS.database, mine.keys().tolist(), task)
    status, moments = mine.codes("status"), listed(times[order])
    numbers = [mine.numbers(each.column, each.called) for each in MEASURES]
    values = [listed(each.values) for each in numbers]
    lines: list[tuple[Cell, ...]] = [
        (key, moments[at], status.names[status.codes[at]], *(each[at] for each in values), tasks.get(key))
        for at, key in enumerate(mine.keys().tolist())
    ]
    columns = (
        TableColumn("Workflow", digits=0),
        TableColumn("Created", time=True),
        TableColumn("Status"),
        *(TableColumn(each.called.capitalize(), each.unit, each.digits) for each in MEASURES),
        TableColumn("Task"),
    )
    return replace(
        panel,
        table=Table(columns, tuple(lines), total=rows.count),
        left_out=tuple(out for each in numbers for out in each.left_out),
    )


def _tasks(path: Path, keys: list[int], task: Task) -> dict[int, str]:
    """What each of these workflows was asked for, its beginning."""
    sql = (
        f"select workflow_id, substr(cast(task_input as text), 1, {SHOWN}) from workflow_outputs"
        " where workflow_id = ? and task_input is not null"
    )
    with open_searcher(path, task) as db, explaining(path, task):
        found: list[Any] = [row for key in keys for row in db.execute(sql, (key,))]
    return dict(found)


def _answer(outline: Panel, draw: Callable[[Panel, Rows], Panel]) -> Answer:
    def answer(folder: Path, wish: Wish, task: Task) -> Panel:
        return answered(outline, folder, WORKFLOWS, wish, task, draw)

    return answer


def _list(folder: Path, wish: Wish, task: Task) -> Panel:
    outline = Panel("workflows", Form.TABLE)
    return answered(outline, folder, WORKFLOWS, wish, task, partial(_newest, folder, task))


def _course(name: str, measure: Measure) -> Answer:
    time, value = Axis("Time", scale=Scale.TIME), Axis(f"Mean {measure.called}", measure.unit, least=0)
    return _answer(Panel(name, Form.LINES, x=time, y=value), partial(means_over_time, measure=measure))


_TIME = Axis("Time", scale=Scale.TIME)
_COUNT = Axis("Workflows", least=0)

PANELS: dict[str, Answer] = {
    "headline": _answer(Panel("headline", Form.FIGURES), _headline),
    "status": _answer(Panel("status", Form.BARS, x=Axis("Status", scale=Scale.NAMES), y=_COUNT), _status),
    "over_time": _answer(Panel("over_time", Form.LINES, x=_TIME, y=_COUNT), _over_time),
    "confidence": _course("confidence", CONFIDENCE),
    "tokens": _course("tokens", TOKENS),
    "processing_time": _course("processing_time", SECONDS),
    "workflows": _list,
}
