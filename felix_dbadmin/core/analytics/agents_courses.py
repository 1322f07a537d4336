"""One workflow's agents on their way down: through space, and along their checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from felix_dbadmin.core.analytics.buckets import POINTS, thinned
from felix_dbadmin.core.analytics.chosen import Places, Rows, left_out
from felix_dbadmin.core.analytics.columns import NOTHING, Floats, Mask, Names
from felix_dbadmin.core.analytics.drawing import Cell, note_on
from felix_dbadmin.core.analytics.groups import SERIES, counts_of, leading, listed, means_of, ranked
from felix_dbadmin.core.analytics.panel import Behind, LeftOut, Panel, Series, State, Table, TableColumn
from felix_dbadmin.core.connection import explaining, open_searcher
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text

Course = Callable[[Panel, Rows, Path, Task], Panel]

PATHS = 60
"""Agents of a workflow that are drawn."""

READ = 20_000
"""Rows of a workflow that are read again for what is not kept; a workflow has some 130."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The checkpoints of one workflow, in order of checkpoint and time. NaN where a value is missing."""

    workflow: str
    newest: bool
    """No workflow was asked for: this is the one with the newest row."""
    rows: Rows
    agents: Names
    confidence: Floats
    checkpoint: Floats
    position: tuple[Floats, Floats, Floats]
    left_out: tuple[LeftOut, ...]
    note: str


def draw_helix(panel: Panel, rows: Rows, path: Path, task: Task) -> Panel:
    """A path for each agent: position_x to the right, position_z up, position_y towards the eye, shaded by confidence.

    The helix stands on its axis, z: seen from the side, and turned about the axis by x cos a + z sin a.
    """
    steps = _steps(rows, path, task)
    if steps is None:
        return replace(panel, state=State.NO_ROWS, rows=0)
    across, near, up = steps.position
    unplaced = np.isnan(across) | np.isnan(near) | np.isnan(up)
    order = ranked(counts_of(steps.agents.codes[~unplaced], len(steps.agents.names)), steps.agents.names)
    series: list[Series] = []
    for code in order[:PATHS]:
        places = np.flatnonzero((steps.agents.codes == code) & ~unplaced)
        places = places[thinned(steps.confidence[places])]
        series.append(
            Series(
                steps.agents.names[code],
                x=tuple(across[places].tolist()),
                y=listed(up[places]),
                z=tuple(near[places].tolist()),
                shade=listed(np.clip(steps.confidence[places], 0, 1)),
                rows=tuple(_behind(steps, steps.agents.names[code]) for _ in places),
            )
        )
    rest = len(order) - PATHS
    more = f"{PATHS} agents are drawn, {count_text(rest, 'more agent')} not." if rest > 0 else ""
    return replace(
        panel,
        state=State.SHOWN if series else State.NO_ROWS,
        rows=int(np.count_nonzero(~unplaced)),
        series=tuple(series),
        table=_table(steps, ~unplaced),
        left_out=(*steps.left_out, *left_out((unplaced, "position is missing"))),
        note=_joined(_which(steps), steps.note, more),
    )


def draw_course(panel: Panel, rows: Rows, path: Path, task: Task) -> Panel:
    """A line of confidence for each agent; the agents beyond the first twelve are one line, their mean."""
    steps = _steps(rows, path, task)
    if steps is None:
        return replace(panel, state=State.NO_ROWS, rows=0)
    unknown = np.isnan(steps.checkpoint)
    kept = np.flatnonzero(~unknown)
    codes, called, rest = leading(Names(steps.agents.codes[kept], steps.agents.names))
    series: list[Series] = []
    for code, name in enumerate(called):
        places = kept[codes == code]
        if rest and code == SERIES:
            series.append(_mean_line(f"{name}, mean", steps, places))
            continue
        places = places[thinned(steps.confidence[places])]
        series.append(
            Series(
                name,
                x=tuple(steps.checkpoint[places].tolist()),
                y=listed(steps.confidence[places]),
                rows=tuple(_behind(steps, name) for _ in places),
            )
        )
    return replace(
        panel,
        state=State.SHOWN if series else State.NO_ROWS,
        rows=len(kept),
        series=tuple(series),
        table=_table(steps, ~unknown),
        left_out=(*steps.left_out, *left_out((unknown, "checkpoint is missing or no number"))),
        note=_joined(_which(steps), steps.note, note_on(called, rest)),
    )


