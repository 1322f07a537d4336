"""A page of figures: what it looks at in one line, and a card for each question."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from felix_dbadmin.core.analytics.ask import PAGES
from felix_dbadmin.core.analytics.panel import Marker, Panel
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.models.analytics_pages import PageSpec
from felix_dbadmin.models.analytics_view import Spell, View
from felix_dbadmin.models.panel_text import Message
from felix_dbadmin.views.charts.picture import png_of, svg_of
from felix_dbadmin.views.charts.styles import StyleBook
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Notice
from felix_dbadmin.views.widgets.banner import Banner
from felix_dbadmin.views.widgets.card_grid import CardGrid
from felix_dbadmin.views.widgets.panel_card import PanelCard
from felix_dbadmin.views.widgets.range_bar import RangeBar


class AnalyticsPage(QWidget):
    """Shows what it is told, panel by panel."""

    shown = Signal()
    """Somebody looks at it."""
    rows_wanted = Signal(object)
    """Behind"""
    way_wanted = Signal(str, object)
    """The panel's name, and the Message with the way out of what it shows."""
    save_wanted = Signal(str, str)
    """The panel's name, and 'png', 'svg' or 'csv'."""

    def __init__(self, look: Look, spec: PageSpec, parent: QWidget) -> None:
        super().__init__(parent)
        self.spec = spec
        self.banner = Banner(look, self)
        self.bar = RangeBar(look, spec, self)
        self._grid = CardGrid(self)
        self._look = look
        self._cards: dict[str, PanelCard] = {}
        self._pg: Any = None
        self._area = QScrollArea(self)
        self._todo: deque[Callable[[], None]] = deque()
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._do_next)
        self._lay_out()

    @property
    def cards(self) -> dict[str, PanelCard]:
        """By the names of their panels; made when they are first wanted, since most visits look at few pages."""
        if not self._cards:
            styles = StyleBook()
            self._cards = {
                name: PanelCard(self._look, name, title, styles, self._grid)
                for name, title in PAGES[self.spec.name].items()
            }
            self._grid.set_cards([(card, name in self.spec.wide) for name, card in self._cards.items()])
            for card in self._cards.values():
                card.rows_wanted.connect(self.rows_wanted)
                card.way_wanted.connect(self._pass_on_way)
                card.save_wanted.connect(self._pass_on_save)
                card.span_wanted.connect(self._show_span)
        return self._cards

    @property
    def columns(self) -> int:
        """How many cards stand beside each other."""
        return self._grid.columns

    @property
    def drawing(self) -> bool:
        """Something that was told is not shown yet."""
        return bool(self._todo)

    def use(self, pg: Any) -> None:
        """pyqtgraph is there."""
        if self._pg is None:
            self._pg = pg
            for card in self.cards.values():
                self._later(partial(card.use, pg))

    def set_about(self, view: View) -> None:
        """What comes next is about this: no zoom of before fits it."""
        for card in self.cards.values():
            card.set_about(view.in_words)

    def show_panel(self, panel: Panel) -> None:
        self._later(partial(self.cards[panel.name].show_panel, panel))

    def show_trouble(self, name: str, error: DbAdminError) -> None:
        self._later(partial(self.cards[name].show_trouble, error))

    def show_markers(self, markers: Sequence[Marker]) -> None:
        for card in self.cards.values():
            self._later(partial(card.show_markers, markers))

    def _later(self, work: Callable[[], None]) -> None:
        """One after the other, with a turn of the event loop between: ten charts at once would hold it up."""
        self._todo.append(work)
        self._turn.start()

    @Slot()
    def _do_next(self) -> None:
        self._todo.popleft()()
        if not self._todo:
            self._turn.stop()

    def set_busy(self, names: Sequence[str]) -> None:
        """These panels are being read."""
        for name, card in self.cards.items():
            card.set_busy(name in names)

    def taken_along(self, name: str, form: str) -> bytes:
        """A panel as 'png', 'svg' or 'csv'; nothing where it cannot be had so."""
        card = self.cards[name]
        if form == "csv":
            return card.csv().encode()
        sheet = card.sheet()
        if sheet is None:
            return b""
        return png_of(sheet) if form == "png" else svg_of(sheet)

    def forget(self) -> None:
        self._todo.clear()
        self._turn.stop()
        for card in self._cards.values():
            card.forget()
            if self._pg is not None:
                card.use(self._pg)
        self.banner.close_notice()

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        self.banner.show_notice(notice)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    @Slot(object)
    def _pass_on_way(self, message: Message) -> None:
        self.way_wanted.emit(self._name(self.sender()), message)

    @Slot(str)
    def _pass_on_save(self, form: str) -> None:
        self.save_wanted.emit(self._name(self.sender()), form)

    @Slot(float, float)
    def _show_span(self, since: float, until: float) -> None:
        self.bar.set_view(self.bar.view.over(Spell.CUSTOM, since, until))

    def _name(self, card: object) -> str:
        return next(name for name, known in self.cards.items() if known is card)

    def _lay_out(self) -> None:
        self._area.setWidget(self._grid)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.addWidget(self.banner)
        column.addWidget(self.bar)
        column.addWidget(self._area, 1)
