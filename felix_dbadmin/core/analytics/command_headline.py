"""The Commands page's first figures; before the rows have been read, from the indexes alone."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from felix_dbadmin.core.analytics.headlines import figures, indexed, left_out_counts
from felix_dbadmin.core.analytics.panel import Figure, Form, Panel, Wish
from felix_dbadmin.core.analytics.requests import waiting_commands
from felix_dbadmin.core.analytics.tables import COMMANDS, MIGRATION
from felix_dbadmin.core.task import Task

OUTLINE = Panel("headline", Form.FIGURES, migration=MIGRATION)
INDEXES = ("idx_trust_level",)

NO_OUTCOME = "executed, and whether it succeeded is not known (yet)"
NO_FLAG = "executed is neither 0 nor 1"
"""Why a command has no part in a success rate."""


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


def quick_headline(folder: Path, wish: Wish, task: Task) -> Panel | None:
    """What an index counts at once: at 2,000,000 commands in 80 ms, and the success rate would take 120 more.

    None where the indexes do not tell, or there are no rows.
    """
    begun = time.perf_counter()
    with indexed(folder, COMMANDS, wish, INDEXES, task) as db:
        if db is None:
            return None
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
    waiting = waiting_commands(folder, time.time(), task=task)
    found = Headline(rows, executed, None, levels["BLOCKED"], None)
    out = left_out_counts((rows - executed - flags[0], NO_FLAG))
    return replace(
        figures(OUTLINE, headline(found, None if waiting is None else len(waiting)), out),
        rows=rows,
        migration=0,
        provisional=True,
        seconds=time.perf_counter() - begun,
    )
