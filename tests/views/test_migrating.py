"""Dry run, apply, roll back, repair: through the window, on real databases."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.dialogs.restore import RestoreDialog
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from tests.helpers.workspaces import add_component, notes_database
from tests.views.session import LONG, Session

BROKEN = "-- migrate:up\nCREATE TABLE fine(a);\nINSERT INTO nowhere VALUES (1);\n-- migrate:down\nDROP TABLE fine;\n"
REFUSED = (
    "-- migrate:up\nCREATE TABLE copied(id UNIQUE);\nINSERT INTO copied SELECT 1 FROM notes;\n"
    "-- migrate:down\nDROP TABLE copied;\n"
)
"""Runs on an empty database, and not on one with two notes."""
ENDLESS = (
    "-- migrate:up\nCREATE TABLE counted AS WITH RECURSIVE n(i) AS"
    " (SELECT 1 FROM notes UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;\n"
    "-- migrate:down\nDROP TABLE counted;\n"
)
"""Runs at once on an empty database, and for ever on one with a note."""

LOSSY_DOWN = (
    "-- migrate:up\nCREATE TABLE kept(a);\nINSERT INTO kept VALUES (1), (2);\n-- migrate:down\nDROP TABLE kept;\n"
)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_dry_run_shows_its_statements_and_proves_that_nothing_changed(session: Session, fresh: Path) -> None:
    before = digest(fresh / "felix_knowledge.db")
    session.open(fresh)
    notice = session.do(Do.DRY_RUN)
    assert notice.kind is Kind.SUCCESS
    page = session.window.migrations
    assert page.details.currentWidget() is page.rehearsal
    assert page.rehearsal.statements.model().rowCount() > 5
    assert page.rehearsal.proof.startswith("Live file unchanged")
    assert any("knowledge_fts none → 443" in line for line in page.rehearsal.findings.texts)
    assert digest(fresh / "felix_knowledge.db") == before
    assert session.row("knowledge")[1] == "0 of 2"


def test_apply_through_the_review_and_undo_it(session: Session, fresh: Path) -> None:
    session.open(fresh)
    review = session.review(Do.APPLY)
    assert review.windowTitle() == "Apply 2 migrations to knowledge"
    assert review.accept_button.text() == "Back up and apply 2 migrations to knowledge"
    assert review.cancel_button.isDefault()
    assert not review.consent.isVisible()
    session.press(review.accept_button)
    session.finish()
    notice = session.notice()
    assert notice.kind is Kind.SUCCESS
    assert notice.summary.startswith("knowledge is at version 2: ")
    assert "checks passed after reading it back · backup pre_migration_" in notice.summary
    row = session.row("knowledge")
    assert row[:4] == ["knowledge", "2 of 2", "0", "1, just now"]
    assert row[5] == "Up to date"

    assert notice.undo is not None
    session.window.migrations.banner.undo_requested.emit(notice.undo)
    restore = session.dialog(RestoreDialog)
    assert restore.accept_button.text() == "Restore knowledge"
    session.press(restore.accept_button)
    session.finish()
    assert session.window.tabs.currentWidget() is session.window.backups
    assert "safety backup pre_restore_" in session.notice().summary
    assert session.row("knowledge")[1:4] == ["0 of 2", "2", "2, just now"]


def test_escape_in_the_review_changes_nothing(session: Session, fresh: Path) -> None:
    before = digest(fresh / "felix_knowledge.db")
    session.open(fresh)
    review = session.review(Do.APPLY)
    QTest.keyClick(review, Qt.Key.Key_Escape)
    session.finish()
    assert session.component("knowledge").version == 0
    assert not (fresh / "backups").exists()
    assert digest(fresh / "felix_knowledge.db") == before


def test_apply_all_in_one_review(session: Session, fresh: Path) -> None:
    session.open(fresh)
    review = session.review(Do.APPLY_ALL)
    assert review.windowTitle() == "Apply 10 migrations to 5 components"
    session.press(review.accept_button)
    session.finish()
    assert [session.row(name)[1] for name in ("knowledge", "tasks", "workflows")] == ["2 of 2", "4 of 4", "2 of 2"]
    assert session.row("agent_performance")[5] == "Up to date"
    assert session.notice().summary.startswith("5 components changed: ")


def test_no_backup_is_promised_of_a_file_that_is_not_there(session: Session, fresh: Path) -> None:
    session.open(fresh, "agent_performance")
    review = session.review(Do.APPLY)
    assert review.accept_button.text() == "Apply 1 migration to agent_performance"
    session.press(review.accept_button)
    session.finish()
    assert session.row("agent_performance")[1:4] == ["1 of 1", "0", "none"]
    assert session.notice().undo is None


def test_what_would_be_lost_needs_the_typed_name(session: Session, migrated: Path) -> None:
    session.open(migrated, "system_actions")
    review = session.review(Do.ROLL_BACK)
    told = [line for line in (*review.dangers.texts, *review.view.findings.texts) if "4,000 rows" in line]
    assert told == ["command_executions: 4,000 rows (the whole table) DROP TABLE command_executions"]
    assert not review.accept_button.isEnabled()
    QTest.keyClicks(review.consent, "system")
    assert not review.accept_button.isEnabled()
    QTest.keyClick(review.consent, Qt.Key.Key_Return)
    session.finish()
    assert session.row("system_actions")[1:4] == ["1 of 1", "0", "none"]


def test_roll_back_with_typed_consent(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_keep.sql": LOSSY_DOWN})
    notes_database(fresh)
    session.open(fresh, "notes")
    session.press(session.review(Do.APPLY).accept_button)
    session.finish()
    review = session.review(Do.ROLL_BACK)
    QTest.keyClicks(review.consent, "notes")
    session.press(review.accept_button)
    session.finish()
    assert session.notice().kind is Kind.SUCCESS
    assert session.row("notes")[1:3] == ["0 of 1", "1"]


def test_repair_mends_what_drifted(session: Session, migrated: Path) -> None:
    session.open(migrated, "workflows")
    assert session.row("workflows")[5] == "Drift: 3 objects"
    review = session.review(Do.REPAIR)
    assert review.accept_button.text() == "Back up and repair workflows"
    session.press(review.accept_button)
    session.finish()
    assert session.notice().summary.startswith("workflows was repaired: ")
    assert session.row("workflows")[5] == "Up to date"


def test_a_migration_that_the_data_refuses_is_explained_and_nothing_is_asked(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_copy.sql": REFUSED})
    database = notes_database(fresh)
    before = digest(database)
    session.open(fresh, "notes")
    notice = session.do(Do.APPLY)
    assert not session.window.findChildren(ReviewDialog)
    assert notice.kind is Kind.ERROR
    assert "the dry run failed, nothing was changed" in notice.summary
    assert "INSERT INTO copied SELECT 1 FROM notes" in notice.details
    assert digest(database) == before
    table = session.window.migrations.rehearsal.statements.model()
    results = [table.index(row, table.columnCount() - 1).data() for row in range(table.rowCount())]
    assert results[-1].startswith("✗ ")


def test_the_sql_of_each_migration_can_be_read(session: Session, fresh: Path) -> None:
    session.open(fresh)
    page = session.window.migrations
    assert "CREATE INDEX" in page.sql.text
    page.select_version(2)
    assert "USING fts5" in page.sql.text


def test_a_migration_that_cannot_run_at_all_is_refused_with_file_and_line(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_broken.sql": BROKEN})
    notes_database(fresh)
    session.open(fresh, "notes")
    notice = session.do(Do.APPLY)
    assert notice.kind is Kind.ERROR
    assert notice.summary == "notes/001_broken.sql, line 3: no such table: nowhere."
    assert "INSERT INTO nowhere VALUES (1)" in notice.details
    assert "notes/001_broken.sql:3" in notice.details


def test_a_dry_run_that_never_ends_can_be_cancelled(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_endless.sql": ENDLESS})
    database = notes_database(fresh)
    before = digest(database)
    session.open(fresh, "notes")
    session.start(Do.APPLY)
    dialog = session.dialog(ProgressDialog)
    session.qtbot.waitUntil(lambda: "▸ Run every statement on the copy" in dialog.lines, timeout=LONG)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    session.finish()
    assert session.notice().kind is Kind.INFO
    assert session.notice().summary.startswith("Cancelled")
    assert digest(database) == before
    assert session.window.actions_by_id[Do.APPLY].isEnabled()


@pytest.mark.parametrize("component", ["knowledge", "agent_performance"])
def test_verify_says_what_it_looked_at(session: Session, migrated: Path, component: str) -> None:
    session.open(migrated, component)
    notice = session.do(Do.VERIFY)
    assert notice.kind in (Kind.WARNING, Kind.ERROR)
    assert "checks passed" in notice.summary
    assert "Repair makes" in notice.hint
