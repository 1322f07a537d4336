"""A small window: what matters most stays in sight, and nothing that matters needs a scroll bar."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeView

from felix_dbadmin.views.do import Do
from tests.views.session import Session


def in_sight(view: QTreeView) -> list[str]:
    header = view.header()
    return [
        view.model().headerData(column, Qt.Orientation.Horizontal)
        for column in range(view.model().columnCount())
        if not header.isSectionHidden(column)
        and header.sectionViewportPosition(column) + header.sectionSize(column) <= view.viewport().width()
    ]


def test_at_1024_by_700_health_and_why_are_in_sight(session: Session, migrated: Path) -> None:
    session.open(migrated)
    session.start(Do.BACKUPS_TAB)
    session.window.resize(1024, 700)
    session.qtbot.waitUntil(lambda: session.window.width() == 1024)
    tree, backups = session.window.tree.view, session.window.backups.list
    session.qtbot.waitUntil(lambda: in_sight(tree)[-1:] == ["Health"])
    assert in_sight(backups)[:2] == ["When", "Why"]
    assert tree.horizontalScrollBar().maximum() == 0
    assert backups.horizontalScrollBar().maximum() == 0


def test_where_there_is_room_every_column_is_shown(session: Session, migrated: Path) -> None:
    session.open(migrated)
    backups = session.window.backups.list
    everything = [backups.model().headerData(column, Qt.Orientation.Horizontal) for column in range(7)]
    session.start(Do.BACKUPS_TAB)
    session.window.resize(2600, 800)
    session.qtbot.waitUntil(lambda: in_sight(backups) == everything)
    session.window.resize(1024, 800)
    session.qtbot.waitUntil(lambda: len(in_sight(backups)) < len(everything))
    session.window.resize(2600, 800)
    session.qtbot.waitUntil(lambda: in_sight(backups) == everything)
    assert backups.columnWidth(1) >= backups.fontMetrics().averageCharWidth() * 22
