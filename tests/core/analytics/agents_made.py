"""Checkpoints for a test, odd ones too: the table takes any value in any column."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import apsw
from hypothesis import strategies as st

from felix_dbadmin.core.sample.agents import COLUMNS

DATABASE = "felix_agent_performance.db"
NOW = time.time()
BEGIN = NOW - 40 * 86_400

INDEX = "create index idx_agent_type_confidence on agent_performance(agent_type, confidence, tokens_used)"


def make_checkpoints(folder: Path, rows: Iterable[dict[str, Any]], *, indexed: bool = False) -> Path:
    """A workspace with these checkpoints; a column that a row does not name has an ordinary value."""
    path = folder / DATABASE
    path.unlink(missing_ok=True)
    db = apsw.Connection(str(path))
    try:
        db.pragma("synchronous", "off")
        columns = ", ".join(COLUMNS)
        db.execute(f"begin; create table agent_performance (id integer primary key autoincrement, {columns})")
        if indexed:
            db.execute(INDEX)
        insert = f"insert into agent_performance({columns}) values ({', '.join('?' * len(COLUMNS))})"
        db.executemany(
            insert, ([{**ordinary(number), **row}[each] for each in COLUMNS] for number, row in enumerate(rows))
        )
        db.execute("commit")
    finally:
        db.close()
    return folder


def ordinary(number: int) -> dict[str, Any]:
    return {
        "agent_id": f"research_{number % 3:03d}",
        "workflow_id": 1 + number // 10,
        "agent_type": "research",
        "spawn_time": 0.1,
        "checkpoint": number % 10 / 10,
        "confidence": 0.5 + number % 7 / 20,
        "tokens_used": 100 + number,
        "processing_time": 1.5 + number % 5,
        "depth_ratio": number % 10 / 10,
        "phase": ("exploration", "analysis", "synthesis")[number % 3],
        "position_x": 1.0 + number,
        "position_y": 2.0,
        "position_z": 3.0,
        "content_preview": None,
        "timestamp": BEGIN + 600 * number,
    }


ODD = st.sampled_from([None, "n/a", "1_000", "٣", "", b"\x00", -1, -0.25, 0])
AMOUNTS = st.one_of(
    st.floats(0, 1e6, allow_nan=False),
    st.integers(0, 10**9),
    ODD,
)
TIMES = st.one_of(
    st.floats(BEGIN, NOW - 10),
    st.sampled_from([None, "2025-10-24T16:59:51", "2025-10-24 16:59:51+02:00", "soon", -5.0, 0, NOW + 1e7, 5e17]),
)
TYPES = st.one_of(st.sampled_from(["research", "critic", "(none)", "7", "ünï"]), st.none(), st.just(7))

CHECKPOINTS = st.lists(
    st.fixed_dictionaries(
        {
            "agent_id": st.sampled_from(["a", "b", "c", None]),
            "workflow_id": st.sampled_from([1, 2, 3, "3", None, 10**15]),
            "agent_type": TYPES,
            "confidence": AMOUNTS,
            "tokens_used": AMOUNTS,
            "processing_time": AMOUNTS,
            "depth_ratio": AMOUNTS,
            "checkpoint": AMOUNTS,
            "position_x": AMOUNTS,
            "phase": st.sampled_from(["exploration", "analysis", "synthesis", None]),
            "timestamp": TIMES,
        }
    ),
    max_size=40,
)
