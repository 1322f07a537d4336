"""What agents did: the Agents page's panels, over the checkpoints in agent_performance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from felix_dbadmin.core.analytics.agents_confidence import CONFIDENCE, quick_confidence
from felix_dbadmin.core.analytics.agents_courses import Course, draw_course, draw_helix
from felix_dbadmin.core.analytics.agents_headline import OUTLINE, headline
from felix_dbadmin.core.analytics.agents_table import draw_agents
from felix_dbadmin.core.analytics.ask import Answer
from felix_dbadmin.core.analytics.chosen import Draw, Rows, answered
from felix_dbadmin.core.analytics.columns import Floats
from felix_dbadmin.core.analytics.drawing import (
    Measure,
    bars_of,
    counts_over_time,
    group_cells,
    group_columns,
    limited,
    mean,
    spread_series,
    table_of,
    total,
)
from felix_dbadmin.core.analytics.groups import SERIES, listed, means_of, named, ranked, spread_of
from felix_dbadmin.core.analytics.headlines import figures
from felix_dbadmin.core.analytics.panel import Axis, Behind, Form, Panel, Scale, Series, TableColumn, Wish
from felix_dbadmin.core.analytics.tables import AGENTS, MIGRATION
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text

DEPTH = Measure("depth_ratio", "depth")


def _headline(panel: Panel, rows: Rows) -> Panel:
    confidence = rows.numbers("confidence", "confidence")
    tokens = rows.numbers("tokens_used", "tokens")
    seconds = rows.numbers("processing_time", "processing time")
    before = rows.before()
    past = _headline_values(before) if before is not None else None
    out = (*confidence.left_out, *tokens.left_out, *seconds.left_out)
    return figures(panel, headline(_headline_values(rows), past), out)


def _headline_values(rows: Rows) -> tuple[float | None, ...]:
    return (
        rows.count,
        named(rows.codes("agent_id")),
        named(rows.codes("workflow_id")),
        mean(rows.numbers("confidence", "confidence")),
        total(rows.numbers("tokens_used", "tokens")),
        total(rows.numbers("processing_time", "processing time")),
    )


def _confidence_by_type(panel: Panel, rows: Rows) -> Panel:
    return bars_of(panel, rows, "agent_type", "agent type", CONFIDENCE)


def _phases(panel: Panel, rows: Rows) -> Panel:
    """Boxes of confidence and of depth for each phase, in order of mean depth."""
    phases = rows.codes("phase")
    many = len(phases.names)
    confidence, depth = rows.numbers("confidence", "confidence"), rows.numbers("depth_ratio", "depth")
    sure, deep = spread_of(phases.codes, many, confidence.values), spread_of(phases.codes, many, depth.values)
    counts = phases.counts
    shown, note = limited(ranked(counts, phases.names), "phase")
    order = sorted(shown, key=lambda code: _nan_last(deep.means, code))
    behind = [Behind((("phase", phases.names[code]),)) for code in order]
    sure_cells, deep_cells = group_cells(sure), group_cells(deep)
    return replace(
        panel,
        x=replace(panel.x, names=tuple(phases.names[code] for code in order)),
        series=(
            spread_series("Confidence", order, sure, sure.median, behind),
            spread_series("Depth", order, deep, deep.median, behind),
        ),
        table=table_of(
            (
                TableColumn("Phase"),
                TableColumn("Rows", digits=0),
                *group_columns(CONFIDENCE),
                *group_columns(DEPTH),
            ),
            [(phases.names[code], int(counts[code]), *sure_cells[code], *deep_cells[code]) for code in order],
            behind,
            int(np.count_nonzero(counts)),
        ),
        left_out=(*confidence.left_out, *depth.left_out),
        note=note,
    )


def _nan_last(means: Floats, code: int) -> tuple[bool, float, int]:
    unknown = bool(np.isnan(means[code]))
    return unknown, 0.0 if unknown else float(means[code]), code


def _tokens(panel: Panel, rows: Rows) -> Panel:
    """A point for each agent type: mean tokens to the right, mean confidence up, as large as it has rows."""
    types = rows.codes("agent_type")
    many = len(types.names)
    tokens, confidence = rows.numbers("tokens_used", "tokens"), rows.numbers("confidence", "confidence")
    cost = listed(means_of(types.codes, many, tokens.values)[2])
    sure = listed(means_of(types.codes, many, confidence.values)[2])
    counts = types.counts
    order = ranked(counts, types.names)
    behind = [Behind((("agent_type", types.names[code]),)) for code in order]
    placed = [code for code in order if cost[code] is not None]

    def points(name: str, codes: list[int]) -> Series:
        return Series(
            name,
            x=tuple(cost[code] or 0.0 for code in codes),
            y=tuple(sure[code] for code in codes),
            size=tuple(float(counts[code]) for code in codes),
            rows=tuple(Behind((("agent_type", types.names[code]),)) for code in codes),
        )

    series = [points(types.names[code], [code]) for code in placed[:SERIES]]
    rest = placed[SERIES:]
    if rest:
        series.append(points(count_text(len(rest), "other"), rest))
    lines = [(types.names[code], int(counts[code]), cost[code], sure[code]) for code in order]
    return replace(
        panel,
        series=tuple(series),
        table=table_of(
            (
                TableColumn("Agent type"),
                TableColumn("Rows", digits=0),
                TableColumn("Mean tokens", "tokens", 1),
                TableColumn("Mean confidence", digits=3),
            ),
            lines,
            behind,
            len(order),
        ),
        left_out=(*tokens.left_out, *confidence.left_out),
        note=f"The {SERIES} types with the most rows have a colour of their own." if rest else "",
    )


def _activity(panel: Panel, rows: Rows) -> Panel:
    return counts_over_time(panel, rows, "agent_type")


def _over_rows(draw: Draw, outline: Panel) -> Answer:
    def answer(folder: Path, wish: Wish, task: Task) -> Panel:
        return answered(outline, folder, AGENTS, wish, task, draw)

    return answer


def _confidence(folder: Path, wish: Wish, task: Task) -> Panel:
    quick = quick_confidence(_CONFIDENCE, folder, wish, task)
    return quick or answered(_CONFIDENCE, folder, AGENTS, wish, task, _confidence_by_type)


def _read_again(draw: Course, outline: Panel) -> Answer:
    """A panel of few rows, of which more than the kept columns is read."""

    def answer(folder: Path, wish: Wish, task: Task) -> Panel:
        def drawn(panel: Panel, rows: Rows) -> Panel:
            return draw(panel, rows, folder / AGENTS.database, task)

        return answered(outline, folder, AGENTS, wish, task, drawn)

    return answer


def _panel(name: str, form: Form, x: Axis, y: Axis) -> Panel:
    return Panel(name, form, x=x, y=y, migration=MIGRATION)


_NO_AXIS = Axis("")
_SURE = Axis("Confidence", least=0, most=1)
_TYPES = Axis("Agent type", scale=Scale.NAMES)

_CONFIDENCE = _panel("confidence_by_type", Form.BARS, _TYPES, _SURE)

PANELS: dict[str, Answer] = {
    "headline": _over_rows(_headline, OUTLINE),
    "confidence_by_type": _confidence,
    "phases": _over_rows(
        _phases,
        _panel(
            "phases",
            Form.BOXES,
            Axis("Phase", scale=Scale.NAMES),
            Axis("Confidence, depth", least=0, most=1),
        ),
    ),
    "tokens": _over_rows(_tokens, _panel("tokens", Form.POINTS, Axis("Mean tokens", "tokens"), _SURE)),
    "activity": _over_rows(
        _activity,
        _panel(
            "activity",
            Form.LINES,
            Axis("Time", scale=Scale.TIME),
            Axis("Checkpoints", least=0),
        ),
    ),
    "helix": _read_again(draw_helix, _panel("helix", Form.PATHS, Axis("Across (x)"), Axis("Height (z)"))),
    "workflow": _read_again(draw_course, _panel("workflow", Form.LINES, Axis("Checkpoint"), _SURE)),
    "agents": _over_rows(draw_agents, _panel("agents", Form.TABLE, _NO_AXIS, _NO_AXIS)),
}
