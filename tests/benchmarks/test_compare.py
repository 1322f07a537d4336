"""What comparing a backup of a million rows with the live database costs, against just reading both."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import apsw
import pytest

from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.task import Task
from tests.core.backups.beside_helpers import backed_up, change, compared, figures, table_of

ROWS = 1_000_000
KEYS = {
    "integer key": "id integer primary key, a text, b real, body text",
    "text key": "id text primary key, a text, b real, body text",
    "no key": "id text, a text, b real, body text",
}


def seconds_to_read(path: Path) -> float:
    with open_reader(path) as db:
        begun = time.perf_counter()
        db.execute("select sum(length(id) + length(a) + b + length(body)) from t").fetchall()
        return time.perf_counter() - begun


@pytest.mark.parametrize("kind", KEYS)
def test_comparing_costs_a_few_times_the_reading(benchmark: Any, tmp_path: Path, kind: str) -> None:
    key = "i" if kind == "integer key" else "lower(hex(randomblob(16)))"
    backup = backed_up(
        tmp_path,
        f"create table t({KEYS[kind]})",
        f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {ROWS})"
        f" insert into t select {key}, 'agent ' || i % 97, i * 0.5, hex(randomblob(60)) from n",
    )
    change(tmp_path, "update t set a = 'other' where rowid % 1000 = 7", "delete from t where rowid % 1000 = 9")
    apsw.memory_high_water(True)
    before = apsw.memory_used()
    found = benchmark.pedantic(compared, args=(tmp_path, backup), rounds=1)
    memory = apsw.memory_high_water() - before
    expected = (1000, 2000, 0) if kind == "no key" else (0, 1000, 1000)
    assert figures(table_of(found)) == expected
    reading = seconds_to_read(tmp_path / "notes.db") + seconds_to_read(tmp_path / "backups" / backup)

    task = Task()
    cancelled = [0.0]

    def cancel() -> None:
        cancelled[0] = time.perf_counter()
        task.cancel()

    timer = threading.Timer(found.seconds / 2, cancel)
    timer.start()
    with pytest.raises(Cancelled):
        compare_with_live(tmp_path, "notes", backup, task=task)
    latency = time.perf_counter() - cancelled[0]
    timer.join()
    benchmark.extra_info.update(seconds=found.seconds, reading=reading, memory=memory, latency=latency)
    assert found.seconds < 10 * reading
    assert memory < 32 << 20
    assert latency < 0.25
