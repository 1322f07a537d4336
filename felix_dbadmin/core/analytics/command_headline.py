"""The Commands page's headline figures; before the rows have been read, from the indexes alone."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from felix_dbadmin.core.analytics.chosen import left_out_counts
from felix_dbadmin.core.analytics.command_rows import DATABASE, NO_FLAG, NO_OUTCOME
from felix_dbadmin.core.analytics.drawing import figures, share
from felix_dbadmin.core.analytics.panel import Figure, Panel
from felix_dbadmin.core.analytics.requests import waiting_commands
from felix_dbadmin.core.connection import explaining, open_searcher
from felix_dbadmin.core.task import Task

INDEXES = ("idx_trust_level", "idx_command_outcome")


@dataclass(frozen=True, slots=True)
class Headline:
    commands: int
    executed: int
    success: float | None
    """Percent of those whose success is known."""
    blocked: int
    duration: float | None
    """Mean, in seconds."""


def headline(now: Headline, waiting: int | None, then: Headline | None = None) -> list[Figure]:
    """`then` is the period before. Nobody noted how many waited at an earlier time."""

    def before(name: str) -> float | None:
        return None if then is None else getattr(then, name)

    return [
        Figure("Commands", now.commands, before=before("commands")),
        Figure("Executed", now.executed, before=before("executed")),
        Figure("Success rate", now.success, "%", before("success"), 1),
        Figure("Waiting for approval", waiting),
        Figure("Blocked", now.blocked, before=before("blocked")),
        Figure("Mean duration", now.duration, "s", before("duration"), 2),
    ]


def quick_headline(outline: Panel, folder: Path, task: Task) -> Panel | None:
    """All but the mean duration, which no index has: 0.2 s at 2,000,000 commands. None where the indexes are not
    there or the table is empty."""
    begun = time.perf_counter()
    path = folder / DATABASE
    if not path.exists():
        return None
    with open_searcher(path, task) as db, explaining(path, task):
        there = {name for (name,) in db.execute("select name from sqlite_schema where type = 'index'")}
        if not there.issuperset(INDEXES):
            return None
        number = "typeof(success) in ('integer', 'real')"
        tally: list[Any] = db.execute(
            f"select count(*) filter (where {number}), count(*) filter (where {number} and success <> 0)"
            " from command_executions indexed by idx_command_outcome where executed = 1"
        ).fetchall()
        levels: Counter[str] = Counter()
        flags: Counter[object] = Counter()
        for level, flag, count in db.execute(
            "select trust_level, executed, count(*) from command_executions group by 1, 2"
        ):
            levels[str(level)] += count
            flags[flag] += count
    rows, executed = flags.total(), flags[1]
    if not rows:
        return None
    ended, succeeded = tally[0]
    waiting = waiting_commands(folder, time.time(), task=task)
    found = Headline(rows, executed, share(succeeded, ended), levels["BLOCKED"], None)
    out = left_out_counts((executed - ended, NO_OUTCOME), (rows - executed - flags[0], NO_FLAG))
    return replace(
        figures(outline, headline(found, None if waiting is None else len(waiting)), out),
        rows=rows,
        migration=0,
        provisional=True,
        seconds=time.perf_counter() - begun,
    )
