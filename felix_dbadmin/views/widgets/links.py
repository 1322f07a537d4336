"""Texts that can be pressed, one beneath the other or side by side: the small ways on from where somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QBoxLayout, QToolButton, QWidget

from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.table_model import shortened
from felix_dbadmin.views.widgets.basics import named


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    key: object
    """What `chosen` carries."""
    tip: str = ""


class LinkButton(QToolButton):
    """Looks like text of a page, and can be reached with the Tab key."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.say(text)

    def say(self, text: str) -> None:
        self.setText(shortened(text).replace("&", "&&"))
        named(self, shortened(text))
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _dress(self) -> None:
        palette = self.palette()
        wanted = palette.color(QPalette.ColorRole.Link)
        if palette.color(QPalette.ColorRole.ButtonText) != wanted:
            palette.setColor(QPalette.ColorRole.ButtonText, wanted)
            self.setPalette(palette)


class LinkList(QWidget):
    """Hidden while there is none."""

    chosen = Signal(object)
    """The key of a link."""

    def __init__(self, direction: QBoxLayout.Direction, parent: QWidget) -> None:
        super().__init__(parent)
        self._links: tuple[Link, ...] = ()
        self.buttons: list[LinkButton] = []
        self._layout = QBoxLayout(direction, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self.hide()

    @property
    def links(self) -> tuple[Link, ...]:
        return self._links

    def show_links(self, links: Sequence[Link]) -> None:
        if tuple(links) == self._links:
            return
        self._links = tuple(links)
        for button in self.buttons:
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [LinkButton(link.text, self) for link in links]
        for button, link in zip(self.buttons, links, strict=True):
            button.setToolTip(plain_tooltip(link.tip))
            button.clicked.connect(self._choose)
            self._layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.setVisible(bool(links))

    @Slot()
    def _choose(self) -> None:
        button = self.sender()
        if isinstance(button, LinkButton) and button in self.buttons:
            self.chosen.emit(self._links[self.buttons.index(button)].key)
