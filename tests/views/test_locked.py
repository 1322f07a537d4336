"""A database that another program keeps locked: said as such everywhere, and over by itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QPushButton

from felix_dbadmin.models.roles import Role
from felix_dbadmin.views.do import Do
from tests.helpers.peers import holding
from tests.views.session import LONG, Session

NAME = "felix_knowledge.db"


def locked(session: Session) -> bool:
    return session.row("knowledge")[5] == "Locked"


def test_a_lock_is_seen_told_and_over_by_itself(session: Session, fresh: Path) -> None:
    session.open(fresh)
    assert session.row("knowledge")[5] == "2 pending"
    with holding(fresh / NAME, "begin exclusive") as child:
        session.qtbot.waitUntil(lambda: locked(session), timeout=LONG)
        row = session.row("knowledge")
        assert row[1:3] == ["?", "?"]
        assert session.row("tasks")[5] == "4 pending"
        page = session.window.migrations
        assert page.empty.isVisible()
        assert f"{NAME} is locked by " in page.empty.text
        assert f"(process {child.pid})." in page.empty.text
        assert "version" not in page.headline
        assert not page.line.isVisible()
        for do in (Do.APPLY, Do.VERIFY, Do.BACK_UP, Do.ROLL_BACK):
            assert session.window.actions_by_id[do].statusTip() == f"{NAME} is locked."
    session.qtbot.waitUntil(lambda: not locked(session), timeout=LONG)
    assert session.row("knowledge")[1:3] == ["0 of 2", "2"]
    assert not session.window.migrations.empty.isVisible()
    assert session.window.actions_by_id[Do.APPLY].isEnabled()


def test_a_folder_is_opened_while_one_of_its_databases_is_locked(session: Session, migrated: Path) -> None:
    with holding(migrated / NAME, "begin exclusive"):
        session.open(migrated)
        assert locked(session)
        model = session.window.tree.view.model()
        fleet = model.index(0, 0)
        assert model.index(0, 5).data() == "1 locked"
        assert model.index(0, 5, fleet).data(Role.ICON) == "locked"
        assert [model.index(row, 0, model.index(0, 0, fleet)).data() for row in range(2)] == ["Backups (1)", None]
        session.start(Do.TIMELINE_TAB)
        assert f"{NAME} is locked by " in session.window.timeline.empty.text
    session.qtbot.waitUntil(lambda: not locked(session), timeout=LONG)
    session.qtbot.waitUntil(lambda: session.window.timeline.event_shown is not None, timeout=LONG)


def test_its_backups_stay_in_reach_and_it_can_be_tried_again(session: Session, migrated: Path) -> None:
    with holding(migrated / NAME, "begin exclusive"):
        session.open(migrated)
        session.start(Do.BACKUPS_TAB)
        page = session.window.backups
        button = next(each for each in page.findChildren(QPushButton) if each.text() == "Try again")
        assert page.backup is not None
        assert session.window.actions_by_id[Do.VERIFY_BACKUP].isEnabled()
        assert session.window.actions_by_id[Do.RESTORE].statusTip() == f"{NAME} is locked."
        with session.qtbot.waitSignal(session.window.watcher.status_read, timeout=LONG):
            session.press(button)
        assert locked(session)
        assert button.isVisible()
    session.qtbot.waitUntil(lambda: not locked(session), timeout=LONG)
    assert not button.isVisible()
    assert session.window.actions_by_id[Do.RESTORE].isEnabled()
