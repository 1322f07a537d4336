"""One whole visit, by clicking: look, rehearse, apply everything, search, go back a step, go back to the start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton

from felix_dbadmin.views.dialogs.restore import RestoreDialog
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from tests.helpers.workspaces import dump, query
from tests.views.session import Session

VERSIONS = {"knowledge": 2, "tasks": 4, "workflows": 2, "agent_performance": 1, "system_actions": 1}
FOUND = """
select count(*) from knowledge_fts f join knowledge_entries k on f.knowledge_id = k.knowledge_id
where knowledge_fts match 'domain:python'
"""
BY_HAND = "select count(*) from knowledge_entries where domain = 'python'"


def click(session: Session, do: Do) -> None:
    """Click the action where a person finds it: on the toolbar, or else in its menu."""
    action = session.window.actions_by_id[do]
    toolbar = session.window.findChild(QToolBar, "actions")
    assert toolbar is not None
    button = toolbar.widgetForAction(action)
    if isinstance(button, QToolButton):
        assert button.isEnabled(), action.statusTip()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        return
    menu = next(each for each in session.window.findChildren(QMenu) if action in each.actions())
    menu.popup(session.window.mapToGlobal(session.window.rect().center()))
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def test_from_a_fresh_folder_to_a_migrated_one_and_back(session: Session, fresh: Path) -> None:
    databases = {path.name: dump(path) for path in fresh.glob("*.db")}
    knowledge = fresh / "felix_knowledge.db"

    session.open(fresh)
    assert session.row("knowledge")[1:3] == ["0 of 2", "2"]

    click(session, Do.DRY_RUN)
    session.finish()
    assert session.notice().kind is Kind.SUCCESS
    assert session.window.migrations.rehearsal.proof.startswith("Live file unchanged")
    assert {path.name: dump(path) for path in fresh.glob("*.db")} == databases

    click(session, Do.APPLY_ALL)
    session.press(session.dialog(ReviewDialog).accept_button)
    session.finish()
    assert [session.component(name).version for name in VERSIONS] == list(VERSIONS.values())
    assert query(knowledge, FOUND) == query(knowledge, BY_HAND) != [(0,)]

    session.window.tree.select_component("knowledge")
    click(session, Do.ROLL_BACK)
    session.press(session.dialog(ReviewDialog).accept_button)
    session.finish()
    assert session.row("knowledge")[1:3] == ["1 of 2", "1"]
    assert query(knowledge, "select name from sqlite_schema where name like 'knowledge_fts%'") == []

    for name in ("knowledge", "tasks", "workflows"):
        session.window.tree.select_component(name)
        before = next(each for each in session.component(name).backups if each.reason == "pre_migration")
        session.window.tabs.setCurrentWidget(session.window.backups)
        session.window.backups.select_backup(before.name)
        click(session, Do.RESTORE)
        session.press(session.dialog(RestoreDialog).accept_button)
        session.finish()
        assert session.notice().kind is Kind.SUCCESS
    assert {name: dump(fresh / name) for name in databases} == databases
    assert session.row("knowledge")[1:3] == ["0 of 2", "2"]
