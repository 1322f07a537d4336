"""What a page of figures looks at: a span of time and filters; said in words, and kept from one visit to the next."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from enum import StrEnum

from felix_dbadmin.core.analytics.panel import Wish
from felix_dbadmin.core.text import time_text


class Spell(StrEnum):
    """A length of time that ends now; all of it; or two times that somebody chose."""

    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    ALL = "all"
    CUSTOM = "custom"


SECONDS = {Spell.HOUR: 3_600.0, Spell.DAY: 86_400.0, Spell.WEEK: 7 * 86_400.0, Spell.MONTH: 30 * 86_400.0}
"""From the shortest to the longest."""

TITLES = {
    Spell.HOUR: "Last hour",
    Spell.DAY: "Last 24 hours",
    Spell.WEEK: "Last 7 days",
    Spell.MONTH: "Last 30 days",
    Spell.ALL: "All",
    Spell.CUSTOM: "Custom",
}

Where = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class View:
    """`since` and `until` are of a custom span only, in Unix seconds."""

    spell: Spell = Spell.ALL
    since: float | None = None
    until: float | None = None
    where: Where = ()
    least_uses: int = 3

    @property
    def narrowed(self) -> bool:
        """It leaves rows out."""
        return self.spell is not Spell.ALL or bool(self.where)

    @property
    def in_words(self) -> str:
        """'Last 7 days, agent type research or critic'."""
        return ", ".join([self.span_in_words, *(f"{words(name)} {' or '.join(values)}" for name, values in self.where)])

    @property
    def span_in_words(self) -> str:
        if self.spell is not Spell.CUSTOM:
            return "All times" if self.spell is Spell.ALL else TITLES[self.spell]
        since = "the beginning" if self.since is None else time_text(self.since)[:16]
        return f"{since} to {'now' if self.until is None else time_text(self.until)[:16]}"

    def values(self, column: str) -> tuple[str, ...]:
        """What is wanted of a column, () for everything."""
        return dict(self.where).get(column, ())

    def narrowed_to(self, column: str, values: tuple[str, ...]) -> View:
        """The same with only these values of a column; () takes the filter away."""
        others = tuple((name, wanted) for name, wanted in self.where if name != column)
        return replace(self, where=(*others, (column, values)) if values else others)

    def over(self, spell: Spell, since: float | None = None, until: float | None = None) -> View:
        return replace(self, spell=spell, since=since, until=until)

    def wish(self, now: float) -> Wish:
        """What core is asked. A span that ends now begins so long before."""
        seconds = SECONDS.get(self.spell)
        since, until = (self.since, self.until) if self.spell is Spell.CUSTOM else (None, None)
        if seconds is not None:
            since, until = now - seconds, now
        return Wish(since=since, until=until, where=self.where, least_uses=self.least_uses)


def words(column: str) -> str:
    """'agent_type' → 'agent type'."""
    return column.replace("_", " ")


def spell_to_see(moment: float, now: float) -> Spell:
    """The shortest span that ends now and has this moment in it."""
    return next((spell for spell, seconds in SECONDS.items() if 0 <= now - moment <= seconds), Spell.ALL)


def view_line(view: View) -> str:
    """As one line, for the settings."""
    return json.dumps([view.spell, view.since, view.until, view.where, view.least_uses])


def view_of(line: str) -> View | None:
    """What `view_line` made; None for anything else."""
    try:
        spell, since, until, where, least_uses = json.loads(line)
        made = tuple((str(name), tuple(str(value) for value in values)) for name, values in where)
        return View(Spell(spell), _time(since), _time(until), made, max(1, int(least_uses)))
    except (ValueError, TypeError):
        return None


def _time(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)
