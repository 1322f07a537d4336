"""Migrations that came with a workspace: nothing of them runs before somebody has accepted their text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from felix_dbadmin.core.activity import activities
from felix_dbadmin.core.errors import CheckFailed, NotAccepted
from felix_dbadmin.core.migrate import accepting
from felix_dbadmin.core.migrate.accepting import accept_code
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.status import look_for_changes, read_status
from felix_dbadmin.core.migrate.verify import verify_component
from felix_dbadmin.core.paths import user_folder
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.search.health import read_health
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.trust import Code, accept, unaccepted, unaccepted_in
from tests.helpers.workspaces import ADD_AUTHOR, add_component, dump, notes_database, query, run_sql

UP = Request("notes")
LEDGER = (
    "create table schema_migrations (component TEXT NOT NULL, version INTEGER NOT NULL, description TEXT,"
    " applied_at REAL NOT NULL, rollback_available BOOLEAN DEFAULT 1, PRIMARY KEY (component, version))"
)


@pytest.fixture(autouse=True)
def _nothing_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("user")))


def brought_along(folder: Path, files: dict[str, str]) -> Path:
    """A workspace with migrations of its own that nobody here has seen; returns their folder."""
    folder.mkdir(exist_ok=True)
    made = add_component(folder, files=files)
    (user_folder() / "accepted.json").unlink()
    return made


def python_that_tells(path: Path) -> str:
    return f"""
