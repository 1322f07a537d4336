"""Any table, page by page, each page where the one before ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.errors import Cancelled, WrongUsage
from felix_dbadmin.core.rows import Binary, Rows, read_rows
from felix_dbadmin.core.task import Task
from tests.helpers.workspaces import add_component, run_sql


def make(folder: Path, *statements: str) -> Path:
    folder.mkdir(exist_ok=True)
    add_component(folder, files={}, base="")
    run_sql(folder / "notes.db", *statements)
    return folder


NUMBERS = "with recursive n(x) as (select 1 union all select x + 1 from n where x < 25)"


@pytest.fixture(params=["rowid", "key", "shadowed"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = {
        "rowid": ("create table t(id integer, kind text)", f"{NUMBERS} insert into t select x, 'k' || (x % 3) from n"),
        "key": (
            "create table t(id integer, kind text, primary key (kind, id)) without rowid",
            f"{NUMBERS} insert into t select x, 'k' || (x % 3) from n",
        ),
        "shadowed": (
            "create table t(id integer, kind text, rowid text)",
            f"{NUMBERS} insert into t select x, 'k' || (x % 3), 'same' from n",
        ),
    }
    return make(tmp_path / "w", *made[str(request.param)])


Place = tuple[object, ...]


def page(
    folder: Path,
    *,
    where: tuple[tuple[str, object], ...] = (),
    around: tuple[str, object] | None = None,
    after: Place | None = None,
    before: Place | None = None,
    limit: int = 200,
) -> Rows:
    return read_rows(folder, "notes", "t", where, around, after, before, limit, task=Task())


def ids(rows: Rows) -> list[object]:
    return [row[rows.columns.index("id")] for row in rows.rows]


def test_forward_and_back_again(folder: Path) -> None:
    pages = [page(folder, limit=10)]
    while not pages[-1].last:
        pages.append(page(folder, limit=10, after=pages[-1].rowids[-1]))
    assert [len(each.rows) for each in pages] == [10, 10, 5]
    assert sorted(str(each) for rows in pages for each in ids(rows)) == sorted(str(n) for n in range(1, 26))
    assert [each.total for each in pages] == [25, None, None]
    back = page(folder, limit=10, before=pages[-1].rowids[0])
    assert back.rows == pages[1].rows
    first = page(folder, limit=10, before=back.rowids[0])
    assert (first.rows, first.first, first.last) == (pages[0].rows, True, False)


def test_around_a_row(folder: Path) -> None:
    rows = page(folder, limit=6, around=("id", 7))
    assert ids(rows)[3] == 7
    assert len(rows.rows) == 6
    assert (rows.first, rows.last, rows.total) == (False, False, 25)
    assert ids(page(folder, limit=6, around=("id", 999))) == ids(page(folder, limit=6))


def test_only_some_rows(folder: Path) -> None:
    rows = page(folder, where=(("KIND", "k1"),))
    assert sorted(str(each) for each in ids(rows)) == sorted(str(n) for n in range(1, 26, 3))
    assert (rows.total, rows.first, rows.last) == (9, True, True)
    assert page(folder, where=(("kind", None),)).rows == ()


def test_what_is_not_there(folder: Path) -> None:
    with pytest.raises(WrongUsage, match="no table named nothing"):
        read_rows(folder, "notes", "nothing", task=Task())
    with pytest.raises(WrongUsage, match="no column named nothing"):
        page(folder, where=(("nothing", 1),))
    with pytest.raises(WrongUsage, match="no component"):
        read_rows(folder, "nobody", "t", task=Task())


def test_a_row_is_found_by_its_rowid(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", "create table t(id integer)", "insert into t values (10), (20), (30)")
    rows = page(folder, around=("rowid", 2), limit=2)
    assert ids(rows) == [10, 20]


def test_cells_are_what_a_table_can_show(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        "create table t(a, b, c, d, e, f)",
        "insert into t values"
        " (null, 1.5, x'0001ff', cast(x'61ff' as text), hex(zeroblob(5000)), 'x' || char(0) || 'y')",
    )
    [[a, b, c, d, e, f]] = page(folder).rows
    assert (a, b, c, d, f) == (None, 1.5, Binary(3), "a\ufffd", "x\0y")
    assert isinstance(e, str)
    assert (len(e), e[-1]) == (1001, "…")


def test_a_view_has_a_first_page(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w", "create table u(id)", "insert into u values (1), (2)", "create view t as select * from u"
    )
    rows = page(folder, limit=1)
    assert (ids(rows), rows.last) == ([1], False)


def test_an_index_is_a_table_too(migrated: Path) -> None:
    rows = read_rows(migrated, "knowledge", "knowledge_fts", limit=3, task=Task())
    assert rows.columns == ("knowledge_id", "content_text", "domain", "tags")
    assert (len(rows.rows), rows.total) == (3, 443)


def test_a_cancel_ends_it(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        "create table t(id integer)",
        "with recursive n(x) as (select 1 union all select x + 1 from n where x < 20000) insert into t select x from n",
    )
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        read_rows(folder, "notes", "t", where=(("id", -1),), task=task)


@settings(max_examples=60)
@given(
    keys=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", "a", "B", "b"])), unique=True, max_size=12),
    limit=st.integers(1, 5),
)
def test_every_row_comes_once(
    tmp_path_factory: pytest.TempPathFactory, keys: list[tuple[int, str]], limit: int
) -> None:
    folder = tmp_path_factory.mktemp("w")
    values = [f"insert into t values ({number}, '{text}')" for number, text in keys]
    make(folder, "create table t(id integer, x text, primary key (id, x)) without rowid", *values)
    rows = page(folder, limit=limit)
    found = list(rows.rows)
    while not rows.last:
        rows = page(folder, limit=limit, after=rows.rowids[-1])
        found += rows.rows
    assert found == sorted(keys, key=lambda key: (key[0], key[1].encode()))
