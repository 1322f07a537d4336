"""The top of the Search page: what is sought, in which order, how far back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QDateTime, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from felix_dbadmin.core.search.query import LONGEST, Chip
from felix_dbadmin.core.search.statement import Order
from felix_dbadmin.models.search_wish import ORDER_TEXTS, SPAN_TEXTS, Chosen, Span, Wish
from felix_dbadmin.views.action_set import ActionSet
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.chips import ChipLine
from felix_dbadmin.views.widgets.empty_state import ActionButton
from felix_dbadmin.views.widgets.search_box import SearchBox

DEBOUNCE = 150
"""Milliseconds after the last key."""

_LARGE = 1.2
"""Size of the box, in ordinary letters."""

PROMPT = "Search every database"
HOW_TO = 'Words are all wanted; "exact phrase", -without, this OR that, title:word, beginning*'


class QueryBox(SearchBox):
    went_down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.went_down.emit()
        else:
            super().keyPressEvent(event)


class SearchBar(QWidget):
    """Holds the wish; everything that changes it is told once, what is typed only when the typing pauses."""

    wished = Signal(object, bool)
    """Wish, and whether somebody is still typing it."""
    typed = Signal()
    """A key, before the pause."""
    kept_chosen = Signal(object)
    """Wish of the menu of searches."""
    kept_wanted = Signal()
    """The menu of searches opens: `show_kept` fills it."""
    forget_asked = Signal()
    """The search that is shown is to be saved no longer."""

    def __init__(self, look: Look, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._chosen = Chosen()
        self._told = Wish()
        self.box = QueryBox(PROMPT, HOW_TO, self)
        self.box.setMaxLength(LONGEST)
        self.box.setToolTip(HOW_TO)
        font = self.box.font()
        font.setPointSizeF(font.pointSizeF() * _LARGE)
        self.box.setFont(font)
        self.order = QComboBox(self)
        self.span = QComboBox(self)
        for order in Order:
            self.order.addItem(ORDER_TEXTS[order], order)
        for span in Span:
            self.span.addItem(SPAN_TEXTS[span], span)
        named(self.order, "Order of the hits")
        named(self.span, "How far back")
        self.since, self.until = QDateTimeEdit(self), QDateTimeEdit(self)
        named(self.since, "From")
        named(self.until, "To")
        self.raw = QCheckBox("FTS5 s&yntax", self)
        self.raw.setToolTip("Take what is typed as an expression of SQLite's full-text search")
        self.kept = QToolButton(self)
        self.kept.setText("Saved")
        self.kept.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.kept.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        named(self.kept, "Recent and saved searches")
        self._menu = QMenu(self.kept)
        self.kept.setMenu(self._menu)
        self._save = actions[Do.SAVE_SEARCH]
        self._forget = QAction("Forget this saved search", self)
        self.chips = ChipLine(look, "The query as understood", self)
        self.error = PlainLabel(parent=self)
        self.error.hide()
        self._export: QPushButton = ActionButton(actions[Do.EXPORT_HITS], self)
        self._look = look
        self._pause = QTimer(self, singleShot=True, interval=DEBOUNCE)
        self._lay_out()
        self._connect()
        self._show_span()

    @property
    def wish(self) -> Wish:
        custom = self._custom
        return Wish(
            text=self.box.text(),
            raw=self.raw.isChecked(),
            order=Order(self.order.currentData()),
            span=Span(self.span.currentData()),
            since=float(self.since.dateTime().toSecsSinceEpoch()) if custom else None,
            until=float(self.until.dateTime().toSecsSinceEpoch()) if custom else None,
            chosen=self._chosen,
        )

    @property
    def waiting(self) -> bool:
        """Something was typed that nobody was told of yet."""
        return self._pause.isActive()

    def show_wish(self, wish: Wish) -> None:
        """As it was saved; tells nobody."""
        blocked = [QSignalBlocker(part) for part in (self.box, self.order, self.span, self.raw, self.since, self.until)]
        self.box.setText(wish.text)
        self.order.setCurrentIndex(self.order.findData(wish.order))
        self.span.setCurrentIndex(self.span.findData(wish.span))
        self.raw.setChecked(wish.raw)
        for editor, moment in ((self.since, wish.since), (self.until, wish.until)):
            if moment is not None:
                editor.setDateTime(QDateTime.fromSecsSinceEpoch(int(moment)))
        del blocked
        self._chosen = wish.chosen
        self._told = self.wish
        self._pause.stop()
        self._show_span()

    @Slot(object)
    def set_chosen(self, chosen: Chosen) -> None:
        """What is ticked among the filters."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.now()

    def show_understood(self, chips: Sequence[Chip], error: str = "") -> None:
        self.chips.show_chips(chips)
        self.chips.setVisible(not error)
        self.error.setText(error)
        self.error.setVisible(bool(error))

    def show_kept(self, recent: Sequence[Wish], saved: Sequence[Wish], *, is_saved: bool) -> None:
        """Fill the menu of searches."""
        self._menu.clear()
        self._forget.setEnabled(is_saved)
        self._menu.addAction(self._save)
        self._menu.addAction(self._forget)
        for title, wishes in (("Saved", saved), ("Recent", recent)):
            if wishes:
                self._menu.addSection(title)
            for wish in wishes:
                shown = self.fontMetrics().elidedText(wish.shown, Qt.TextElideMode.ElideRight, self._widest)
                entry = self._menu.addAction(shown.replace("&", "&&"))
                entry.setData(wish)

    @Slot()
    def now(self) -> None:
        """Search without waiting for the pause; the words are whole."""
        self._pause.stop()
        self._told = self.wish
        self.wished.emit(self._told, False)

    def focus_box(self) -> None:
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    @property
    def _custom(self) -> bool:
        return Span(self.span.currentData()) is Span.CUSTOM  # Qt gives back a plain str

    @property
    def _widest(self) -> int:
        return self.fontMetrics().averageCharWidth() * 60

    @Slot()
    def _note_key(self) -> None:
        self._pause.start()
        self.typed.emit()

    @Slot()
    def _pause_over(self) -> None:
        self.wished.emit(self.wish, True)

    @Slot()
    def _take_span(self) -> None:
        if self._custom and self.since.dateTime() >= self.until.dateTime():
            self.since.setDateTime(self.until.dateTime().addDays(-7))
        self._show_span()
        self.now()

    @Slot()
    def _take_moment(self) -> None:
        """Also told when the focus leaves a date that nobody changed."""
        if self.wish != self._told:
            self.now()

    def _show_span(self) -> None:
        for editor in (self.since, self.until):
            editor.setVisible(self._custom)

    @Slot(QAction)
    def _choose_kept(self, entry: QAction) -> None:
        wish = entry.data()
        if isinstance(wish, Wish):
            self.kept_chosen.emit(replace(wish))

    def _lay_out(self) -> None:
        now = QDateTime.currentDateTime()
        self.since.setDateTime(now.addDays(-7))
        self.until.setDateTime(now)
        for editor in (self.since, self.until):
            editor.setDisplayFormat("yyyy-MM-dd HH:mm")
            editor.setCalendarPopup(True)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.box, 1)
        for widget in (self.order, self.span, self.since, self.until):
            first.addWidget(widget)
        second.addWidget(self.chips, 1)
        second.addWidget(self.error, 1)
        for part in (self.raw, self.kept, self._export):
            second.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(first)
        column.addLayout(second)
        self._dress()

    def _connect(self) -> None:
        self._look.theme.changed.connect(self._dress)
        self._pause.timeout.connect(self._pause_over)
        self.box.textEdited.connect(self._note_key)
        self.box.returnPressed.connect(self.now)
        self.order.activated.connect(self.now)
        self.span.activated.connect(self._take_span)
        self.raw.clicked.connect(self.now)
        self.since.editingFinished.connect(self._take_moment)
        self.until.editingFinished.connect(self._take_moment)
        self._menu.aboutToShow.connect(self.kept_wanted)
        self._menu.triggered.connect(self._choose_kept)
        self._forget.triggered.connect(self.forget_asked)

    @Slot()
    def _dress(self) -> None:
        self.kept.setIcon(self._look.icons.icon("saved"))
        self.kept.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        palette = self.error.palette()
        palette.setColor(self.error.foregroundRole(), self._look.theme.tokens.tones["bad"])
        self.error.setPalette(palette)
