"""The Agents page's first figures from the indexes alone: 0.2 s at 2,000,000 rows, where reading them takes seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import numpy as np

from felix_dbadmin.core.analytics.chosen import left_out_counts
from felix_dbadmin.core.analytics.drawing import Measure, draw_bars, figures
from felix_dbadmin.core.analytics.groups import Spread, divided
from felix_dbadmin.core.analytics.panel import Figure, LeftOut, Panel, Wish
from felix_dbadmin.core.connection import explaining, open_searcher
from felix_dbadmin.core.task import Task

Quick = Callable[[Panel, Path, Wish, Task], Panel | None]
"""An answer from the indexes; None where they cannot give it."""

DATABASE = "felix_agent_performance.db"
CONFIDENCE = Measure("confidence", "confidence")
TYPES = 200
"""Agent types whose quartiles are looked up one by one."""

HEADLINE = (
    ("Checkpoints", "", 0),
    ("Agents", "", 0),
    ("Workflows", "", 0),
    ("Mean confidence", "", 3),
    ("Tokens", "tokens", 0),
    ("Processing time", "s", 1),
)
"""Name, unit and digits of each figure."""

# Text and blobs are above every number, NULL is neither.
_USABLE = "{0} >= 0 and {0} < 9e999"
_NUMBER = "{0} > -9e999 and {0} < 9e999"


def quick_headline(panel: Panel, folder: Path, wish: Wish, task: Task) -> Panel | None:
    """All but the processing time, which no index has: only where the wish is for an answer at once."""
    begun = time.perf_counter()
    if not wish.quick:
        return None
    with _indexed(folder, task) as db:
        if db is None:
            return None
        row = _tallies(db)
        if not row[0]:
            return None
        found = (
            row[0],
            _different(db, "agent_id"),
            _different(db, "workflow_id"),
            row[3] / row[2] if row[2] else None,
            row[6] if row[5] else None,
            None,
        )
        latest = _latest(db)
    out = (*_out("confidence", row[0], *row[1:3]), *_out("tokens", row[0], *row[4:6]))
    taken = time.perf_counter() - begun
    drawn = replace(panel, rows=row[0], latest=latest, provisional=True, seconds=taken, migration=0)
    return figures(drawn, headline(found), out)


def headline(values: Sequence[float | None], before: Sequence[float | None] | None = None) -> list[Figure]:
    """The figures of HEADLINE, with those of the period before where there is one."""
    return [
        Figure(name, value, unit, past, digits)
        for (name, unit, digits), value, past in zip(HEADLINE, values, before or [None] * len(HEADLINE), strict=True)
    ]


def quick_confidence(panel: Panel, folder: Path, _wish: Wish, task: Task) -> Panel | None:
    """The mean by an index over type and confidence, the quartiles by their places in it."""
    begun = time.perf_counter()
    with _indexed(folder, task) as db:
        if db is None:
            return None
        usable = _USABLE.format("confidence")
        rows: list[Any] = db.execute(
            f"select agent_type, count(*), {_tally('confidence')}, min(confidence) filter (where {usable}),"
            f" max(confidence) filter (where {usable}) from agent_performance group by agent_type limit {TYPES + 1}"
        ).fetchall()
        if not rows or len(rows) > TYPES or not all(isinstance(row[0], str) for row in rows):
            return None
        quartiles = [[_at(db, str(row[0]), row[3], share) for row in rows] for share in (0.25, 0.5, 0.75)]
        latest = _latest(db)
    low, median, high = (np.array(each) for each in quartiles)
    counts = np.array([row[3] for row in rows], dtype=np.int64)
    sums, least, most = (np.array([row[at] for row in rows], dtype=np.float64) for at in (4, 5, 6))
    spread = Spread(counts, sums, divided(sums, counts), least, low, median, high, most)
    all_rows = np.array([row[1] for row in rows], dtype=np.int64)
    names = tuple(str(row[0]) for row in rows)
    drawn = draw_bars(panel, names, all_rows, spread, ("agent_type", "agent type"), CONFIDENCE)
    total = int(all_rows.sum())
    return replace(
        drawn,
        rows=total,
        latest=latest,
        migration=0,
        left_out=_out("confidence", total, sum(row[2] for row in rows), int(counts.sum())),
        seconds=time.perf_counter() - begun,
    )


@contextmanager
def _indexed(folder: Path, task: Task) -> Iterator[apsw.Connection | None]:
    """The database where it has the index that makes this quick, otherwise None."""
    path = folder / DATABASE
    if not path.exists():
        yield None
        return
    with open_searcher(path, task) as db, explaining(path, task):
        # A statement that has begun keeps one state of the file before the questions that follow.
        held = db.execute("select name from sqlite_schema")
        there = "select count(*) from sqlite_schema where name = 'idx_agent_type_confidence' and type = 'index'"
        yield db if int(db.execute(there).get) else None
        held.close(True)


def _tallies(db: apsw.Connection) -> list[Any]:
    """Rows, and for confidence and tokens what `_tally` counts: in half the time where nothing is left out."""
    rows = db.execute("select count(*) from agent_performance").get
    both = f"{_USABLE.format('confidence')} and {_USABLE.format('tokens_used')}"
    sums = f"select count(*), total(confidence), total(tokens_used) from agent_performance where {both}"
    usable, sure, tokens = db.execute(sums).fetchall()[0]
    if usable == rows:
        return [rows, rows, rows, sure, rows, rows, tokens]
    tallies = ", ".join(_tally(column) for column in ("confidence", "tokens_used"))
    return list(db.execute(f"select count(*), {tallies} from agent_performance").fetchall()[0])


def _tally(column: str) -> str:
    """How many are numbers, how many of these can be reckoned with, and their sum."""
    number, usable = _NUMBER.format(column), _USABLE.format(column)
    return (
        f"count(*) filter (where {number}), count(*) filter (where {usable}), total({column}) filter (where {usable})"
    )


def _out(called: str, rows: int, numbers: int, usable: int) -> tuple[LeftOut, ...]:
    return left_out_counts(
        (rows - numbers, f"{called} is missing or no number"), (numbers - usable, f"{called} is negative")
    )


def _different(db: apsw.Connection, column: str) -> int:
    """Different values, from one to the next through the index; NULL is none."""
    found: int = db.execute(
        f"with recursive each(value) as (select min({column}) from agent_performance union all"
        f" select (select min({column}) from agent_performance where {column} > value) from each"
        " where value is not null) select count(value) from each"
    ).get
    return found


def _at(db: apsw.Connection, kind: str, count: int, share: float) -> float:
    """The value below which `share` of a type's `count` usable ones lie, NaN of none."""
    if not count:
        return float("nan")
    place = (count - 1) * share
    rows: list[Any] = db.execute(
        f"select confidence from agent_performance where agent_type = ? and {_USABLE.format('confidence')}"
        " order by confidence limit 2 offset ?",
        (kind, int(place)),
    ).fetchall()
    if not rows:
        raise apsw.CorruptError("an index of agent_performance does not agree with its rows")
    lower, upper = float(rows[0][0]), float(rows[-1][0])
    return lower + (upper - lower) * (place - int(place))


def _latest(db: apsw.Connection) -> float | None:
    found = db.execute("select max(timestamp) from agent_performance where timestamp < 9e999").get
    return None if found is None else float(found)
