"""A table's columns are what its rows hold, also when they are odd, and are read again when the file changed."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.analytics.columns import CHUNK, NOTHING, Store, load
from felix_dbadmin.core.analytics.kept import loaded
from felix_dbadmin.core.analytics.tables import Kind, TableSpec
from felix_dbadmin.core.errors import Cancelled, DatabaseUnusable
from felix_dbadmin.core.task import Progress, Task
from felix_dbadmin.core.text import moment_of
from tests.helpers.workspaces import run_sql

SPEC = TableSpec(
    "t.db", "t", "id", "at", (("at", Kind.TIME), ("amount", Kind.NUMBER), ("kind", Kind.NAME), ("absent", Kind.NUMBER))
)


def make(folder: Path, rows: list[tuple[Any, ...]]) -> Path:
    db = apsw.Connection(str(folder / "t.db"))
    try:
        db.pragma("synchronous", "off")
        with db:
            db.execute("create table t (id integer primary key, at, amount, kind)")
            db.executemany("insert into t values (?, ?, ?, ?)", rows)
    finally:
        db.close()
    return folder


def read(folder: Path) -> Store:
    store = load(folder, SPEC, task=Task())
    assert store is not None
    return store


def known(values: Iterable[float]) -> list[float | None]:
    return [None if value != value else value for value in values]


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.binary(),
)
KINDS = st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["0", "a", NOTHING]), st.text(max_size=3))


@given(values=st.dictionaries(st.integers(-(2**63), 2**63 - 1), st.tuples(VALUES, VALUES, KINDS), max_size=30))
@settings(deadline=None)
def test_every_value_is_read_or_counted_as_odd(values: dict[int, tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = read(make(Path(folder), [(key, *row) for key, row in values.items()]))
    rows = [values[key] for key in sorted(values)]
    assert store.keys.tolist() == sorted(values)
    numbers = [float(row[1]) if isinstance(row[1], int | float) else None for row in rows]
    assert known(store.numbers["amount"].tolist()) == numbers
    assert known(store.numbers["at"].tolist()) == [moment_of(row[0]) for row in rows]
    assert store.odd.get("amount", 0) == sum(isinstance(row[1], str | bytes) for row in rows)
    assert known(store.numbers["absent"].tolist()) == [None] * len(rows)
    names = store.names["kind"]
    assert len(set(names.names)) == len(names.names)
    found = [names.names[code] for code in names.codes.tolist()]
    assert found == [NOTHING if row[2] is None else str(row[2]) for row in rows]


def test_more_rows_than_a_chunk(tmp_path: Path) -> None:
    many = 2 * CHUNK + 3
    told: list[Progress] = []
    store = load(make(tmp_path, [(n, float(n), n, f"k{n % 5}") for n in range(many)]), SPEC, task=Task(told.append))
    assert store is not None
    assert store.rows == many
    assert store.numbers["amount"].sum() == many * (many - 1) / 2
    assert told


def test_a_change_of_an_old_row_is_read(tmp_path: Path) -> None:
    make(tmp_path, [(1, 1.0, 10, "a"), (2, 2.0, 20, "b")])
    assert not loaded(tmp_path, SPEC)
    assert read(tmp_path) is read(tmp_path)
    assert loaded(tmp_path, SPEC)
    run_sql(tmp_path / "t.db", "update t set amount = 11 where id = 1", "insert into t values (3, 3.0, 30, 'c')")
    assert not loaded(tmp_path, SPEC)
    assert read(tmp_path).numbers["amount"].tolist() == [11, 20, 30]
    run_sql(tmp_path / "t.db", "delete from t where id < 3")
    assert read(tmp_path).keys.tolist() == [3]


def test_a_table_or_file_that_is_not_there(tmp_path: Path) -> None:
    assert load(tmp_path, SPEC, task=Task()) is None
    run_sql(tmp_path / "t.db", "create table other (id integer primary key)")
    assert load(tmp_path, SPEC, task=Task()) is None


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "t.db").write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(DatabaseUnusable, match=r"t\.db is not an SQLite database"):
        load(tmp_path, SPEC, task=Task())


def test_cancelled_while_reading(tmp_path: Path) -> None:
    make(tmp_path, [(n, float(n), n, "k") for n in range(3 * CHUNK)])
    task = Task()

    def stop(_progress: Progress) -> None:
        task.cancel()

    task = Task(stop)
    with pytest.raises(Cancelled):
        load(tmp_path, SPEC, task=task)
    assert not loaded(tmp_path, SPEC)
    assert read(tmp_path).rows == 3 * CHUNK


def test_two_panels_wait_for_one_reading(tmp_path: Path) -> None:
    make(tmp_path, [(n, float(n), n, "k") for n in range(CHUNK)])
    found: list[Store] = []
    together = threading.Barrier(4)

    def ask() -> None:
        together.wait()
        found.append(read(tmp_path))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 4
    assert len({id(each) for each in found}) == 1
