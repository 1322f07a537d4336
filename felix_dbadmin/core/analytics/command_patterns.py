"""Sequences of commands that were learned: what is noted of each, and how its uses really went."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from felix_dbadmin.core.analytics.chosen import Rows, answered, left_out
from felix_dbadmin.core.analytics.command_rows import shown_text, truth
from felix_dbadmin.core.analytics.drawing import Cell, shares
from felix_dbadmin.core.analytics.groups import counts_of, listed, means_of
from felix_dbadmin.core.analytics.panel import Form, Panel, State, Table, TableColumn, Wish
from felix_dbadmin.core.analytics.tables import COMMANDS, MIGRATION, USES
from felix_dbadmin.core.connection import open_searcher
from felix_dbadmin.core.schema import columns_of
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text

COLUMNS = (
    TableColumn("Pattern"),
    TableColumn("Category"),
    TableColumn("Uses noted", digits=0),
    TableColumn("Success noted", "%", 1),
    TableColumn("Uses", digits=0),
    TableColumn("Succeeded", digits=0),
    TableColumn("Success rate", "%", 1),
    TableColumn("Mean duration", "s", 2),
    TableColumn("Last used", time=True),
    TableColumn("Commands"),
)
"""What Felix noted of a pattern, beside what its uses in the range say: the two need not agree."""

Noted = tuple[str, str | None, str | None, float | None, float | None, str | None]
"""Of a pattern: id, name, category, uses, success in percent, and its commands."""

NO_USE: tuple[Cell, ...] = (0, 0, None, None, None)


def patterns(folder: Path, wish: Wish, task: Task) -> Panel:
    """The patterns that Felix calls used most; range and filters are those of their uses."""
    begun = time.perf_counter()
    outline = Panel("patterns", Form.TABLE, migration=MIGRATION)
    known = _noted(folder / COMMANDS.database, wish.longest, task)
    if known is None:
        return replace(outline, state=State.NOT_MIGRATED)
    noted, total = known
    if not total:
        return replace(outline, migration=0, state=State.EMPTY)
    meant = {name for name, _ in USES.columns}
    uses: dict[str, tuple[Cell, ...]] = {}

    def draw(panel: Panel, rows: Rows) -> Panel:
        drawn, found = _uses(panel, rows)
        uses.update(found)
        return drawn

    applied = replace(wish, where=tuple(each for each in wish.where if each[0] in meant))
    panel = answered(outline, folder, USES, applied, task, draw)
    idle = [column for column, _ in wish.where if column not in meant]
    return replace(
        panel,
        state=State.SHOWN,
        migration=0,
        table=Table(
            COLUMNS,
            tuple((*line, *uses.get(ident, NO_USE), commands) for ident, *line, commands in noted),
            total=total,
        ),
        note=f"Nothing is noted of {list_text(idle)} where a pattern was used: all uses are counted." if idle else "",
        seconds=time.perf_counter() - begun,
    )


def _noted(path: Path, longest: int, task: Task) -> tuple[list[Noted], int] | None:
    """The patterns used most, and how many there are; None where the table is not there."""
    if not path.exists():
        return None
    with open_searcher(path, task) as db:
        if not columns_of(db, "command_patterns"):
            return None
        total = int(db.execute("select count(*) from command_patterns").get)
        rows = db.execute(
            "select pattern_id, pattern_name, task_category, usage_count, success_rate, command_sequence"
            f" from command_patterns order by usage_count desc, pattern_id limit {longest}"
        )
        return [
            (str(ident), _text(name), _text(category), _number(uses), _percent(success), _text(commands))
            for ident, name, category, uses, success, commands in rows
        ], total


def _uses(panel: Panel, rows: Rows) -> tuple[Panel, dict[str, tuple[Cell, ...]]]:
    """Per pattern its uses, how many succeeded, the rate, mean duration and the last one."""
    ids, success = rows.codes("pattern_id"), truth(rows.codes("success"))
    known = ~np.isnan(success)
    many = len(ids.names)
    counts = ids.counts
    good = counts_of(ids.codes[known & (success != 0)], many)
    took, times = rows.numbers("duration", "duration"), rows.times()
    _, _, means = means_of(ids.codes, many, took.values)
    last = np.full(many, -np.inf)
    np.maximum.at(last, ids.codes[times.usable], times.values[times.usable])
    last[np.isneginf(last)] = np.nan
    rates = shares(good, counts_of(ids.codes[known], many))
    out = (*left_out((~known, "whether it succeeded is not known")), *took.left_out, *times.left_out)
    cells = zip(counts.tolist(), good.tolist(), listed(rates), listed(means), listed(last), strict=True)
    return replace(panel, left_out=out), dict(zip(ids.names, cells, strict=True))


def _text(value: object) -> str | None:
    return None if value is None else shown_text(str(value))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _percent(value: object) -> float | None:
    known = _number(value)
    return None if known is None else 100 * known
