"""The history of a component: what its database, its backups and the journal say, as one line through time."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.activity import settle_interrupted
from felix_dbadmin.core.backups.bring_back import bring_back
from felix_dbadmin.core.backups.operations import back_up, restore
from felix_dbadmin.core.errors import Cancelled, StatementFailed, WrongUsage
from felix_dbadmin.core.history import ANOTHER_TOOL, LOST, Event, EventKind, read_history
from felix_dbadmin.core.migrate.apply import Migrated, carry_out
from felix_dbadmin.core.migrate.plan import Direction, Plan, Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.core.test_activity import working_elsewhere
from tests.helpers.workspaces import ADD_AUTHOR, ADD_TAGS, add_component, notes_database, run_sql, trust

UP = Request("notes")
DOWN = Request("notes", Direction.DOWN)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    add_component(tmp_path, files={"001_add_author.sql": ADD_AUTHOR, "002_add_tags.sql": ADD_TAGS})
    notes_database(tmp_path)
    return tmp_path


def planned(folder: Path, request: Request = UP) -> Plan:
    return rehearse(folder, request, task=Task()).plan


def done(folder: Path, request: Request = UP) -> Migrated:
    return carry_out(folder, planned(folder, request), task=Task())


def history(folder: Path) -> list[Event]:
    """Oldest first."""
    return list(reversed(read_history(folder, "notes", task=Task())))


def short(folder: Path) -> list[tuple[str, int | None]]:
    return [(event.kind.value, event.version) for event in history(folder)]


def test_nothing_happened_to_a_component_that_nobody_touched(notes: Path) -> None:
    assert history(notes) == []


def test_each_migration_follows_the_backup_from_before_it(notes: Path) -> None:
    applied = done(notes)
    rolled_back = done(notes, DOWN)
    assert short(notes) == [("backup", 0), ("applied", 1), ("applied", 2), ("backup", 2), ("rolled back", 1)]
    first, author, _, _, last = history(notes)
    assert (first.title, first.backup) == ("Before migrations 0 → 2", applied.backup)
    assert (author.title, author.backup) == ("Applied 1: Add an author to each note", applied.backup)
    assert "@" in author.who
    assert author.duration is not None
    assert (last.title, last.backup) == ("Rolled back 2: Add tags", rolled_back.backup)
    times = [event.at for event in history(notes)]
    assert times == sorted(times)


def test_a_restore_takes_the_version_back_and_what_it_undid_is_still_told(notes: Path) -> None:
    early = back_up(notes, "notes", task=Task()).path.name
    done(notes)
    restore(notes, "notes", early, task=Task())
    assert short(notes) == [
        ("backup", 0),
        ("backup", 0),
        ("applied", 2),
        ("backup", 2),
        ("restored", 0),
    ]
    lost, restored = history(notes)[2], history(notes)[-1]
    assert (lost.title, lost.detail) == ("Apply 2 migrations to notes", LOST)
    assert (restored.title, restored.backup) == (f"Restored {early}", early)
    done(notes)
    assert short(notes)[5:] == [("backup", 0), ("applied", 1), ("applied", 2)]


def test_rows_that_were_brought_back_leave_the_version_as_it_is(notes: Path) -> None:
    done(notes)
    backup = back_up(notes, "notes", task=Task()).path.name
    run_sql(notes / "notes.db", "delete from notes where id = 1")
    bring_back(notes, "notes", backup, "notes", ((1,),), task=Task())
    assert short(notes)[-2:] == [("backup", 2), ("restored", 2)]
    assert history(notes)[-1].title == f"Bring 1 row of notes back from {backup}"


def test_looking_is_no_event_even_when_it_fails(notes: Path) -> None:
    with pytest.raises(WrongUsage):
        rehearse(notes, Request("notes", to=9), task=Task())
    assert history(notes) == []


def test_a_failure_is_told_once_with_its_reason(notes: Path) -> None:
    unique = "-- migrate:up\nCREATE UNIQUE INDEX one_title ON notes(title);\n-- migrate:down\nDROP INDEX one_title;\n"
    (notes / "migrations/notes/003_one_title.sql").write_text(unique)
    trust(notes / "migrations/notes")
    plan = planned(notes)
    run_sql(notes / "notes.db", "insert into notes(title) values ('note 1')")
    with pytest.raises(StatementFailed):
        carry_out(notes, plan, task=Task())
    assert short(notes) == [("backup", 0), ("applied", 1), ("applied", 2), ("failed", 2)]
    failed = history(notes)[-1]
    assert failed.title == "Apply 3: One title failed"
    assert "UNIQUE constraint failed" in failed.detail


def test_what_was_cancelled_or_cut_off_is_told(notes: Path) -> None:
    task = Task(lambda progress: task.cancel() if progress.step == 1 else None)
    plan = planned(notes)
    with pytest.raises(Cancelled):
        carry_out(notes, plan, task=task)
    with working_elsewhere(open_workspace(notes)):
        assert [kind for kind, _ in short(notes)] == ["backup", "cancelled"]
    settle_interrupted(notes, task=Task())
    assert short(notes) == [("backup", 0), ("cancelled", 0), ("interrupted", 0)]
    assert "was rolled back; nothing was changed" in history(notes)[1].detail
    assert history(notes)[2].detail == "notes.db was read again: version 0, whole (quick_check)."


def test_a_base_schema_and_a_repair_are_events(tmp_path: Path) -> None:
    add_component(tmp_path)
    done(tmp_path)
    run_sql(tmp_path / "notes.db", "drop index idx_notes_author")
    done(tmp_path, Request("notes", Direction.REPAIR))
    assert short(tmp_path) == [("base schema", 0), ("applied", 1), ("backup", 1), ("repaired", 1)]


def test_what_another_tool_recorded_is_told_as_its_work(migrated: Path) -> None:
    events = read_history(migrated, "knowledge", task=Task())
    applied = [(event.version, event.who) for event in events if event.kind is EventKind.APPLIED]
    assert applied == [(2, ANOTHER_TOOL), (1, ANOTHER_TOOL)]


def test_a_damaged_database_has_a_history_all_the_same(notes: Path) -> None:
    done(notes)
    (notes / "notes.db").write_bytes(b"no database any more")
    assert [kind for kind, _ in short(notes)] == ["backup", "applied"]


def test_an_unknown_component_is_refused(notes: Path) -> None:
    with pytest.raises(WrongUsage):
        read_history(notes, "nowhere", task=Task())
