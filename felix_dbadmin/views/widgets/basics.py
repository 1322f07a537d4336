"""Small widgets with the manners of this program: plain text, an accessible name, no fixed sizes."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableView,
    QToolButton,
    QWidget,
)

from felix_dbadmin.views.icons import Icons
from felix_dbadmin.views.widgets.tone_delegate import ToneDelegate

WIDEST = 34
"""Letters of a column that does not take the room that is left."""

HEADING = 1.35
"""Size of a page's title, in ordinary letters."""


class PlainLabel(QLabel):
    """Shows data as it is, wraps, and can be selected with the mouse."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, wrap: bool = True) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setText(text)

    def make_heading(self) -> None:
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * HEADING)
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)

    def make_bold(self) -> None:
        font = self.font()
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)


def fixed_font() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def named(widget: QWidget, name: str, description: str = "") -> None:
    """What a screen reader calls the widget."""
    widget.setAccessibleName(name)
    if description:
        widget.setAccessibleDescription(description)


def icon_button(icons: Icons, icon: str, name: str, parent: QWidget) -> QToolButton:
    """A button that is only an icon, with its name for tooltip and screen reader."""
    button = QToolButton(parent)
    button.setIcon(icons.icon(icon))
    button.setAutoRaise(True)
    button.setToolTip(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    named(button, name)
    return button


class RowTable(QTableView):
    """A table of whole rows: one is selected at a time, Tab leaves it, the last column takes what is left."""

    def __init__(
        self, model: QAbstractItemModel, delegate: ToneDelegate, name: str, parent: QWidget, *, stretch: int
    ) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(delegate)
        named(self, name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.6))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._stretch = stretch

    def show_at_least(self, rows: int) -> None:
        """However little room there is, keep so many rows in sight."""
        frame = 2 * self.frameWidth() + self.horizontalHeader().sizeHint().height()
        self.setMinimumHeight(frame + rows * self.verticalHeader().defaultSectionSize())

    def fit_columns(self, widest: int = WIDEST) -> None:
        """Make the columns as wide as the rows that can be seen; only for short tables."""
        letter = self.fontMetrics().averageCharWidth()
        for column in range(self.model().columnCount()):
            if column != self._stretch:
                self.resizeColumnToContents(column)
                self.setColumnWidth(column, min(self.columnWidth(column), widest * letter))

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 90, metrics.height() * 9)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 30, metrics.height() * 4)
