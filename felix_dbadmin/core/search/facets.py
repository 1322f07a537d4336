"""How the hits of a search are spread over the values that people filter by."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from felix_dbadmin.core.search.find import searching
from felix_dbadmin.core.search.scan import matching, scanning
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import Search, text_of
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.utf8 import as_utf8

MOST_COUNTED = 100_000
"""Hits, those stored last; a row of the table is read for each, some 10 µs, ten times that from a slow disk."""

LONGEST_COUNTING = 1.0
"""Seconds for one pass; what has been counted until then is the answer."""

MOST_VALUES = 20

_FIRST_VALUE = 4
"""The place of the first filter among the details of a scanned row."""


@dataclass(frozen=True, slots=True)
class Facet:
    column: str
    values: tuple[tuple[str, int], ...]
    """Value and hits, most frequent first; '' for rows without one. As conditions do, it takes Python for python."""
    others: int
    """Hits with any other value."""


@dataclass(frozen=True, slots=True)
class Facets:
    facets: tuple[Facet, ...]
    """One for each of the source's filters, in their order."""
    counted: int
    """Hits that were looked at; 0 where every filter is set, and where there is none."""
    total_known: bool
    """False where there are more."""
    seconds: float


def read_facets(folder: Path, source: Source, search: Search, *, task: Task) -> Facets:
    """The values of the hits. For a filter that is set, also those of the rows that it keeps out.

    Raises QueryInvalid, DatabaseUnusable, Locked, Cancelled.
    """
    started = time.perf_counter()
    count = _count_indexed if source.index else _count_scanned
    found: dict[str, Facet] = {}
    chosen = {condition.column.lower() for condition in search.conditions}
    free = tuple(name for name in source.filters if name.lower() not in chosen)
    counters, counted, known = count(folder, source, search, free, task)
    found.update((name, _facet(name, counter)) for name, counter in zip(free, counters, strict=True))
    for name in source.filters:
        if name.lower() in chosen:
            rest = tuple(each for each in search.conditions if each.column.lower() != name.lower())
            [counter], _, complete = count(folder, source, replace(search, conditions=rest), (name,), task)
            known = known and complete
            found[name] = _facet(name, counter)
    return Facets(tuple(found[name] for name in source.filters), counted, known, time.perf_counter() - started)


Counted = tuple[list[Counter[str]], int, bool]
"""For each column its values, the number of hits, and whether these are all."""


def _count_indexed(folder: Path, source: Source, search: Search, columns: tuple[str, ...], task: Task) -> Counted:
    with searching(folder, source, search, task) as (db, statement):
        if not statement.possible:
            return [Counter() for _ in columns], 0, True
        if not columns:
            return [], 0, True
        values = ", ".join(as_utf8(db, f"t.{quoted(name)}") for name in columns)
        newest = f" order by {statement.index}.rowid desc limit {MOST_COUNTED + 1}"
        stop = time.perf_counter() + LONGEST_COUNTING
        rows: Counter[tuple[object, ...]] = Counter()
        complete = True
        for number, row in enumerate(db.execute(statement.select(values, newest), statement.bindings)):
            if number == MOST_COUNTED or (number and time.perf_counter() > stop):
                complete = False
                break
            task.check()
            rows[row] += 1
    return _by_column(rows.items(), len(columns)), rows.total(), complete


def _count_scanned(folder: Path, source: Source, search: Search, columns: tuple[str, ...], task: Task) -> Counted:
    with scanning(folder, source, search, task) as scanned:
        numbers = matching(scanned)
        places = [_FIRST_VALUE + source.filters.index(name) for name in columns]
        rows = Counter(tuple(scanned.details[number][place] for place in places) for number in numbers)
        return _by_column(rows.items(), len(columns)), len(numbers), scanned.complete


def _by_column(rows: Iterable[tuple[tuple[object, ...], int]], width: int) -> list[Counter[str]]:
    counters: list[Counter[str]] = [Counter() for _ in range(width)]
    for values, count in rows:
        for counter, value in zip(counters, values, strict=True):
            counter[text_of(value)] += count
    return counters


def _facet(column: str, counter: Counter[str]) -> Facet:
    """Spellings that differ in the case of ASCII letters only are one value, under the most frequent of them."""
    spelt: dict[str, str] = {}
    together: Counter[str] = Counter()
    for value, count in counter.most_common():
        together[spelt.setdefault(_folded(value), value)] += count
    values = sorted(together.items(), key=lambda item: (-item[1], item[0]))
    return Facet(column, tuple(values[:MOST_VALUES]), sum(count for _, count in values[MOST_VALUES:]))


def _folded(text: str) -> str:
    """As SQLite's NOCASE compares."""
    return (
        text.lower() if text.isascii() else "".join(letter.lower() if letter.isascii() else letter for letter in text)
    )
