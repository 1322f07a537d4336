"""What somebody asks for on the Search page: words, order, time and filters; as a value, and as a line to keep."""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum

from felix_dbadmin.core.search.query import Condition, Query, parse, raw_query
from felix_dbadmin.core.search.statement import Order, Search
from felix_dbadmin.core.text import time_text


class Span(StrEnum):
    """How far back; CUSTOM has its own two ends."""

    ANY = "any"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    CUSTOM = "custom"


SPAN_TEXTS = {
    Span.ANY: "Any time",
    Span.HOUR: "Last hour",
    Span.DAY: "Last 24 hours",
    Span.WEEK: "Last 7 days",
    Span.MONTH: "Last 30 days",
    Span.CUSTOM: "From … to …",
}
ORDER_TEXTS = {Order.RELEVANCE: "Relevance", Order.NEWEST: "Newest", Order.OLDEST: "Oldest"}

_SECONDS = {Span.HOUR: 3_600.0, Span.DAY: 86_400.0, Span.WEEK: 7 * 86_400.0, Span.MONTH: 30 * 86_400.0}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is ticked among the filters; nothing ticked in a group leaves all of it in."""

    components: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Column and its values."""

    @property
    def count(self) -> int:
        return len(self.components) + len(self.columns) + sum(len(values) for _, values in self.values)


@dataclass(frozen=True, slots=True)
class Wish:
    text: str = ""
    raw: bool = False
    """The text is FTS5's own syntax."""
    order: Order = Order.RELEVANCE
    span: Span = Span.ANY
    since: float | None = None
    """Unix seconds; of CUSTOM."""
    until: float | None = None
    chosen: Chosen = Chosen()

    @property
    def empty(self) -> bool:
        return not self.text.strip()

    @property
    def shown(self) -> str:
        """On one line, for a menu."""
        parts = [" ".join(self.text.split())]
        if self.raw:
            parts.append("FTS5")
        if self.order is not Order.RELEVANCE:
            parts.append(ORDER_TEXTS[self.order].lower())
        if self.span is Span.CUSTOM and self.since is not None and self.until is not None:
            parts.append(f"{time_text(self.since)[:10]} to {time_text(self.until)[:10]}")
        elif self.span is not Span.ANY:
            parts.append(SPAN_TEXTS[self.span].lower())
        parts += [*self.chosen.components, *self.chosen.columns]
        parts += [value for _, values in self.chosen.values for value in values]
        return " · ".join(parts)

    def query(self, columns: Collection[str], *, typing: bool) -> Query:
        """As it is understood where `columns` may stand before a colon."""
        return raw_query(self.text) if self.raw else parse(self.text, columns, typing=typing)

    def search(self, columns: Collection[str], *, typing: bool, now: float | None = None) -> Search:
        """For the engine. `now` is the end of “last hour” and the like."""
        moment = time.time() if now is None else now
        back = _SECONDS.get(self.span)
        custom = self.span is Span.CUSTOM
        return Search(
            query=self.query(columns, typing=typing),
            order=self.order,
            columns=self.chosen.columns,
            conditions=tuple(Condition(column, values) for column, values in self.chosen.values),
            since=self.since if custom else moment - back if back is not None else None,
            until=self.until if custom else None,
        )


def wish_line(wish: Wish) -> str:
    """One line of JSON."""
    return json.dumps(asdict(wish), ensure_ascii=False)


def wish_of(line: str) -> Wish | None:
    """Back from a line; None for one that says nothing we know."""
    try:
        data = json.loads(line)
        chosen = data["chosen"]
        return Wish(
            text=str(data["text"]),
            raw=bool(data["raw"]),
            order=Order(data["order"]),
            span=Span(data["span"]),
            since=_number(data["since"]),
            until=_number(data["until"]),
            chosen=Chosen(
                tuple(map(str, chosen["components"])),
                tuple(map(str, chosen["columns"])),
                tuple((str(column), tuple(map(str, values))) for column, values in chosen["values"]),
            ),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
