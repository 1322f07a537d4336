"""Lines above the hits: what could not be searched, what was searched without an index, what is stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from felix_dbadmin.core.errors import DatabaseUnusable, DbAdminError
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.search.sources import Source, Unsearchable
from felix_dbadmin.core.text import count_text
from felix_dbadmin.models.search_merge import Part
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel
from felix_dbadmin.views.widgets.links import LinkButton

_MOST = 4
"""Lines; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Note:
    icon: str
    text: str
    button: str = ""
    request: Request | None = None


class NoteStrip(QWidget):
    """Hidden while there is nothing to say."""

    request_wanted = Signal(object)
    """Request"""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._notes: tuple[Note, ...] = ()
        self._lines: list[QWidget] = []
        self.buttons: list[LinkButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        look.theme.changed.connect(self._build)
        self.hide()

    @property
    def notes(self) -> tuple[Note, ...]:
        return self._notes

    def show_notes(self, notes: Sequence[Note]) -> None:
        if tuple(notes) != self._notes:
            self._notes = tuple(notes)
            self._build()

    @Slot()
    def _build(self) -> None:
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        shown = self._notes[:_MOST]
        if len(self._notes) > _MOST:
            shown = (*shown[:-1], Note("info", f"{len(self._notes) - _MOST + 1} more remarks of this kind."))
        self.buttons = []
        self._lines = [self._line(note) for note in shown]
        self.setVisible(bool(shown))

    def _line(self, note: Note) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        icon = QLabel(line)
        edge = self.fontMetrics().height()
        icon.setPixmap(self._look.icons.icon(note.icon).pixmap(edge, edge))
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(PlainLabel(note.text, line), 1)
        if note.request is not None:
            button = LinkButton(note.button, line)
            button.clicked.connect(self._ask)
            self.buttons.append(button)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addWidget(line)
        return line

    @Slot()
    def _ask(self) -> None:
        asked = [note for note in self._notes[:_MOST] if note.request is not None]
        button = self.sender()
        if isinstance(button, LinkButton) and button in self.buttons:
            self.request_wanted.emit(asked[self.buttons.index(button)].request)


def notes_of(
    parts: Sequence[Part], failed: Sequence[Unsearchable], broken: Sequence[tuple[Source, DbAdminError]] = ()
) -> tuple[Note, ...]:
    """What to know of an answer; `broken` are the sources that gave none."""
    notes = [Note("warning", f"{each.component} was not searched. {each.summary} {each.hint}") for each in failed]
    notes += [_broken(source, error) for source, error in broken]
    for part in parts:
        source = part.source
        gone = sum(hit.gone for hit in part.hits)
        if gone:
            lost = f"{count_text(gone, 'hit')} of {source.component} no longer in {source.table}"
            text = f"{lost}: the index {source.index} is stale."
            notes.append(Note("warning", text, "Repair…", Request(source.component, Direction.REPAIR)))
        if part.note:
            notes.append(_without_index(source, part.note))
    return tuple(notes)


def _broken(source: Source, error: DbAdminError) -> Note:
    """Where the file can be read and an index in it cannot, the index is made anew from its rows."""
    text = f"{source.component} was not searched. {error.summary}"
    if source.index and isinstance(error, DatabaseUnusable):
        return Note("warning", text, "Rebuild…", Request(source.component, Direction.REBUILD, index=source.index))
    return Note("warning", f"{text} {error.hint}")


def _without_index(source: Source, note: str) -> Note:
    text = f"{source.component} ({source.table}) has no full-text index. {note}"
    if not source.migration:
        return Note("info", text)
    request = Request(source.component, Direction.UP, to=source.migration)
    return Note("info", text, f"Apply migration {source.migration}…", request)
