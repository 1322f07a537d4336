"""A chart as a picture to take along: with its title, what it is about, its legend and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QImageWriter, QPainter, QPen
from PySide6.QtSvg import QSvgGenerator

from felix_dbadmin.models.chart_ticks import short_name
from felix_dbadmin.views.charts.chart import Chart
from felix_dbadmin.views.charts.styles import draw_symbol
from felix_dbadmin.views.theme import Theme
from felix_dbadmin.views.widgets.chart_legend import MOST, Entry

SHARP = 2.0
"""Pixels of a picture for one on the screen."""
_MARGIN = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is drawn: the chart as it stands, zoom included, and the words around it."""

    chart: Chart
    theme: Theme
    title: str
    about: str
    foot: str
    entries: Sequence[Entry]


def png_of(sheet: Sheet) -> bytes:
    size = _size(sheet)
    image = QImage(size * SHARP, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(SHARP)
    _paint_on(image, sheet)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def image_of(sheet: Sheet) -> QImage:
    """For the clipboard."""
    return QImage.fromData(png_of(sheet))


def svg_of(sheet: Sheet) -> bytes:
    size = _size(sheet)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(sheet.title)
    _paint_on(generator, sheet)
    return bytes(buffer.data().data())


def _paint_on(device: QImage | QSvgGenerator, sheet: Sheet) -> None:
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    try:
        _paint(painter, sheet, _size(sheet))
    finally:
        painter.end()


def _size(sheet: Sheet) -> QSize:
    chart = sheet.chart.size()
    width = max(chart.width(), 480)
    words = _title_height(sheet) + _legend_height(sheet, width) + _foot_height(sheet, width)
    return QSize(width + 2 * _MARGIN, max(chart.height(), 240) + words + 2 * _MARGIN)


def _paint(painter: QPainter, sheet: Sheet, size: QSize) -> None:
    palette = sheet.theme.tokens.palette
    muted = QColor(sheet.theme.tokens.tones["muted"])
    painter.fillRect(QRect(0, 0, size.width(), size.height()), QColor(palette["base"]))
    width, top = size.width() - 2 * _MARGIN, _MARGIN
    metrics = sheet.chart.fontMetrics()
    painter.setFont(_bold(sheet))
    painter.setPen(QColor(palette["text"]))
    painter.drawText(QRect(_MARGIN, top, width, metrics.lineSpacing()), Qt.AlignmentFlag.AlignLeft, sheet.title)
    painter.setFont(sheet.chart.font())
    painter.setPen(muted)
    under = QRect(_MARGIN, top + metrics.lineSpacing(), width, metrics.lineSpacing())
    painter.drawText(under, Qt.AlignmentFlag.AlignLeft, sheet.about)
    top += _title_height(sheet)
    top = _paint_legend(painter, sheet, width, top)
    foot = _foot_height(sheet, width)
    sheet.chart.paint(painter, QRectF(_MARGIN, top, width, size.height() - _MARGIN - foot - top))
    painter.setFont(sheet.chart.font())
    painter.setPen(muted)
    flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
    painter.drawText(QRect(_MARGIN, size.height() - _MARGIN - foot, width, foot), flags, sheet.foot)


def _paint_legend(painter: QPainter, sheet: Sheet, width: int, top: int) -> int:
    """Returns where what comes beneath begins."""
    height = sheet.chart.fontMetrics().lineSpacing()
    for left, line, entry in _legend_places(sheet, width):
        colour = entry.style.colour(sheet.theme)
        middle = QPointF(_MARGIN + left + height, top + line * height + height / 2)
        painter.setPen(QPen(colour, 2.0, entry.style.dash))
        painter.drawLine(middle - QPointF(height * 0.9, 0), middle + QPointF(height * 0.9, 0))
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour)
        draw_symbol(painter, entry.style.symbol, middle, height * 0.24)
        painter.setPen(QColor(sheet.theme.tokens.palette["text"]))
        name = QRect(_MARGIN + left + round(height * 2.2), top + line * height, width, height)
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, short_name(entry.name, 24))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    return top + _legend_height(sheet, width)


def _legend_places(sheet: Sheet, width: int) -> list[tuple[int, int, Entry]]:
    """Left edge and line of each entry."""
    metrics = sheet.chart.fontMetrics()
    places: list[tuple[int, int, Entry]] = []
    left, line = 0, 0
    for entry in sheet.entries[:MOST] if len(sheet.entries) > 1 else ():
        wanted = round(metrics.lineSpacing() * 3) + metrics.horizontalAdvance(short_name(entry.name, 24))
        if left and left + wanted > width:
            left, line = 0, line + 1
        places.append((left, line, entry))
        left += wanted
    return places


def _legend_height(sheet: Sheet, width: int) -> int:
    places = _legend_places(sheet, width)
    return (places[-1][1] + 1) * sheet.chart.fontMetrics().lineSpacing() + 6 if places else 0


def _title_height(sheet: Sheet) -> int:
    return sheet.chart.fontMetrics().lineSpacing() * 2 + 6


def _foot_height(sheet: Sheet, width: int) -> int:
    if not sheet.foot:
        return 0
    metrics: QFontMetrics = sheet.chart.fontMetrics()
    flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
    return metrics.boundingRect(QRect(0, 0, width, 10_000), flags, sheet.foot).height() + 4


def _bold(sheet: Sheet) -> QFont:
    font = QFont(sheet.chart.font())
    font.setWeight(QFont.Weight.DemiBold)
    return font