description = "Count"
open({str(path)!r}, "w").close()
def up(db): db.execute("CREATE TABLE counted (n)")
def down(db): db.execute("DROP TABLE counted")
"""


def test_looking_at_a_workspace_runs_none_of_its_python(tmp_path: Path) -> None:
    told = tmp_path / "told"
    folder = tmp_path / "w"
    brought_along(folder, {"001_count.py": python_that_tells(told)})
    # It says that it is applied already: then its objects are compared with what the file makes.
    run_sql(notes_database(folder), LEDGER, "insert into schema_migrations values ('notes', 1, 'Count', 1.0, 1)")
    before = dump(folder / "notes.db")

    (status,) = read_status(folder, ("notes",), task=Task()).components
    assert status.trouble is not None
    assert status.unaccepted
    assert status.health == "Not accepted"
    assert "001_count.py" in status.trouble.summary
    assert "felix-dbadmin trust --component notes" in status.trouble.hint
    read_health(folder, ("notes",), task=Task())
    for request in (UP, Request("notes", Direction.DOWN), Request("notes", Direction.REPAIR)):
        with pytest.raises(NotAccepted, match=r"001_count\.py"):
            rehearse(folder, request, task=Task())
    with pytest.raises(NotAccepted):
        verify_component(folder, "notes", task=Task())
    assert not told.exists()
    assert dump(folder / "notes.db") == before


def test_what_was_accepted_once_runs_from_then_on(tmp_path: Path) -> None:
    brought_along(tmp_path, {"001_add_author.sql": ADD_AUTHOR})
    notes_database(tmp_path)
    code = unaccepted_in(tmp_path, ["notes"], task=Task())
    assert sorted(Path(each.place).name for each in code) == ["001_add_author.sql", "base.sql"]
    accept(code)
    assert unaccepted_in(tmp_path, ["notes"], task=Task()) == ()
    carry_out(tmp_path, rehearse(tmp_path, UP, task=Task()).plan, task=Task())
    assert query(tmp_path / "notes.db", "select count(author) from notes") == [(0,)]
    kept = user_folder() / "accepted.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_a_changed_text_and_another_database_are_asked_about_again(tmp_path: Path) -> None:
    folder = brought_along(tmp_path, {"001_add_author.sql": ADD_AUTHOR})
    accept(unaccepted_in(tmp_path, ["notes"], task=Task()))
    (folder / "001_add_author.sql").write_text(ADD_AUTHOR.replace("author TEXT", "author TEXT DEFAULT 'me'"))
    (changed,) = unaccepted_in(tmp_path, ["notes"], task=Task())
    assert "DEFAULT 'me'" in changed.text
    (folder / "001_add_author.sql").write_text(ADD_AUTHOR)
    (folder / "component.toml").write_text('database = "other.db"\n')
    assert len(unaccepted_in(tmp_path, ["notes"], task=Task())) == 2


def test_a_text_that_only_the_databases_log_has_does_not_run(tmp_path: Path) -> None:
    """A forged log would otherwise bring the verify statements and the way back of its maker."""
    folder = tmp_path / "w"
    folder.mkdir()
    carry_out(folder, rehearse(folder, Request("knowledge"), task=Task()).plan, task=Task())
    target = tmp_path / "written.db"
    forged = (
        "-- migrate:up\nSELECT 1;\n-- migrate:verify\n"
        f"VACUUM INTO '{target}';\n-- migrate:down\nDELETE FROM knowledge_entries;\n"
    )
    run_sql(
        folder / "felix_knowledge.db",
        f"update schema_migrations_log set source = '{forged.replace(chr(39), chr(39) * 2)}'",
    )
    with pytest.raises(NotAccepted, match="the log of what was applied"):
        verify_component(folder, "knowledge", task=Task())
    with pytest.raises(NotAccepted):
        rehearse(folder, Request("knowledge", Direction.DOWN), task=Task())

    # Accepted all the same, it can still not reach other files.
    accept(unaccepted_in(folder, ["knowledge"], task=Task()))
    failed = verify_component(folder, "knowledge", task=Task()).failed
    assert any("authorization denied" in check.detail for check in failed)
    assert not target.exists()


def test_what_this_program_ships_needs_no_question(fresh: Path) -> None:
    assert unaccepted_in(fresh, ["knowledge", "tasks", "workflows"], task=Task()) == ()


@pytest.mark.parametrize("content", ["", "[", '{"a": 1}', "[1, null]", "\udcff"])
def test_a_broken_file_of_the_user_accepts_nothing(tmp_path: Path, content: str) -> None:
    brought_along(tmp_path, {"001_add_author.sql": ADD_AUTHOR})
    (user_folder() / "accepted.json").write_bytes(content.encode(errors="surrogateescape"))
    code = unaccepted_in(tmp_path, ["notes"], task=Task())
    assert len(code) == 2
    accept(code)
    assert len(json.loads((user_folder() / "accepted.json").read_text())) == 2


def test_a_text_that_a_reader_saw_otherwise_is_another_one() -> None:
    """The return alone ends no comment of SQL; a line end does, and what stood behind it would run."""
    seen = Code("notes", "notes.db", "001.sql", "-- harmless\rDELETE FROM notes;\n", logged=True)
    accept([seen])
    assert unaccepted([seen]) == ()
    for text in (seen.text.replace("\r", "\n"), seen.text.rstrip(), seen.text + "\x0c"):
        other = Code("notes", "notes.db", "001.sql", text, logged=True)
        assert unaccepted([other]) == (other,)
    windows = Code("notes", "notes.db", "001.sql", seen.text.replace("\n", "\r\n"), logged=True)
    assert unaccepted([windows]) == ()


def test_a_name_from_a_log_cannot_pretend_to_be_another_line() -> None:
    code = Code("notes", "notes.db", "1.sql\nnotes · base.sql\u202e", "", logged=True)
    assert code.place == "notes.db, the log of what was applied: 1.sql⟨U+000A⟩notes · base.sql⟨U+202E⟩"


def test_accepting_is_told_in_the_journal_and_seen_by_who_watches(tmp_path: Path) -> None:
    brought_along(tmp_path, {"001_add_author.sql": ADD_AUTHOR})
    before = look_for_changes(tmp_path, task=Task())
    code = unaccepted_in(tmp_path, ["notes"], task=Task())
    assert accept_code(tmp_path, code, task=Task()) == code
    (told,) = activities(tmp_path, task=Task())
    assert (told.kind, told.component, told.outcome) == ("accept", "notes", "done")
    assert told.detail == "2 texts of notes accepted: base.sql and 001_add_author.sql."
    assert told.command == f"felix-dbadmin trust --component notes --workspace {tmp_path}"
    assert look_for_changes(tmp_path, task=Task()).marks != before.marks


def test_what_is_not_kept_is_not_said_to_be_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brought_along(tmp_path, {"001_add_author.sql": ADD_AUTHOR})
    monkeypatch.setattr(accepting, "accept", lambda _code: None)
    with pytest.raises(CheckFailed, match="does not hold what was accepted; nothing of it runs"):
        accept_code(tmp_path, unaccepted_in(tmp_path, ["notes"], task=Task()), task=Task())
    assert activities(tmp_path, task=Task())[0].outcome == "failed"
