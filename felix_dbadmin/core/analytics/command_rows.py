"""Commands that agents asked for: which columns figures need, and how each of them ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from felix_dbadmin.core.analytics.chosen import Numbers, Rows, left_out
from felix_dbadmin.core.analytics.columns import Floats, Mask, Names, Store
from felix_dbadmin.core.analytics.command_headline import NO_FLAG, NO_OUTCOME
from felix_dbadmin.core.analytics.panel import Behind, LeftOut, Series

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
    whole = rows.store.once(_outcomes)
    executed, failed = rows.of(whole.executed), rows.of(whole.failed)
    ended = executed & rows.of(whole.known)
    odd = rows.of(whole.flagged)
    return Endings(
        executed=executed,
        ended=ended,
        succeeded=ended & ~failed,
        failed=failed,
        left_out=left_out((executed & ~ended, NO_OUTCOME), (~odd, NO_FLAG)),
    )


def durations(rows: Rows) -> Numbers:
    """In seconds, of the executed commands: what never ran has none, and is not left out for that."""
    whole = rows.store.once(_durations)
    return Numbers(
        rows.of(whole.values),
        rows.of(whole.usable),
        left_out(
            (rows.of(whole.missing), "duration is missing or no number"),
            (rows.of(whole.negative), "duration is negative"),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """Of all commands; every page's panels ask for them again and again."""

    executed: Mask
    flagged: Mask
    """Executed is 0 or 1."""
    known: Mask
    """Success is."""
    failed: Mask


def _outcomes(store: Store) -> _Outcomes:
    executed, success = truth(store.names["executed"]), truth(store.names["success"])
    return _Outcomes(executed == 1, (executed == 0) | (executed == 1), ~np.isnan(success), success == 0)


@dataclass(frozen=True, slots=True)
class _Durations:
    """Of all commands; NaN in `values` where not `usable`. The other two are of executed ones."""

    values: Floats
    usable: Mask
    missing: Mask
    negative: Mask


def _durations(store: Store) -> _Durations:
    values = store.numbers["duration"]
    ran = store.once(_outcomes).executed
    missing, negative = np.isnan(values), values < 0
    usable = ran & ~missing & ~negative
    return _Durations(np.where(usable, values, np.nan), usable, ran & missing, ran & negative)


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
