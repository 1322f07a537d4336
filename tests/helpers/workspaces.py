"""Small workspaces made for a test: a component of its own with the migrations that the test is about."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import apsw

from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.trust import Code, accept

NOTES_BASE = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT);\n"

ADD_AUTHOR = """-- migrate:description Add an author to each note
-- migrate:up
ALTER TABLE notes ADD COLUMN author TEXT;
CREATE INDEX idx_notes_author ON notes(author);
-- migrate:verify
SELECT count(*) = 1, 'notes has an author' FROM pragma_table_info('notes') WHERE name = 'author';
-- migrate:down
DROP INDEX idx_notes_author;
ALTER TABLE notes DROP COLUMN author;
"""

ADD_TAGS = """-- migrate:description Add tags
-- migrate:up
CREATE TABLE tags (note_id INTEGER REFERENCES notes(id) ON DELETE CASCADE, tag TEXT);
-- migrate:down
DROP TABLE tags;
"""


def add_component(
    workspace: Path,
    name: str = "notes",
    files: dict[str, str] | None = None,
    *,
    base: str = NOTES_BASE,
    extra: str = "",
) -> Path:
    """A component in the workspace's migrations/; returns its folder."""
    folder = workspace / "migrations" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "component.toml").write_text(f'title = "{name.title()}"\ndatabase = "{name}.db"\norder = 100\n{extra}')
    if base:
        (folder / "base.sql").write_text(base)
    for file, text in (files if files is not None else {"001_add_author.sql": ADD_AUTHOR}).items():
        (folder / file).write_text(text)
    trust(folder, f"{name}.db")
    return folder


def trust(folder: Path, database: str = "notes.db") -> None:
    """Accept every text in a component's folder, also one that is no migration."""
    texts = (path for path in folder.iterdir() if path.suffix in (".sql", ".py"))
    accept(Code(folder.name, database, str(path), path.read_text(errors="replace")) for path in texts)


def run_sql(path: Path, *statements: str) -> None:
    """Run statements as another program would, each on its own; makes the file where it is missing."""
    db = apsw.Connection(str(path))
    try:
        for sql in statements:
            db.execute(sql)
    finally:
        db.close()


def notes_database(workspace: Path, rows: int = 3) -> Path:
    """The database of `add_component`'s component at base schema, with some notes."""
    path = workspace / "notes.db"
    run_sql(path, NOTES_BASE, *(f"insert into notes(title, body) values ('note {n}', 'body {n}')" for n in range(rows)))
    return path


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with open_reader(path) as db:
        return db.execute(sql).fetchall()


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that is not a shadow of an index, and every object."""
    with open_reader(path) as db:
        tables = [
            str(row[0])
            for row in db.execute(
                "select name from pragma_table_list where schema = 'main' and type in ('table', 'virtual')"
                " and name not like 'sqlite\\_schema' escape '\\' order by name"
            )
        ]
        found = {table: db.execute(f'select * from "{table}"').fetchall() for table in tables}
        found["objects"] = db.execute("select type, name, sql from sqlite_schema order by name").fetchall()
    return found


def in_another_process(code: str, *arguments: str) -> str:
    """Run Python code in a process of its own, with its own sqlite3, as Felix does; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
