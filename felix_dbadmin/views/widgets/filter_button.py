"""A filter as a button: it says what is wanted of a column, and opens the list of its values to tick."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from felix_dbadmin.core.analytics.choices import Choices
from felix_dbadmin.models.analytics_view import words
from felix_dbadmin.models.chart_ticks import short_name
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.search_box import SearchBox

_LINES = 14
_LETTERS = 44
_VALUE = Qt.ItemDataRole.UserRole


class FilterButton(QToolButton):
    changed = Signal(str, object)
    """Column, and the tuple of its values that are wanted; () for all."""

    def __init__(self, look: Look, column: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self.column = look, column
        self._choices: tuple[tuple[str, int], ...] = ()
        self._wanted: tuple[str, ...] = ()
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self)
        self._body = QWidget(menu)
        self.box = SearchBox(f"Find or type {_article(words(column))}", "Enter adds what was typed", self._body)
        self.list = QListWidget(self._body)
        self._note = PlainLabel(parent=self._body)
        self._note.make_muted()
        self.all_button = QPushButton("&All", self._body)
        column_layout = QVBoxLayout(self._body)
        for part in (self.box, self.list, self._note, self.all_button):
            column_layout.addWidget(part)
        metrics = self.fontMetrics()
        self.list.setMinimumSize(metrics.averageCharWidth() * _LETTERS, metrics.height() * _LINES)
        action = QWidgetAction(menu)
        action.setDefaultWidget(self._body)
        menu.addAction(action)
        self.setMenu(menu)
        named(self.list, f"Values of {words(column)}")
        self.box.textChanged.connect(self._sieve)
        self.box.returnPressed.connect(self._add_typed)
        self.box.escaped.connect(menu.close)
        self.list.itemChanged.connect(self._note_change)
        self.all_button.clicked.connect(self._take_all)
        menu.aboutToShow.connect(self._prepare)
        look.theme.changed.connect(self._dress)
        self._say()

    @property
    def wanted(self) -> tuple[str, ...]:
        return self._wanted

    def show_choices(self, choices: Choices | None) -> None:
        """The values that there are; None while nobody knows."""
        self._choices = choices.values if choices is not None else ()
        rest = choices.total - len(choices.values) if choices is not None else 0
        self._note.setText(f"{rest:,} more values are rarer: type one and press Enter." if rest else "")
        self._note.setVisible(bool(rest))
        self._fill()

    def show_wanted(self, wanted: Sequence[str]) -> None:
        if tuple(wanted) != self._wanted:
            self._wanted = tuple(wanted)
            self._fill()
        self._say()

    @Slot()
    def _prepare(self) -> None:
        self.box.clear()
        self._fill()
        self.box.setFocus()

    def _fill(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        counts = dict(self._choices)
        names = [*(name for name in self._wanted if name not in counts), *counts]
        for name in names:
            count = counts.get(name)
            item = QListWidgetItem(short_name(name, _LETTERS) + (f"  {count:,}" if count is not None else ""))
            item.setData(_VALUE, name)
            item.setToolTip(plain_tooltip(name))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if name in self._wanted else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._sieve(self.box.text())

    @Slot(str)
    def _sieve(self, text: str) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(text.casefold() not in str(item.data(_VALUE)).casefold())

    @Slot()
    def _add_typed(self) -> None:
        """The value of that name, or the only one in sight."""
        text = self.box.text().strip()
        seen = [self.list.item(row) for row in range(self.list.count()) if not self.list.item(row).isHidden()]
        name = str(seen[0].data(_VALUE)) if len(seen) == 1 else text
        if name and name not in self._wanted:
            self._want((*self._wanted, name))
        self.box.clear()

    @Slot(QListWidgetItem)
    def _note_change(self, item: QListWidgetItem) -> None:
        name = str(item.data(_VALUE))
        others = tuple(each for each in self._wanted if each != name)
        self._want((*others, name) if item.checkState() is Qt.CheckState.Checked else others)

    @Slot()
    def _take_all(self) -> None:
        self._want(())
        self.menu().close()

    def _want(self, wanted: tuple[str, ...]) -> None:
        self._wanted = wanted
        self._fill()
        self._say()
        self.changed.emit(self.column, wanted)

    def _say(self) -> None:
        name = words(self.column).capitalize()
        shown = short_name(", ".join(self._wanted), 28)
        text = f"{name}: {shown}" if shown else name
        self.setText(text.replace("&", "&&"))
        self.setToolTip(plain_tooltip(f"{name}: {', '.join(self._wanted) or 'all'}"))
        named(self, f"Filter by {words(self.column)}", ", ".join(self._wanted) or "all")
        self._dress()

    @Slot()
    def _dress(self) -> None:
        self.setIcon(self._look.icons.icon("filter", muted=not self._wanted))


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"
