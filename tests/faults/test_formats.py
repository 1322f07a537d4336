"""Every format of an SQLite file: pages of 512 to 65,536 bytes, UTF-16, auto_vacuum; in both journal modes."""

from __future__ import annotations

import itertools
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.analytics.ask import PAGES, ask
from felix_dbadmin.core.analytics.panel import Wish
from felix_dbadmin.core.backups.compare import TableComparison, compare_with_live
from felix_dbadmin.core.backups.operations import back_up, restore
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.migrate.verify import verify_component
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.search.find import first_page
from felix_dbadmin.core.search.query import parse
from felix_dbadmin.core.search.reading import read_row
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.faults.figures import Figure, record
from tests.faults.sampling import PATIENCE, SOAK_SECONDS, trials
from tests.helpers.filling import fill
from tests.helpers.workspaces import dump, run_sql
from tests.migrations.helpers import make_base

COMPONENTS = ("knowledge", "agent_performance")
WORDS = ("the data", "größe", "日本", "row 7", "prefix*", "🜁 luft")
TEXTS = ("Die Größe der 🜁 Luft", "naïve prefixes", "日本 und row 7")


@dataclass(frozen=True, slots=True)
class Format:
    page_size: int = 4096
    encoding: str = "UTF-8"
    auto_vacuum: int = 0
    journal: str = "delete"


FORMATS = tuple(
    Format(*each)
    for each in itertools.product(
        (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536),
        ("UTF-8", "UTF-16le", "UTF-16be"),
        (0, 1, 2),
        ("delete", "wal"),
    )
)


def _make(folder: Path, form: Format) -> None:
    """Migrated databases with the same rows in whatever format."""
    for name in COMPONENTS:
        path = _path(folder, name)
        db = apsw.Connection(str(path))
        try:
            db.pragma("synchronous", "off")
            for pragma in ("page_size", "encoding", "auto_vacuum"):
                db.pragma(pragma, getattr(form, pragma))
            make_base(db, name)
            db.pragma("user_version", 1)
            db.pragma("journal_mode", form.journal)
        finally:
            db.close()
        carry_out(folder, rehearse(folder, Request(name), task=Task()).plan, task=Task())
        fill(path, 40)
    for number, text in enumerate(TEXTS):
        changed = f"update knowledge_entries set content_json = '{text}' where knowledge_id = 'id {number}'"
        run_sql(_path(folder, "knowledge"), changed)


def _path(folder: Path, name: str) -> Path:
    workspace = open_workspace(folder)
    return workspace.database(workspace.component(name))


def _answers(folder: Path) -> list[object]:
    """Of search, reading and analytics; without how long they took."""
    task, found = Task(), list[object]()
    (source,) = read_sources(folder, ("knowledge",), task=task).found
    for words in WORDS:
        search = Search(parse(words))
        page = first_page(folder, source, search, task=task)
        assert page.hits, words
        rows = [read_row(folder, source, search, hit.rowid, key=hit.key, task=task) for hit in page.hits[:2]]
        found += [replace(page, seconds=0.0), *(row.fields for row in rows)]
    panels = (ask(folder, "agents", panel, Wish(), task=task) for panel in PAGES["agents"])
    found += [replace(panel, seconds=0.0) for panel in panels]
    return found


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    folder = tmp_path_factory.mktemp("usual")
    _make(folder, Format())
    return _answers(folder)


def _cut(path: Path) -> None:
    """Rows go, and with auto_vacuum the file gets shorter."""
    run_sql(
        path,
        "pragma foreign_keys = on",
        "delete from knowledge_entries where rowid % 2",
        "delete from large",
        "pragma incremental_vacuum",
    )


def _formats() -> Iterator[tuple[Format, random.Random]]:
    """Some by chance, or in a soak each of them."""
    chances = list(trials("formats", len(FORMATS) if SOAK_SECONDS else 3, 0.0))
    formats = FORMATS if SOAK_SECONDS else chances[0].sample(FORMATS, 3)
    return zip(formats, chances, strict=True)


@pytest.mark.timeout(PATIENCE)
def test_every_format(usual: list[object], scratch: Path) -> None:
    wrong: dict[Format, str] = {}
    tried = 0
    for form, rng in _formats():
        folder = scratch / str(tried)
        folder.mkdir()
        _make(folder, form)
        tried += 1
        if _answers(folder) != usual:
            wrong[form] = "answers other than those from the usual format"
        elif problem := _back_and_forth(folder, form, rng.random() < 0.5):
            wrong[form] = problem
        shutil.rmtree(folder)
    record(Figure("formats of SQLite", tried, "formats", len(wrong), remark=f"of {len(FORMATS)}"))
    assert wrong == {}


def _back_and_forth(folder: Path, form: Format, shorter: bool) -> str:
    """Backup, change, compare, restore: what is wrong then, if anything. `shorter`: the file is cut before that."""
    path = _path(folder, "knowledge")
    run_sql(path, "create table large(x)", "insert into large values (zeroblob(300000))")
    if shorter:
        _cut(path)
    before, backup = dump(path), back_up(folder, "knowledge", task=Task()).path
    if shorter:
        run_sql(path, "insert into large values (zeroblob(500000))", "update knowledge_entries set domain = 'new'")
    else:
        _cut(path)
    if not any(table.added + table.missing + table.changed for table in _compared(folder, backup.name)):
        return "a comparison sees no change"
    restore(folder, "knowledge", backup.name, task=Task())
    if dump(path) != before:
        return "other rows after the restore"
    if any(table.added + table.missing + table.changed for table in _compared(folder, backup.name)):
        return "a comparison sees a change after the restore"
    with open_reader(path) as db, open_reader(backup) as copy:
        found = Format(*(db.pragma(name) for name in ("page_size", "encoding", "auto_vacuum", "journal_mode")))
        pages = db.pragma("page_count"), copy.pragma("page_count")
    if found != form or pages[0] != pages[1]:
        return f"restored as {found}, with {pages[0]} pages of {pages[1]}"
    failed = verify_component(folder, "knowledge", task=Task()).failed
    return "; ".join(check.detail for check in failed)


def _compared(folder: Path, backup: str) -> tuple[TableComparison, ...]:
    return compare_with_live(folder, "knowledge", backup, task=Task()).tables
