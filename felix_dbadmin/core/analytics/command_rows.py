"""Commands that agents asked for: which columns figures need, and how each of them ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from felix_dbadmin.core.analytics.chosen import Numbers, Rows, left_out
from felix_dbadmin.core.analytics.columns import Floats, Kind, Mask, Names, TableSpec
from felix_dbadmin.core.analytics.panel import Behind, LeftOut, Series

DATABASE = "felix_system_actions.db"
MIGRATION = 1
"""Makes the tables."""

SPEC = TableSpec(
    database=DATABASE,
    table="command_executions",
    key="execution_id",
    time="timestamp",
    # Flags are read as names, which filters compare; they have few different values.
    columns=(
        ("timestamp", Kind.TIME),
        ("duration", Kind.NUMBER),
        ("executed", Kind.NAME),
        ("success", Kind.NAME),
        ("exit_code", Kind.NAME),
        ("venv_active", Kind.NAME),
        ("trust_level", Kind.NAME),
        ("command", Kind.NAME),
        ("error_category", Kind.NAME),
        ("agent_type", Kind.NAME),
        ("agent_id", Kind.NAME),
        ("workflow_id", Kind.NAME),
    ),
)

NO_OUTCOME = "executed, and whether it succeeded is not known (yet)"
NO_FLAG = "executed is neither 0 nor 1"
"""Why a command has no part in a success rate."""

LONGEST_TEXT = 1_000
"""Characters of a command in a table; the row itself has all of it."""


@dataclass(frozen=True, slots=True)
class Endings:
    """How each chosen command ended; all masks are as long as there are chosen rows.

    Felix enters a command when it is asked for and completes the row when it has ended: until then nothing is known
    of its success. So a success rate is that of `ended`.
    """

    executed: Mask
    ended: Mask
    """Executed, and whether it succeeded is known."""
    succeeded: Mask
    failed: Mask
    """success is 0, executed or not: as the query for common failures counts them."""
    left_out: tuple[LeftOut, ...]
    """What has no part in a success rate and should have."""


def endings(rows: Rows) -> Endings:
    executed = truth(rows.codes("executed"))
    success = truth(rows.codes("success"))
    ran = executed == 1
    known = ~np.isnan(success)
    return Endings(
        executed=ran,
        ended=ran & known,
        succeeded=ran & known & (success != 0),
        failed=success == 0,
        left_out=left_out(
            (ran & ~known, NO_OUTCOME),
            ((executed != 0) & ~ran, NO_FLAG),
        ),
    )


def durations(rows: Rows, executed: Mask) -> Numbers:
    """In seconds, of the executed commands: what never ran has none, and is not left out for that."""
    found = rows.those(executed).numbers("duration", "duration")
    usable = np.zeros(rows.count, dtype=np.bool_)
    usable[executed] = found.usable
    values = np.full(rows.count, np.nan)
    values[executed] = found.values
    return Numbers(values, usable, found.left_out)


def truth(names: Names) -> Floats:
    """A column of flags as numbers, NaN where it is none."""
    numbers = np.array([_number(name) for name in names.names], dtype=np.float64)
    return numbers[names.codes]


def bars(
    name: str, values: Sequence[float | None], sizes: Sequence[float] = (), behind: Sequence[Behind] = ()
) -> Series:
    """Bars at 0, 1, …"""
    return Series(name, tuple(map(float, range(len(values)))), tuple(values), size=tuple(sizes), rows=tuple(behind))


def shown_text(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
