"""Names and texts made to do harm: they lead nowhere outside, delete nothing, and are refused in our words."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.backups.operations import back_up, preview_prune, prune_backups, restore, verify
from felix_dbadmin.core.backups.retention import RetentionPolicy
from felix_dbadmin.core.errors import DbAdminError, MigrationFileInvalid, WorkspaceUnusable, WrongUsage
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.migrate.status import read_status
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.sample.demo import make_demo
from felix_dbadmin.core.search.export import export_hits
from felix_dbadmin.core.search.forms import Form, write_csv
from felix_dbadmin.core.search.query import parse
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.trust import accept, unaccepted_in
from felix_dbadmin.core.workspace import open_workspace
from tests.helpers.workspaces import add_component, notes_database, run_sql

LONG = "x" * 4096
NAMES = (
    "../secret.db",
    "..",
    "/etc/passwd",
    "backups/../../secret.db",
    "manual_notes_20250101_000000.db\n",
    "manual_notes\x00.db",
    "\u202ebd.setoN",
    "-rf",
    "",
    " ",
    "~/x.db",
    "file:secret.db?mode=rwc",
    f"{LONG}.db",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace beside a database that nobody may touch."""
    run_sql(tmp_path / "secret.db", "create table secret(x)", "insert into secret values (1)")
    workspace = tmp_path / "w"
    workspace.mkdir()
    add_component(workspace)
    notes_database(workspace)
    return workspace


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_backup_leads_nowhere(name: str, folder: Path) -> None:
    back_up(folder, "notes", task=Task())
    secret = (folder.parent / "secret.db").read_bytes()
    for call in (
        lambda: restore(folder, "notes", name, task=Task()),
        lambda: verify(folder, name, task=Task()),
        lambda: compare_with_live(folder, "notes", name, task=Task()),
    ):
        with pytest.raises(WrongUsage, match="backup"):
            call()
    assert (folder.parent / "secret.db").read_bytes() == secret


def test_a_link_among_the_backups_is_no_backup(folder: Path) -> None:
    taken = back_up(folder, "notes", task=Task()).path
    link = taken.with_name("manual_notes_20200101_000000.db")
    link.symlink_to(folder.parent / "secret.db")
    with pytest.raises(WrongUsage):
        restore(folder, "notes", link.name, task=Task())
    with pytest.raises(WrongUsage):
        verify(folder, link.name, task=Task())


@pytest.mark.parametrize("file", ["../../secret.db", "/etc/passwd", "a\nb", LONG, "\udcff", ""])
def test_a_manifest_makes_nothing_outside_be_read_or_deleted(file: str, folder: Path) -> None:
    for _ in range(3):
        back_up(folder, "notes", task=Task())
    for path in (folder / "backups").glob("*.json"):
        data = json.loads(path.read_text())
        data |= {"file": file, "source": file, "database": file or "notes.db", "component": file, "note": file}
        path.write_text(json.dumps(data))
    plan = preview_prune(folder, RetentionPolicy(days=0, keep=1), 4e9, task=Task())
    assert prune_backups(folder, plan, task=Task()).deleted == ()
    for backup in list_backups(folder / "backups"):
        verify(folder, backup.name, task=Task())
    assert (folder.parent / "secret.db").exists()
    assert len(list((folder / "backups").glob("*.db"))) == 3


def test_a_linked_manifest_is_replaced_and_not_written_through(folder: Path) -> None:
    taken = back_up(folder, "notes", task=Task()).path
    manifest = taken.with_name(f"{taken.name}.json")
    elsewhere = folder.parent / "elsewhere.json"
    manifest.rename(elsewhere)
    before = elsewhere.read_bytes()
    manifest.symlink_to(elsewhere)
    verify(folder, taken.name, task=Task())
    assert elsewhere.read_bytes() == before


@pytest.mark.parametrize(
    "database", ["../secret.db", "/tmp/x.db", "a/b.db", "..", "", "a\nb.db", "a\u202eb.db", "file:x.db?mode=rwc", LONG]
)
def test_a_component_cannot_claim_a_database_elsewhere(database: str, folder: Path) -> None:
    (folder / "migrations/notes/component.toml").write_text(f"database = {json.dumps(database)}\n")
    with pytest.raises(MigrationFileInvalid, match=r"component\.toml"):
        open_workspace(folder)


