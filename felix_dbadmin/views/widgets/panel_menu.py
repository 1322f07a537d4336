"""What can be done with a panel: take it along, zoom out, look at that span everywhere."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

_ENTRIES = (
    ("copy picture", "Copy &picture", "drawn"),
    ("copy values", "&Copy values", "data"),
    ("png", "Save as P&NG…", "drawn"),
    ("svg", "Save as &SVG…", "drawn"),
    ("csv", "Save values as CS&V…", "data"),
    ("reset", "&Reset zoom", "zoomed"),
    ("span", "Show this &time span everywhere", "timed"),
)


class PanelMenu(QMenu):
    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._needs: dict[QAction, str] = {}
        self.entries: dict[str, QAction] = {}
        for key, text, need in _ENTRIES:
            if key in ("png", "reset"):
                self.addSeparator()
            entry = self.addAction(text)
            entry.setData(key)
            self.entries[key] = entry
            self._needs[entry] = need
        self.triggered.connect(self._choose)

    def offer(self, *, drawn: bool, data: bool, zoomed: bool, timed: bool) -> None:
        """Enable what makes sense."""
        there = {"drawn": drawn, "data": data, "zoomed": zoomed, "timed": timed and zoomed}
        for entry, need in self._needs.items():
            entry.setEnabled(there[need])

    @Slot(QAction)
    def _choose(self, entry: QAction) -> None:
        self.chosen.emit(str(entry.data()))
