"""What is done with a backup that is not a restore: tried, copied out, protected, deleted, pruned."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from felix_dbadmin.core.backups.names import manifest_of
from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.task import Task
from felix_dbadmin.views.dialogs.restore import RestoreDialog
from felix_dbadmin.views.dialogs.retention import RetentionDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from tests.helpers.peers import attempt
from tests.helpers.workspaces import query
from tests.views.session import LONG, Session

DAY = 86400.0


@pytest.fixture
def saved(fresh: Path) -> Path:
    """A workspace with two backups of knowledge, both good."""
    for note in ("older", "newer"):
        back_up(fresh, "knowledge", task=Task(), note=note)
    return fresh


def names(workspace: Path) -> list[str]:
    return sorted(path.name for path in (workspace / "backups").glob("*.db"))


def make_older(backup: Path, days: float) -> None:
    """As if the backup had been taken so many days before."""
    manifest = manifest_of(backup)
    data = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(data | {"created": data["created"] - days * DAY}))


def settled(session: Session, dialog: RetentionDialog) -> None:
    session.qtbot.waitUntil(lambda: dialog.plan is not None, timeout=LONG)


def test_a_test_restore_marks_the_backup_as_proven(session: Session, saved: Path) -> None:
    session.open(saved)
    notice = session.do(Do.PROVE)
    assert notice.kind is Kind.SUCCESS
    assert "is proven restorable: restored into a temporary file" in notice.summary
    page = session.window.backups
    session.qtbot.waitUntil(lambda: "Proven just now" in page.details.text, timeout=LONG)
    index = page.list.currentIndex()
    assert index.siblingAtColumn(5).data() == "Proven just now"
    assert names(saved) == sorted(backup.name for backup in session.component("knowledge").backups)


def test_a_damaged_backup_is_not_proven(session: Session, saved: Path) -> None:
    session.open(saved)
    backup = session.component("knowledge").backups[0].path
    backup.write_bytes(backup.read_bytes()[:-4096])
    notice = session.do(Do.PROVE)
    assert notice.kind is Kind.ERROR
    assert backup.name in notice.summary


def test_protecting_keeps_a_backup_from_being_deleted(session: Session, saved: Path) -> None:
    session.open(saved)
    assert session.window.actions_by_id[Do.UNPROTECT].statusTip() == "It is not protected."
    assert session.do(Do.PROTECT).summary.endswith("is protected: no retention deletes it.")
    session.qtbot.waitUntil(lambda: "Protected" in session.window.backups.details.text, timeout=LONG)
    assert session.window.actions_by_id[Do.DELETE_BACKUP].statusTip() == "It is protected."
    assert "is not protected any more" in session.do(Do.UNPROTECT).summary
    session.qtbot.waitUntil(lambda: session.window.actions_by_id[Do.DELETE_BACKUP].isEnabled(), timeout=LONG)


def test_deleting_asks_and_the_newest_verified_one_stays(session: Session, saved: Path) -> None:
    session.open(saved)
    newest, older = (backup.name for backup in session.component("knowledge").backups)
    session.asker.answer = True
    notice = session.do(Do.DELETE_BACKUP)
    assert session.asker.asked == [f"Delete {newest}?"]
    assert notice.kind is Kind.ERROR
    assert "it is the newest verified" in notice.summary
    page = session.window.backups
    page.list.setFocus()
    QTest.keyClick(page.list, Qt.Key.Key_Down)
    assert page.backup is not None
    assert page.backup.name == older
    session.asker.answer = False
    session.start(Do.DELETE_BACKUP)
    assert names(saved) == sorted((newest, older))
    session.asker.answer = True
    assert session.do(Do.DELETE_BACKUP).summary.startswith(f"{older} is deleted")
    assert names(saved) == [newest]
    session.qtbot.waitUntil(lambda: page.backup is None or page.backup.name == newest, timeout=LONG)


def test_export_copies_and_never_overwrites(session: Session, saved: Path, tmp_path: Path) -> None:
    session.open(saved)
    target = tmp_path / "copy.db"
    session.asker.chosen = target
    notice = session.do(Do.EXPORT)
    assert notice.kind is Kind.SUCCESS
    assert str(target) in notice.summary
    assert query(target, "select count(*) from knowledge_entries") == [(443,)]
    again = session.do(Do.EXPORT)
    assert again.kind is Kind.ERROR
    assert "already a file" in again.summary
    session.asker.chosen = None
    session.start(Do.EXPORT)
    assert session.window.desk.flow is None


def test_restore_as_a_copy_leaves_the_live_database_alone(session: Session, saved: Path, tmp_path: Path) -> None:
    database = saved / "felix_knowledge.db"
    assert attempt(database, "delete from knowledge_entries") == "ok"
    session.open(saved)
    session.asker.chosen = tmp_path / "looked_at.db"
    notice = session.do(Do.RESTORE_COPY)
    assert notice.kind is Kind.SUCCESS
    assert "The live database was not touched." in notice.summary
    assert query(tmp_path / "looked_at.db", "select count(*) from knowledge_entries") == [(443,)]
    assert query(database, "select count(*) from knowledge_entries") == [(0,)]


def test_retention_shows_its_victims_and_deletes_only_them(session: Session, saved: Path) -> None:
    for number in range(3):
        back_up(saved, "knowledge", task=Task(), note=str(number))
    session.open(saved)
    backups = session.component("knowledge").backups
    for backup in backups:
        make_older(backup.path, 40)
    session.start(Do.RETENTION)
    dialog = session.dialog(RetentionDialog)
    settled(session, dialog)
    assert dialog.cancel_button.isDefault()
    assert not dialog.accept_button.isEnabled()
    assert dialog.sentence.text() == "Nothing would be deleted: 5 backups stay."
    dialog.keep.setValue(2)
    assert dialog.plan is None
    settled(session, dialog)
    assert dialog.accept_button.text().startswith("Delete 3 backups, ")
    assert [fate.kept for fate in dialog.fates if not fate.kept] == ["", "", ""]
    assert "the newest verified backup of its database" in [fate.kept for fate in dialog.fates]
    session.press(dialog.accept_button)
    session.finish()
    assert session.notice().summary.startswith("3 backups deleted")
    assert names(saved) == sorted(backup.name for backup in backups[:2])


def test_retention_can_be_left_without_deleting(session: Session, saved: Path) -> None:
    session.open(saved)
    session.start(Do.RETENTION)
    dialog = session.dialog(RetentionDialog)
    dialog.keep.setValue(1)
    dialog.days.setValue(0)
    settled(session, dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    session.finish()
    assert len(names(saved)) == 2


def test_retention_remembers_its_numbers_for_this_folder(session: Session, saved: Path, migrated: Path) -> None:
    session.open(saved)
    for backup in session.component("knowledge").backups:
        make_older(backup.path, 40)
    session.start(Do.RETENTION)
    dialog = session.dialog(RetentionDialog)
    dialog.days.setValue(9)
    dialog.keep.setValue(1)
    settled(session, dialog)
    session.press(dialog.cancel_button)
    session.finish()
    session.start(Do.RETENTION)
    dialog = session.dialog(RetentionDialog)
    assert (dialog.days.value(), dialog.keep.value()) == (30, 5)  # what was refused is not kept
    dialog.days.setValue(9)
    dialog.keep.setValue(1)
    settled(session, dialog)
    session.press(dialog.accept_button)
    session.finish()
    assert any("backup prune --days 9 --keep 1" in row.command for row in session.window.activity.rows)
    session.start(Do.RETENTION)
    dialog = session.dialog(RetentionDialog)
    assert (dialog.days.value(), dialog.keep.value()) == (9, 1)
    session.press(dialog.cancel_button)
    session.finish()
    session.open(migrated)
    session.start(Do.RETENTION)
    dialog = session.dialog(RetentionDialog)
    assert (dialog.days.value(), dialog.keep.value()) == (30, 5)


def test_a_backup_that_changed_since_the_preview_stays(session: Session, saved: Path) -> None:
    session.open(saved)
    older = session.component("knowledge").backups[1].path
    session.start(Do.RETENTION)
    dialog = session.dialog(RetentionDialog)
    dialog.days.setValue(0)
    dialog.keep.setValue(1)
    settled(session, dialog)
    os.utime(older)
    session.press(dialog.accept_button)
    session.finish()
    notice = session.notice()
    assert notice.kind is Kind.WARNING
    assert f"{older.name}: changed since the plan was made" in notice.details
    assert older.exists()


def test_a_restore_can_be_undone_from_its_banner(session: Session, saved: Path) -> None:
    database = saved / "felix_knowledge.db"
    assert attempt(database, "delete from knowledge_entries") == "ok"
    session.open(saved)
    session.start(Do.RESTORE)
    session.press(session.dialog(RestoreDialog).accept_button)
    session.finish()
    buttons = session.window.backups.banner.findChildren(QPushButton)
    session.press(next(button for button in buttons if button.text() == "Undo restore…"))
    session.press(session.dialog(RestoreDialog).accept_button)
    session.finish()
    assert query(database, "select count(*) from knowledge_entries") == [(0,)]
