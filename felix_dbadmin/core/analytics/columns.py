"""A table's columns as arrays, read once and kept while the file does not change.

2,000,000 rows of nine columns are read in some 2 s and take 70 bytes each; any figure over any range of them then costs
milliseconds. Nothing is carried over when the file changed: old rows may be changed or deleted as well as new ones
added, and only reading them all tells.
"""

from __future__ import annotations

import threading
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from felix_dbadmin.core.analytics.kept import find, keep, marks_of
from felix_dbadmin.core.analytics.panel import Wish
from felix_dbadmin.core.analytics.tables import Kind, TableSpec
from felix_dbadmin.core.connection import explaining, open_searcher
from felix_dbadmin.core.schema import columns_of
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import moment_of

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Mask = NDArray[np.bool_]
Counts = NDArray[np.int64]
Made = TypeVar("Made")

CHUNK = 1 << 11
"""Rows between two looks at the cancel flag and two reports: what of them fits into a processor's cache, and half as
much time again at 1 << 16."""

NOTHING = "(none)"
"""What a missing name is called."""

_ODD = float("-inf")
"""On the way from SQLite what is no number; NULL is the other infinity."""

_MISSING = ("9e999", "null")
"""What stands for a number or a name of a column that the table does not have."""


@dataclass(frozen=True)
class Names:
    """A column of names: a code per row, and what the codes mean."""

    codes: Codes
    names: tuple[str, ...]

    @cached_property
    def counts(self) -> Counts:
        """Rows that have each of the names."""
        return np.bincount(self.codes, minlength=len(self.names)).astype(np.int64)


@dataclass(frozen=True)
class Store:
    """All rows of a table as they were at one moment. A number that is NULL or not a number is NaN.

    What is worked out from all of them is kept: every panel asks for it again.
    """

    spec: TableSpec
    keys: NDArray[np.int64]
    numbers: dict[str, Floats]
    """Numbers and times."""
    names: dict[str, Names]
    odd: dict[str, int]
    """Per column the rows whose value is of the wrong kind: text where a number belongs."""
    _made: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    def once(self, work: Callable[[Store], Made]) -> Made:
        """What `work` makes of all rows."""
        if work not in self._made:
            self._made[work] = work(self)
        return cast("Made", self._made[work])

    @property
    def rows(self) -> int:
        return len(self.keys)

    @property
    def times(self) -> Floats:
        return self.numbers[self.spec.time]

    @cached_property
    def latest(self) -> float | None:
        """The newest time, None where no row has one."""
        known = self.times[~np.isnan(self.times)]
        return float(known.max()) if len(known) else None

    def chosen(self, wish: Wish, *, shifted: float = 0.0) -> Mask:
        """The rows in the range and filter; `shifted` moves the range by so many seconds.

        Without a range rows without a time are chosen too; with one nothing says that they belong to it.
        """
        mask = np.ones(self.rows, dtype=np.bool_)
        if wish.since is not None:
            mask &= self.times >= wish.since + shifted
        if wish.until is not None:
            mask &= self.times < wish.until + shifted
        for column, values in wish.where:
            known = self.names.get(column)
            if known is not None:
                wanted = [code for code, name in enumerate(known.names) if name in values]
                mask &= np.isin(known.codes, wanted)
        return mask


_locks: dict[tuple[Path, str], threading.Lock] = {}


def load(folder: Path, spec: TableSpec, *, task: Task) -> Store | None:
    """The columns of a table as they are now; None where the table is not there. Raises DatabaseUnusable, Locked,
    Cancelled."""
    path = folder / spec.database
    if not path.exists():
        return None
    with _turn(path, spec.table, task):
        # Marks from before the reading: what is written meanwhile makes the next call read again.
        marks = marks_of(path)
        store = find(path, spec, marks)
        if store is None:
            try:
                store = _read(path, spec, task, careful=False)
            except TypeError:  # text where a number belongs: looking at each value's kind costs half as much again
                store = _read(path, spec, task, careful=True)
        if store is not None:
            keep(path, marks, store)
    return store


