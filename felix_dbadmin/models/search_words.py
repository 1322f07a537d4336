"""What is said of an answer, in a line."""

from __future__ import annotations

from collections.abc import Sequence

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.search.statement import Order
from felix_dbadmin.core.text import count_text, duration_text, list_text
from felix_dbadmin.models.search_merge import Part

_SORTING = {
    Order.RELEVANCE: "the newest are shown, sorting by relevance…",
    Order.NEWEST: "those stored last are shown, sorting by time…",
    Order.OLDEST: "those stored last are shown, sorting by time…",
}


def total_of(parts: Sequence[Part]) -> tuple[int, bool]:
    """Hits that are known of, and whether these are all."""
    known = sum(len(part.rowids) if part.total is None else part.total for part in parts)
    return known, all(part.total is not None for part in parts)


def total_text(parts: Sequence[Part]) -> str:
    """'' for nothing known."""
    known, complete = total_of(parts)
    return f"{known:,}" if complete else f"{known:,}+"


def answer_text(
    parts: Sequence[Part], order: Order, seconds: float, *, sorting: bool, waiting: Sequence[str] = ()
) -> str:
    """How many, how fast, in which components, and whether they are in order yet; `waiting`: for which components."""
    known, complete = total_of(parts)
    took = f" in {duration_text(seconds)}" if seconds else ""
    found = count_text(known, "hit")
    pieces = [f"{found}{took}" if complete else f"The first {found}{took}, counting the others…"]
    components: dict[str, list[Part]] = {}
    for part in parts:
        components.setdefault(part.source.component, []).append(part)
    if len(components) > 1:
        told = [(name, each) for name, each in components.items() if total_of(each)[0]]
        pieces += [f"{name} {total_text(each)}" for name, each in told]
    if waiting:
        pieces.append(f"waiting for {list_text(tuple(dict.fromkeys(waiting)))}…")
    if sorting:
        pieces.append(_SORTING[order])
    return " · ".join(pieces)


def error_text(error: DbAdminError) -> str:
    """Beneath the box: the expression with a mark at the place, where that is known."""
    place = int(error.where) - 1 if error.where.isdigit() else -1
    if place < 0 or not error.statement:
        return f"{error.summary} {error.hint}"
    before, after = error.statement[max(0, place - 30) : place], error.statement[place : place + 30]
    return f"{error.summary} At character {place + 1}: {before}▸{after}\n{error.hint}"
