"""Confidence by agent type from an index: its mean by a scan, the quartiles by their places in it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import numpy as np

from felix_dbadmin.core.analytics.agents_headline import latest
from felix_dbadmin.core.analytics.drawing import Measure, draw_bars
from felix_dbadmin.core.analytics.groups import Spread, divided
from felix_dbadmin.core.analytics.headlines import indexed, left_out_counts
from felix_dbadmin.core.analytics.panel import Panel, Wish
from felix_dbadmin.core.analytics.tables import AGENTS
from felix_dbadmin.core.task import Task

INDEXES = ("idx_agent_type_confidence",)
CONFIDENCE = Measure("confidence", "confidence")
TYPES = 200
"""Agent types whose quartiles are looked up one by one."""

# Text and blobs are above every number, NULL is neither.
_USABLE = "confidence >= 0 and confidence < 9e999"
_NUMBER = "confidence > -9e999 and confidence < 9e999"


def quick_confidence(panel: Panel, folder: Path, wish: Wish, task: Task) -> Panel | None:
    """None where the index does not tell: the wish is for a part, types are missing or too many."""
    begun = time.perf_counter()
    with indexed(folder, AGENTS, wish, INDEXES, task) as db:
        if db is None:
            return None
        rows: list[Any] = db.execute(
            f"select agent_type, count(*), count(*) filter (where {_NUMBER}), count(*) filter (where {_USABLE}),"
            f" total(confidence) filter (where {_USABLE}), min(confidence) filter (where {_USABLE}),"
            f" max(confidence) filter (where {_USABLE}) from agent_performance group by agent_type limit {TYPES + 1}"
        ).fetchall()
        if not rows or len(rows) > TYPES or not all(isinstance(row[0], str) for row in rows):
            return None
        quartiles = [[_at(db, str(row[0]), row[3], share) for row in rows] for share in (0.25, 0.5, 0.75)]
        newest = latest(db)
    low, median, high = (np.array(each) for each in quartiles)
    counts = np.array([row[3] for row in rows], dtype=np.int64)
    sums, least, most = (np.array([row[at] for row in rows], dtype=np.float64) for at in (4, 5, 6))
    spread = Spread(counts, sums, divided(sums, counts), least, low, median, high, most)
    all_rows = np.array([row[1] for row in rows], dtype=np.int64)
    names = tuple(str(row[0]) for row in rows)
    drawn = draw_bars(panel, names, all_rows, spread, ("agent_type", "agent type"), CONFIDENCE)
    total, numbers = int(all_rows.sum()), sum(row[2] for row in rows)
    return replace(
        drawn,
        rows=total,
        latest=newest,
        migration=0,
        left_out=left_out_counts(
            (total - numbers, "confidence is missing or no number"),
            (numbers - int(counts.sum()), "confidence is negative"),
        ),
        seconds=time.perf_counter() - begun,
    )


def _at(db: apsw.Connection, kind: str, count: int, share: float) -> float:
    """The value below which `share` of a type's `count` usable ones lie, NaN of none."""
    if not count:
        return float("nan")
    place = (count - 1) * share
    rows: list[Any] = db.execute(
        f"select confidence from agent_performance where agent_type = ? and {_USABLE}"
        " order by confidence limit 2 offset ?",
        (kind, int(place)),
    ).fetchall()
    if not rows:
        raise apsw.CorruptError("an index of agent_performance does not agree with its rows")
    lower, upper = float(rows[0][0]), float(rows[-1][0])
    return lower + (upper - lower) * (place - int(place))
