"""Draws what models say of a cell: its tone as a colour of the theme, its icon by name."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from felix_dbadmin.models.roles import Role, Tone
from felix_dbadmin.views.icons import Icons
from felix_dbadmin.views.theme import Theme, with_outlines

AFTER_NUMBERS = "\u2002"
"""An en space: what stands to the right would else touch what the next column begins with."""


class ToneDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, icons: Icons, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        tone = index.data(Role.TONE)
        colour = self._theme.colour(Tone(tone)) if tone else None
        if colour is not None:
            option.palette.setColor(QPalette.ColorRole.Text, colour)
        if option.features & QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator:
            option.palette = with_outlines(option.palette)
        if option.displayAlignment & Qt.AlignmentFlag.AlignRight:
            option.text += AFTER_NUMBERS
        name = index.data(Role.ICON)
        if name:
            option.icon = self._icons.icon(name, muted=tone == Tone.MUTED)
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            edge = option.fontMetrics.height()
            option.decorationSize = QSize(edge, edge)
