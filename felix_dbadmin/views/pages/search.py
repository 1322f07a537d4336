"""The Search tab: words at the top, what they can be narrowed to at the left, hits, and the row that is read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Notice
from felix_dbadmin.views.widgets.banner import Banner
from felix_dbadmin.views.widgets.basics import PlainLabel, keep_room
from felix_dbadmin.views.widgets.empty_state import Emptiness
from felix_dbadmin.views.widgets.facet_list import FacetList
from felix_dbadmin.views.widgets.hit_list import HitList
from felix_dbadmin.views.widgets.index_health import IndexHealthPanel
from felix_dbadmin.views.widgets.links import Link, LinkList
from felix_dbadmin.views.widgets.note_strip import NoteStrip
from felix_dbadmin.views.widgets.reading_pane import ReadingPane
from felix_dbadmin.views.widgets.search_bar import SearchBar
from felix_dbadmin.views.widgets.search_states import READING_SOURCES, SearchState

_LIST, _READING = 55, 45
"""Shares of the height before somebody moves the edge."""


class SearchPage(QWidget):
    """Shows what it is told; the keyboard leads down from the box to the hits and the row, Esc leads back up."""

    shown = Signal()
    """Somebody looks at it."""

    def __init__(self, look: Look, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.banner = Banner(look, self)
        self.bar = SearchBar(look, actions, self)
        self._status = PlainLabel(parent=self)
        self._status.make_muted()
        keep_room(self._status)
        self.links = LinkList(QBoxLayout.Direction.LeftToRight, self)
        self.notes = NoteStrip(look, self)
        self.facets = FacetList(look, self)
        self.list = HitList(look, self)
        self.state = SearchState(look, self)
        self.reading = ReadingPane(look, self)
        self.health = IndexHealthPanel(look, actions, self)
        self._results = QSplitter(Qt.Orientation.Vertical, self)
        self._stack = QStackedWidget(self)
        self._lay_out()
        self.bar.box.went_down.connect(self._go_down)
        self.bar.box.escaped.connect(self._clear)
        self.list.opened.connect(self.reading.enter)
        self.list.left.connect(self.bar.focus_box)
        self.facets.left.connect(self.bar.focus_box)
        self.reading.left.connect(self.bar.focus_box)
        self.facets.chosen_changed.connect(self.bar.set_chosen)
        self.show_state(READING_SOURCES)

    @property
    def status(self) -> str:
        """The line about the answer."""
        return self._status.text()

    @property
    def shows_hits(self) -> bool:
        return self._stack.currentWidget() is self._results

    def say(self, text: str, links: Sequence[Link] = ()) -> None:
        """In the line above the hits."""
        self._status.setText(text)
        self._status.setVisible(bool(text))
        self.links.show_links(links)

    def show_hits(self) -> None:
        self._stack.setCurrentWidget(self._results)

    def show_state(self, emptiness: Emptiness, links: Sequence[Link] = ()) -> None:
        """In place of the hits."""
        self.state.show_state(emptiness, links)
        self._stack.setCurrentWidget(self.state)

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        self.banner.show_notice(notice)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    @Slot()
    def _go_down(self) -> None:
        if self.shows_hits:
            self.list.enter()
        elif self.state.links.buttons:
            self.state.links.buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _clear(self) -> None:
        if self.bar.box.text():
            self.bar.box.clear()
            self.bar.now()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self._status, 1)
        line.addWidget(self.links)
        for part, share in ((self.list, _LIST), (self.reading, _READING)):
            self._results.addWidget(part)
            self._results.setStretchFactor(self._results.count() - 1, share)
        self._results.setChildrenCollapsible(False)
        self._results.setSizes([_LIST * 100, _READING * 100])
        self._stack.addWidget(self._results)
        self._stack.addWidget(self.state)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.facets)
        split.addWidget(self._stack)
        split.setCollapsible(1, False)
        split.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.addWidget(self.banner)
        column.addWidget(self.bar)
        column.addLayout(line)
        column.addWidget(self.notes)
        column.addWidget(split, 1)
        column.addWidget(self.health)