@contextmanager
def _turn(path: Path, table: str, task: Task) -> Iterator[None]:
    """Two panels of one page wait for one reading; a cancel ends the waiting too."""
    lock = _locks.setdefault((path, table), threading.Lock())
    while not lock.acquire(timeout=0.05):
        task.check()
    try:
        yield
    finally:
        lock.release()


def _read(path: Path, spec: TableSpec, task: Task, *, careful: bool) -> Store | None:
    with open_searcher(path, task) as db, explaining(path, task):
        there = {column.lower() for column in columns_of(db, spec.table)}
        if not there:
            return None
        db.create_scalar_function("moment_of", _moment, 1, deterministic=True)
        columns = (
            _expression(name, kind, careful=careful) if name.lower() in there else _MISSING[kind is Kind.NAME]
            for name, kind in spec.columns
        )
        read = ", ".join((quoted(spec.key), *columns))
        total = db.execute(f"select count(*) from {quoted(spec.table)}").get
        rows = db.execute(f"select {read} from {quoted(spec.table)} order by {quoted(spec.key)}")
        values = chain.from_iterable(rows)
        reading = _Reading(spec)
        width = 1 + len(spec.columns)
        while part := list(islice(values, CHUNK * width)):
            reading.add(part)
            task.report(reading.rows, total, spec.table)
        return reading.store()


def _expression(name: str, kind: Kind, *, careful: bool) -> str:
    column = quoted(name)
    if kind is Kind.NAME:
        return column
    if not careful:
        return f"coalesce({column}, 9e999)"
    text = "moment_of" if kind is Kind.TIME else ""
    odd = f"coalesce({text}({column}), -9e999)" if text else "-9e999"
    return (
        f"case typeof({column}) when 'real' then {column} when 'integer' then {column}"
        f" when 'null' then 9e999 when 'text' then {odd} else -9e999 end"
    )


def _moment(*values: object) -> float | None:
    return moment_of(values[0])


class _Reading:
    """Collects the values of a table's rows, chunk by chunk. Raises TypeError for text where a number belongs."""

    def __init__(self, spec: TableSpec) -> None:
        self.rows = 0
        self._spec = spec
        self._keys: list[NDArray[np.int64]] = []
        self._numbers: dict[str, list[Floats]] = {name: [] for name, kind in spec.columns if kind is not Kind.NAME}
        self._codes: dict[str, list[Codes]] = {name: [] for name, kind in spec.columns if kind is Kind.NAME}
        self._known: dict[str, defaultdict[object, int]] = {name: defaultdict(count().__next__) for name in self._codes}
        self._odd: dict[str, int] = dict.fromkeys(self._numbers, 0)

    def add(self, part: list[Any]) -> None:
        """`part` holds whole rows, value after value: slices of a list are its columns, the fastest way tried."""
        width = 1 + len(self._spec.columns)
        # An array takes numbers only, where numpy would read text such as '1_000' as one.
        self._keys.append(np.frombuffer(array("q", part[::width]), dtype=np.int64))
        self.rows += len(self._keys[-1])
        for place, (name, kind) in enumerate(self._spec.columns, start=1):
            values = part[place::width]
            if kind is Kind.NAME:
                code = self._known[name].__getitem__
                self._codes[name].append(np.fromiter(map(code, values), np.int32, len(values)))
                continue
            found = np.array(array("d", values))
            self._odd[name] += int(np.count_nonzero(found == _ODD))
            found[np.isinf(found)] = np.nan
            self._numbers[name].append(found)

    def store(self) -> Store:
        return Store(
            spec=self._spec,
            keys=_together(self._keys, np.int64),
            numbers={name: _together(parts, np.float64) for name, parts in self._numbers.items()},
            names={name: _named(_together(parts, np.int32), self._known[name]) for name, parts in self._codes.items()},
            odd={name: rows for name, rows in self._odd.items() if rows},
        )


def _named(codes: Codes, known: Iterable[object]) -> Names:
    """One code for each name: what is stored in two ways, as 1 and '1', is one to a person."""
    names = [_name(value) for value in known]
    place: dict[str, int] = {}
    merged = np.array([place.setdefault(name, len(place)) for name in names], dtype=np.int32)
    return Names(codes if len(place) == len(names) else merged[codes], tuple(place))


def _together(parts: list[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind)


def _name(value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else str(value)
