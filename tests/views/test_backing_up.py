"""Backups through the window: taken, looked at, put back."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.views.dialogs.restore import RestoreDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from tests.helpers.peers import attempt
from tests.helpers.workspaces import query
from tests.views.session import LONG, Session


def test_back_up_verify_and_restore(session: Session, fresh: Path) -> None:
    session.open(fresh)
    notice = session.do(Do.BACK_UP)
    assert notice.kind is Kind.SUCCESS
    assert "is taken and verified" in notice.summary
    page = session.window.backups
    assert page.backup is not None
    assert page.backup.reason == "manual"
    assert any(line.startswith("SHA-256") for line in page.details.manifest.facts.texts)

    assert session.do(Do.VERIFY_BACKUP).summary.startswith(f"{page.backup.name} is verified")

    older = page.backup.name
    assert session.do(Do.BACK_UP).backup != older
    session.qtbot.waitUntil(lambda: page.backup is not None and page.backup.name != older, timeout=LONG)
    page.select_backup(older)

    database = fresh / "felix_knowledge.db"
    assert attempt(database, "delete from knowledge_entries") == "ok"
    session.start(Do.RESTORE)
    session.press(session.dialog(RestoreDialog).accept_button)
    session.finish()
    assert session.notice().summary.startswith("knowledge is restored from manual_")
    assert query(database, "select count(*) from knowledge_entries") == [(443,)]


def test_cancel_is_the_default_of_a_restore(session: Session, migrated: Path) -> None:
    session.open(migrated)
    session.start(Do.RESTORE)
    dialog = session.dialog(RestoreDialog)
    assert dialog.cancel_button.isDefault()
    session.press(dialog.cancel_button)
    session.finish()
    assert len(session.component("knowledge").backups) == 1


def test_a_damaged_backup_is_not_called_good(session: Session, migrated: Path) -> None:
    session.open(migrated)
    backup = session.component("knowledge").backups[0].path
    data = bytearray(backup.read_bytes())
    data[5000:5200] = bytes(200)
    backup.write_bytes(data[: len(data) // 2])
    notice = session.do(Do.VERIFY_BACKUP)
    assert notice.kind is Kind.ERROR
    assert "not to be relied on" in notice.summary


def test_back_up_all(session: Session, migrated: Path) -> None:
    session.open(migrated)
    notice = session.do(Do.BACK_UP_ALL)
    assert notice.summary == "5 backups taken and verified, each read back from its file."


def test_no_backup_yet_offers_to_make_one(session: Session, fresh: Path) -> None:
    session.open(fresh)
    session.window.tabs.setCurrentWidget(session.window.backups)
    assert session.window.backups.empty.isVisible()
    assert session.window.backups.empty.text.startswith("No backup yet")
    session.window.tree.select_component("agent_performance")
    assert session.window.backups.empty.text.startswith("Nothing to back up yet")
