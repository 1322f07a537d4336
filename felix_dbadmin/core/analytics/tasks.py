"""How tasks went: the Tasks page's panels, over task_executions and the tables made from its JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from felix_dbadmin.core.analytics.ask import Answer
from felix_dbadmin.core.analytics.chosen import Draw, Rows, answered
from felix_dbadmin.core.analytics.drawing import (
    Cell,
    bars_of,
    counts_over_time,
    group_cells,
    group_columns,
    limited,
    mean,
    means_over_time,
    note_on,
    shares,
    table_of,
)
from felix_dbadmin.core.analytics.groups import counts_of, leading, listed, named, ranked, spread_of
from felix_dbadmin.core.analytics.headlines import figures, share
from felix_dbadmin.core.analytics.panel import Axis, Behind, Figure, Form, Panel, Scale, Series, TableColumn, Wish
from felix_dbadmin.core.analytics.tables import EXECUTIONS
from felix_dbadmin.core.analytics.tasks_joined import DURATION, draw_agents, draw_patterns, succeeded
from felix_dbadmin.core.task import Task


def _headline(panel: Panel, rows: Rows) -> Panel:
    now = _values(rows)
    before = rows.before()
    then = _values(before) if before is not None else (None,) * len(now)
    shown = (("Executions", "", 0), ("Success rate", "%", 1), ("Mean duration", "s", 1), ("Task types", "", 0))
    found = [
        Figure(name, value, unit, past, digits)
        for (name, unit, digits), value, past in zip(shown, now, then, strict=True)
    ]
    out = (*rows.numbers(DURATION.column, DURATION.called).left_out, *succeeded(rows).left_out)
    return figures(panel, found, out)


def _values(rows: Rows) -> tuple[float | None, ...]:
    ended = succeeded(rows)
    return (
        rows.count,
        share(int(np.count_nonzero(ended.well)), int(np.count_nonzero(ended.known))),
        mean(rows.numbers(DURATION.column, DURATION.called)),
        named(rows.codes("task_type")),
    )


def _outcomes(column: str, noun: str, panel: Panel, rows: Rows) -> Panel:
    """For each name in `column` a bar for each outcome, with rates and durations in the table."""
    names, ended = rows.codes(column), succeeded(rows)
    many = len(names.names)
    codes, called, rest = leading(rows.codes("outcome"))
    found = np.bincount(names.codes.astype(np.int64) * len(called) + codes, minlength=many * len(called))
    table = found.reshape(many, len(called))
    duration = rows.numbers(DURATION.column, DURATION.called)
    cells = group_cells(spread_of(names.codes, many, duration.values))
    counts = names.counts
    rates = listed(shares(counts_of(names.codes[ended.well], many), counts_of(names.codes[ended.known], many)))
    order = ranked(counts, names.names)
    shown, note = limited(order, noun)
    series: list[Series] = []
    for place, outcome in enumerate(called):
        other = rest and place == len(called) - 1
        also = () if other else (("outcome", outcome),)
        series.append(
            Series(
                outcome,
                x=tuple(map(float, range(len(shown)))),
                y=tuple(float(table[code, place]) for code in shown),
                rows=() if other else tuple(Behind(((column, names.names[code]), *also)) for code in shown),
            )
        )
    lines: list[tuple[Cell, ...]] = [
        (names.names[code], int(counts[code]), rates[code], *table[code].tolist(), *cells[code]) for code in order
    ]
    columns = (
        TableColumn(panel.x.title),
        TableColumn("Executions", digits=0),
        TableColumn("Success rate", "%", 1),
        *(TableColumn(outcome, digits=0) for outcome in called),
        *group_columns(DURATION),
    )
    return replace(
        panel,
        x=replace(panel.x, names=tuple(names.names[code] for code in shown)),
        series=tuple(series),
        table=table_of(columns, lines, [Behind(((column, names.names[code]),)) for code in order], len(order)),
        left_out=(*duration.left_out, *ended.left_out),
        note=" ".join(filter(None, (note, note_on(called, rest)))),
    )


def _answer(outline: Panel, draw: Draw) -> Answer:
    def answer(folder: Path, wish: Wish, task: Task) -> Panel:
        return answered(outline, folder, EXECUTIONS, wish, task, draw)

    return answer


def _joined(outline: Panel, draw: Callable[[Path, Task, Panel, Rows], Panel]) -> Answer:
    def answer(folder: Path, wish: Wish, task: Task) -> Panel:
        return answered(outline, folder, EXECUTIONS, wish, task, partial(draw, folder, task))

    return answer


_TIME = Axis("Time", scale=Scale.TIME)
_COUNT = Axis("Executions", least=0)
_SECONDS = Axis("Duration", "s", least=0)
_TYPE = Axis("Task type", scale=Scale.NAMES)
_COMPLEXITY = Axis("Complexity", scale=Scale.NAMES)
_RATE = Axis("Success rate", "%", least=0, most=100)

PANELS: dict[str, Answer] = {
    "headline": _answer(Panel("headline", Form.FIGURES), _headline),
    "outcomes": _answer(
        Panel("outcomes", Form.BARS, x=_TYPE, y=_COUNT),
        partial(_outcomes, "task_type", "task type"),
    ),
    "complexity": _answer(
        Panel("complexity", Form.BARS, x=_COMPLEXITY, y=_COUNT),
        partial(_outcomes, "complexity", "complexity"),
    ),
    "durations": _answer(
        Panel("durations", Form.BOXES, x=_TYPE, y=_SECONDS),
        partial(bars_of, column="task_type", noun="task type", measure=DURATION),
    ),
    "patterns": _joined(
        Panel("patterns", Form.BARS, x=Axis("Pattern", scale=Scale.NAMES), y=_RATE),
        draw_patterns,
    ),
    "agents": _joined(
        Panel("agents", Form.BARS, x=Axis("Agent type", scale=Scale.NAMES), y=_RATE),
        draw_agents,
    ),
    "over_time": _answer(
        Panel("over_time", Form.LINES, x=_TIME, y=_COUNT),
        partial(counts_over_time, column="outcome"),
    ),
    "duration_over_time": _answer(
        Panel("duration_over_time", Form.LINES, x=_TIME, y=replace(_SECONDS, title="Mean duration")),
        partial(means_over_time, measure=DURATION),
    ),
}