def _mean_line(name: str, steps: Steps, places: Places) -> Series:
    where, groups = np.unique(steps.checkpoint[places], return_inverse=True)
    counts, _sums, means = means_of(groups.astype(np.int32), len(where), steps.confidence[places])
    return Series(name, tuple(where.tolist()), listed(means), size=tuple(map(float, counts.tolist())))


def _steps(rows: Rows, path: Path, task: Task) -> Steps | None:
    """The rows of the newest workflow among the chosen ones; None where no row belongs to one."""
    found = _newest_workflow(rows)
    if found is None:
        return None
    code, workflows = found
    mine = rows.those(rows.codes("workflow_id").codes == code)
    note = ""
    if mine.count > READ:
        note = f"Of its {mine.count:,} checkpoints the last {READ:,} are shown."
        mine = mine.those(np.arange(mine.count) >= mine.count - READ)
    read = _read(path, mine.keys().tolist(), task)
    order = np.lexsort((mine.keys(), mine.store.times[_places(mine)], read[0]))
    ordered = replace(mine, places=_places(mine)[order])
    confidence = ordered.numbers("confidence", "confidence")
    return Steps(
        workflow=rows.store.names["workflow_id"].names[code],
        newest=workflows > 1,
        rows=ordered,
        agents=ordered.codes("agent_id"),
        confidence=confidence.values,
        checkpoint=read[0][order],
        position=(read[1][order], read[2][order], read[3][order]),
        left_out=confidence.left_out,
        note=note,
    )


def _newest_workflow(rows: Rows) -> tuple[int, int] | None:
    """Its code and how many workflows were chosen. Rows of no workflow count only where they were asked for."""
    names = rows.codes("workflow_id")
    asked = any(column == "workflow_id" and NOTHING in values for column, values in rows.wish.where)
    nameless = [code for code, name in enumerate(names.names) if name == NOTHING and not asked]
    fits = ~np.isin(names.codes, nameless) if nameless else np.ones(rows.count, dtype=np.bool_)
    if not fits.any():
        return None
    times = rows.times()
    when = np.where(times.usable & fits, times.values, -np.inf)
    place = int(np.argmax(when)) if np.isfinite(when).any() else int(np.flatnonzero(fits)[-1])
    return int(names.codes[place]), int(np.count_nonzero(counts_of(names.codes[fits], len(names.names))))


def _places(rows: Rows) -> Places:
    return np.arange(rows.store.rows) if rows.places is None else rows.places


def _read(path: Path, keys: list[int], task: Task) -> list[Floats]:
    """Checkpoint, x, y and z of these rows; NaN for what is no number, and for a row that is gone meanwhile."""
    columns = ("checkpoint", "position_x", "position_y", "position_z")
    read = ", ".join(f"iif(typeof({column}) in ('real', 'integer'), {column}, null)" for column in columns)
    found = np.full((len(columns), len(keys)), np.nan)
    with open_searcher(path, task) as db, explaining(path, task):
        for place, key in enumerate(keys):
            for row in db.execute(f"select {read} from agent_performance where id = ?", (key,)):
                found[:, place] = [np.nan if value is None else value for value in row]
    return list(found)


def _table(steps: Steps, mask: Mask) -> Table:
    places = np.flatnonzero(mask)
    types, phases, times = steps.rows.codes("agent_type"), steps.rows.codes("phase"), steps.rows.store.times
    moments = listed(times[_places(steps.rows)])
    columns = [listed(each) for each in (steps.checkpoint, steps.confidence, *steps.position)]
    agents = steps.agents
    lines: list[tuple[Cell, ...]] = [
        (
            agents.names[agents.codes[place]],
            types.names[types.codes[place]],
            phases.names[phases.codes[place]],
            *(each[place] for each in columns),
            moments[place],
        )
        for place in places[:POINTS].tolist()
    ]
    return Table(
        (
            *(TableColumn(title) for title in ("Agent", "Type", "Phase")),
            *(TableColumn(title, digits=3) for title in ("Checkpoint", "Confidence", "x", "y", "z")),
            TableColumn("Time", time=True),
        ),
        tuple(lines),
        tuple(_behind(steps, agents.names[agents.codes[place]]) for place in places[:POINTS].tolist()),
        total=len(places),
    )


def _behind(steps: Steps, agent: str) -> Behind:
    return Behind((("workflow_id", steps.workflow), ("agent_id", agent)))


def _which(steps: Steps) -> str:
    name = "Checkpoints of no workflow" if steps.workflow == NOTHING else f"Workflow {steps.workflow}"
    return f"{name}{', the newest of those chosen' if steps.newest else ''}."


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
