"""Type a few letters, press Return: any action of the window, or any component."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column, TableModel
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable, named

_LETTERS = 150
_LINES = 26
_FOOT_LINES = 2
"""As many as the longest command takes: the list must not jump with each step in it."""
_HINT = 1
"""The column that takes the room that is left."""

_TO_LIST = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """Something that can be chosen; with a `reason` it is only listed, to say why it cannot be."""

    key: str
    text: str
    hint: str = ""
    shortcut: str = ""
    reason: str = ""
    command: str = ""
    icon: str = ""


_COLUMNS: tuple[Column[PaletteEntry], ...] = (
    Column("Name", lambda row: row.text, tone=lambda row: _tone(row), icon=lambda row: row.icon),
    Column("What it does", lambda row: row.reason or row.hint, tone=lambda row: Tone.MUTED),
    Column("Shortcut", lambda row: row.shortcut, tone=lambda row: Tone.MUTED),
)


class PaletteDialog(QDialog):
    """The list follows what is typed; arrows move in it, Return chooses, Ctrl+C copies the command, Esc leaves."""

    chosen = Signal(str)
    """The key of the entry. Emitted when the palette is gone already."""
    command_copied = Signal(str)

    def __init__(self, look: Look, title: str, entries: Sequence[PaletteEntry], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self._entries = tuple(entries)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(title)
        self.line.setClearButtonEnabled(True)
        named(self.line, title)
        self._model: TableModel[PaletteEntry] = TableModel(_COLUMNS, _key, self)
        self.table = RowTable(self._model, look.delegate, "Matches", self, stretch=_HINT)
        self.table.horizontalHeader().hide()
        self.foot = PlainLabel(parent=self)
        self.foot.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.foot.setMinimumHeight(self.fontMetrics().lineSpacing() * _FOOT_LINES)
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.table, 1)
        column.addWidget(self.foot)
        metrics = self.fontMetrics()
        wanted = QSize(metrics.averageCharWidth() * _LETTERS, metrics.height() * _LINES)
        self.resize(wanted.boundedTo(parent.window().size() * 0.9))
        self._picked = ""
        self.line.installEventFilter(self)
        self.table.installEventFilter(self)
        self.line.textChanged.connect(self._filter)
        self.line.returnPressed.connect(self._choose)
        self.table.activated.connect(self._choose)
        self.table.clicked.connect(self._choose)
        self.table.selectionModel().currentRowChanged.connect(self._explain)
        self.finished.connect(self._tell)
        self._filter()
        self.table.fit_columns()
        self.line.setFocus()

    @property
    def matches(self) -> tuple[PaletteEntry, ...]:
        """What is listed now, best first."""
        return self._model.rows

    @property
    def entry(self) -> PaletteEntry | None:
        """The selected one."""
        return self._model.row_of(self.table.currentIndex())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows typed into the line move in the list; Ctrl+C copies a command unless text is selected."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) and isinstance(event, QKeyEvent):
            if event.matches(QKeySequence.StandardKey.Copy) and not self.line.hasSelectedText():
                if event.type() == QEvent.Type.KeyPress:
                    self._copy()
                event.accept()
                return True
            if watched is self.line and event.type() == QEvent.Type.KeyPress and event.key() in _TO_LIST:
                QGuiApplication.sendEvent(self.table, event)
                return True
        return super().eventFilter(watched, event)

    @Slot()
    @Slot(str)
    def _filter(self) -> None:
        self._model.set_rows(matching(self._entries, self.line.text()))
        if self._model.rows:
            self.table.selectRow(0)
        self._explain()

    @Slot()
    @Slot(QModelIndex)
    def _choose(self) -> None:
        entry = self.entry
        if entry is not None and not entry.reason:
            self._picked = entry.key
            self.accept()

    @Slot()
    @Slot(QModelIndex)
    def _explain(self) -> None:
        entry = self.entry
        if entry is None:
            self.foot.setText(f"Nothing is called “{self.line.text()}”.")
        elif entry.reason:
            self.foot.setText(f"Not now: {entry.reason}")
        else:
            self.foot.setText(f"$ {entry.command}   (Ctrl+C copies it)" if entry.command else entry.hint)

    @Slot()
    def _copy(self) -> None:
        if self.entry is not None and self.entry.command:
            QGuiApplication.clipboard().setText(self.entry.command)
            self.command_copied.emit(self.entry.command)

    @Slot()
    def _tell(self) -> None:
        if self._picked:
            self.chosen.emit(self._picked)
        self.deleteLater()


def matching(entries: Sequence[PaletteEntry], typed: str) -> tuple[PaletteEntry, ...]:
    """Those in which every typed word occurs: in the name first, then also in what it does; else as they stand."""
    words = typed.casefold().split()
    in_name = [each for each in entries if all(word in each.text.casefold() for word in words)]
    anywhere = [
        each
        for each in entries
        if each not in in_name and all(word in f"{each.text} {each.hint}".casefold() for word in words)
    ]
    starting = [each for each in in_name if words and each.text.casefold().startswith(words[0])]
    return (*starting, *(each for each in in_name if each not in starting), *anywhere)


def _tone(entry: PaletteEntry) -> Tone:
    return Tone.MUTED if entry.reason else Tone.NORMAL


def _key(entry: PaletteEntry) -> str:
    return entry.key
