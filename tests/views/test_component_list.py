"""The tree on the left: filter, keyboard, and what stays where it was through every refresh."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from felix_dbadmin.models.tree_rows import FLEET, TreeRow
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.component_list import ComponentList
from tests.models import made

NAMES = ("knowledge", "tasks", "workflows")


@pytest.fixture
def tree(qtbot: QtBot, look: Look) -> Iterator[ComponentList]:
    host = QWidget()
    host.resize(700, 500)
    found = ComponentList(look, host)
    found.resize(host.size())
    host.show()
    host.activateWindow()
    found.show_status(made.workspace(*(made.component(name, pending=(1, 2)) for name in NAMES)))
    yield found
    host.close()
    host.deleteLater()


def shown(tree: ComponentList) -> list[str]:
    model = tree.view.model()
    fleet = model.index(0, 0)
    return [model.index(row, 0, fleet).data() for row in range(model.rowCount(fleet))]


def chosen(tree: ComponentList) -> str:
    assert tree.row is not None
    return tree.row.key


def test_the_fleet_is_open_and_the_first_component_selected(tree: ComponentList) -> None:
    assert tree.view.model().index(0, 0).data() == "3 components, 6 pending"
    assert shown(tree) == list(NAMES)
    assert chosen(tree) == "knowledge"
    tree.view.setFocus()
    QTest.keyClick(tree.view, Qt.Key.Key_Up)
    assert chosen(tree) == FLEET


def test_the_filter_hides_components_and_keeps_the_selected_one(tree: ComponentList) -> None:
    told: list[TreeRow] = []
    tree.selected.connect(told.append)
    tree.select_component("tasks")
    told.clear()
    QTest.keyClicks(tree.filter, "WORK pending")
    assert shown(tree) == ["workflows"]
    assert chosen(tree) == "tasks"
    assert told == []
    QTest.keyClick(tree.filter, Qt.Key.Key_Escape)
    assert shown(tree) == list(NAMES)
    assert tree.view.currentIndex().data() == "tasks"
    assert told == []


def test_from_the_filter_into_what_was_found(tree: ComponentList) -> None:
    QTest.keyClick(tree.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert tree.filter.hasFocus()
    QTest.keyClicks(tree.filter, "flow")
    QTest.keyClick(tree.filter, Qt.Key.Key_Down)
    assert chosen(tree) == "workflows"


def test_a_filter_that_finds_nothing_says_so(tree: ComponentList) -> None:
    tree.filter.setFocus()
    QTest.keyClicks(tree.filter, "zebra")
    assert tree.nothing.isVisible()
    assert tree.nothing.text() == "No component matches “zebra”. Esc clears the filter."
    assert not tree.view.isVisible()
    tree.select_component("tasks")
    assert tree.filter.text() == ""
    assert tree.view.currentIndex().data() == "tasks"


def test_selection_expansion_and_scroll_survive_a_refresh(tree: ComponentList) -> None:
    names = [f"component_{number:02}" for number in range(60)]
    tree.show_status(made.workspace(*(made.component(name, pending=(1, 2)) for name in names)))
    tree.select_component("component_40")
    tree.view.expand(tree.view.currentIndex())
    bar = tree.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    later = (made.component(name, done=(made.applied(name, 1),), pending=(2,)) for name in names)
    tree.show_status(made.workspace(*later))
    assert chosen(tree) == "component_40"
    assert tree.view.isExpanded(tree.view.currentIndex())
    assert bar.value() == before
    model = tree.view.model()
    assert model.index(0, 0, tree.view.currentIndex()).data() == "Applied (1)"


def test_a_selected_component_that_is_gone_gives_way_to_another(tree: ComponentList) -> None:
    tree.select_component("tasks")
    tree.show_status(made.workspace(made.component("knowledge"), made.component("workflows")))
    assert chosen(tree) in ("knowledge", "workflows")


def test_where_there_is_little_room_health_stays_in_sight(tree: ComponentList) -> None:
    headings = [tree.view.model().headerData(column, Qt.Orientation.Horizontal) for column in range(6)]
    seen = {width: _headings_in_sight(tree, width) for width in (1000, 400, 300, 200, 1000)}
    assert seen[1000] == headings
    for width in (400, 300, 200):
        assert seen[width][0] == "Component"
        assert seen[width][-1] == "Health"
        assert not tree.view.horizontalScrollBar().maximum()
    assert seen[400] == [*headings[: len(seen[400]) - 1], "Health"]
    assert len(seen[1000]) > len(seen[400]) > len(seen[200])


def test_a_column_that_was_hidden_comes_back_as_wide_as_it_was(tree: ComponentList) -> None:
    tree.resize(1000, 500)
    tree.view.setColumnWidth(4, 133)
    for width in (300, 1000):
        tree.resize(width, 500)
        tree.show_status(made.workspace(*(made.component(name, pending=(1,)) for name in NAMES)))
    assert tree.view.columnWidth(4) == 133


def _headings_in_sight(tree: ComponentList, width: int) -> list[str]:
    tree.resize(width, 500)
    tree.view.resize(width, 500)
    model, header = tree.view.model(), tree.view.header()
    return [
        model.headerData(column, Qt.Orientation.Horizontal)
        for column in range(model.columnCount())
        if not header.isSectionHidden(column)
        and header.sectionViewportPosition(column) + header.sectionSize(column) <= tree.view.viewport().width()
    ]
