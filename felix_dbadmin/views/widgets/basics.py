"""Small widgets with the manners of this program: plain text, an accessible name, no fixed sizes."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QStyleOptionHeader,
    QTableView,
    QToolButton,
    QWidget,
)

from felix_dbadmin.views.icons import Icons
from felix_dbadmin.views.widgets.tone_delegate import AFTER_NUMBERS, ToneDelegate

WIDEST = 34
"""Letters of a column that does not take the room that is left."""

LEFT_OVER = 18
"""Letters that the column which takes what is left gets at least, before the others scroll out of sight."""

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

    def make_muted(self) -> None:
        """Said in passing, and still to be read: a disabled label would be too pale for that."""
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def make_bold(self) -> None:
        font = self.font()
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)


def keep_room(widget: QWidget) -> None:
    """Nothing moves when it is hidden."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


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


class _Header(QHeaderView):
    """Keeps what stands to the right, over numbers, apart from the next title."""

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, section: int) -> None:
        super().initStyleOptionForIndex(option, section)
        if self._meets_next(section):
            option.text += AFTER_NUMBERS

    def sectionSizeFromContents(self, section: int) -> QSize:
        room = self.fontMetrics().horizontalAdvance(AFTER_NUMBERS) if self._meets_next(section) else 0
        return super().sectionSizeFromContents(section) + QSize(room, 0)

    def _meets_next(self, section: int) -> bool:
        """It ends where the next one begins."""
        return self._is_right(section) and section + 1 < self.count() and not self._is_right(section + 1)

    def _is_right(self, section: int) -> bool:
        aligned = self.model().headerData(section, self.orientation(), Qt.ItemDataRole.TextAlignmentRole)
        return aligned is not None and bool(aligned & Qt.AlignmentFlag.AlignRight)


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
        header = _Header(Qt.Orientation.Horizontal, self)
        self.setHorizontalHeader(header)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.6))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._stretch = stretch
        self._wanted: dict[int, int] = {}
        self._given: dict[int, int] = {}

    def height_of(self, rows: int) -> int:
        """Pixels that so many rows take, with the header."""
        frame = 2 * self.frameWidth() + self.horizontalHeader().sizeHint().height()
        return frame + rows * self.verticalHeader().defaultSectionSize()

    def show_at_least(self, rows: int) -> None:
        """However little room there is, keep so many rows in sight."""
        self.setMinimumHeight(self.height_of(rows))

    def fit_columns(self, widest: int = WIDEST) -> None:
        """Make the columns as wide as the rows that can be seen; only for short tables."""
        letter = self.fontMetrics().averageCharWidth()
        for column in range(self.model().columnCount()):
            if column != self._stretch:
                self.resizeColumnToContents(column)
                self._wanted[column] = min(self.columnWidth(column), widest * letter)
        self._given.clear()
        self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        """The widest columns give way until every column is in sight; what somebody set by hand counts as wanted."""
        for column, width in self._given.items():
            if self.columnWidth(column) != width:
                self._wanted[column] = self.columnWidth(column)
        room = self.viewport().width() - LEFT_OVER * self.fontMetrics().averageCharWidth()
        least = self.horizontalHeader().minimumSectionSize()
        most = max(least, widest_that_fit(tuple(self._wanted.values()), room))
        for column, wanted in self._wanted.items():
            self.setColumnWidth(column, min(wanted, most))
            self._given[column] = self.columnWidth(column)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 90, metrics.height() * 9)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 30, metrics.height() * 4)


def widest_that_fit(widths: tuple[int, ...], room: int) -> int:
    """How wide a column may be so that all fit into the room when only the wider ones are cut to that."""
    left = room
    for count, width in zip(range(len(widths), 0, -1), sorted(widths), strict=True):
        if width * count > left:
            return max(0, left // count)
        left -= width
    return max(widths, default=0)