@pytest.mark.parametrize(
    "text",
    [
        'migrations = ["~nobody-of-this-name/x"]',
        f'migrations = ["{LONG}"]',
        'migrations = ["a\\u0000b"]',
        'migrations = ["/etc/passwd"]',
        "migrations = " + "[" * 5000,
        "\ufeff\u202e",
    ],
)
def test_settings_are_refused_in_our_words(text: str, folder: Path) -> None:
    (folder / "felix-dbadmin.toml").write_text(text)
    with pytest.raises(WorkspaceUnusable, match=r"felix-dbadmin\.toml"):
        open_workspace(folder)


def _fifo(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("001_a\nb.sql", Path.touch),
        ("\u0661_\u202ea.sql.sql", Path.touch),
        (f"{'9' * 200}_far.sql", lambda path: path.write_text("-- migrate:up\nSELECT 1;\n")),
        ("002_folder.sql", Path.mkdir),
        ("002_pipe.sql", _fifo),
        ("002_link.sql", lambda path: path.symlink_to("/nowhere")),
        ("002_bytes.sql", lambda path: path.write_bytes(b"\xff\xfe")),
        ("002_zero.py", lambda path: path.write_bytes(b"x = '\x00'")),
        ("002_deep.py", lambda path: path.write_text("x = " + "(" * 5000)),
    ],
)
def test_a_migration_file_is_refused_in_our_words(name: str, make: Callable[[Path], object], folder: Path) -> None:
    make(folder / "migrations/notes" / name)
    (status,) = read_status(folder, ("notes",), task=Task()).components
    assert status.trouble is not None
    with contextlib.suppress(DbAdminError):
        accept(unaccepted_in(folder, ["notes"], task=Task()))
    with pytest.raises(MigrationFileInvalid):
        rehearse(folder, Request("notes"), task=Task())


def test_a_base_schema_that_is_no_text(folder: Path) -> None:
    (folder / "migrations/notes/base.sql").write_bytes(b"\xff\xfe")
    with pytest.raises(MigrationFileInvalid, match=r"base\.sql"):
        rehearse(folder, Request("notes"), task=Task())


def test_a_linked_state_folder_is_not_followed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "demo").mkdir(parents=True)
    (home / "demo" / "mine.txt").write_text("mine")
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / ".felix-dbadmin").symlink_to(home)
    make_demo(workspace, 1_700_000_000.0, task=Task())
    assert (home / "demo" / "mine.txt").read_text() == "mine"
    assert sorted(path.name for path in home.iterdir()) == ["demo"]


def test_what_this_program_makes_is_private(folder: Path) -> None:
    old = os.umask(0)
    try:
        for path in folder.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        before = set(folder.rglob("*"))
        taken = back_up(folder, "notes", task=Task())
        carry_out(folder, rehearse(folder, Request("notes"), task=Task()).plan, task=Task())
        restore(folder, "notes", taken.path.name, task=Task())
        verify(folder, taken.path.name, task=Task())
        carry_out(folder, rehearse(folder, Request("knowledge"), task=Task()).plan, task=Task())
        run_sql(folder / "felix_knowledge.db", "insert into knowledge_fts(rowid, content_text) values (1, 'one')")
        sources = read_sources(folder, ("knowledge",), task=Task()).found
        export_hits(folder, sources, Search(parse("one")), folder / "hits.csv", Form.CSV, task=Task())
    finally:
        os.umask(old)
    made = [path for path in folder.rglob("*") if path not in before and not path.is_symlink()]
    assert len(made) > 8
    assert [str(path) for path in made if path.stat().st_mode & 0o077] == []


def test_no_cell_of_a_csv_file_is_a_formula() -> None:
    starts = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", " =", "\n=", "\u200b=", "\ufeff=", "\uff1d", "'=", '"=')
    file = io.StringIO(newline="")
    names = [f"{start}cmd" for start in starts]
    write_csv(file, names, [[(name, f"{start}cmd|' /C calc'!A0") for name, start in zip(names, starts, strict=True)]])
    head, row = csv.reader(io.StringIO(file.getvalue().removeprefix("\ufeff"), newline=""))
    for cell in (*head, *row):
        shown = cell.lstrip(" \t\r\n\0\u200b\ufeff")
        assert not shown.startswith(("=", "+", "-", "@", "\uff1d")), repr(cell)
        assert not cell.startswith(("\t", "\r", "\n", "\0")), repr(cell)
