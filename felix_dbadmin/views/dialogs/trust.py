"""Code that came with a workspace: each text is read to its end before all of them can be accepted."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractSlider, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from felix_dbadmin.core.text import count_text, reading_notes, visible_text
from felix_dbadmin.core.trust import Code
from felix_dbadmin.models.code_rows import CODE_COLUMNS, CodeRow, code_key
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.views.dialogs.consent import ConsentDialog
from felix_dbadmin.views.dialogs.review import toned_label
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable
from felix_dbadmin.views.widgets.code_view import CodeView

_FEWEST, _MOST = 2, 6
"""Rows of the list before somebody moves its edge: the text needs the room more."""

LONGEST = 2_000_000
"""Characters of a text that is shown here: more of them hold up the window for more than a second."""

_SHARE = 0.85
"""Of the window."""


class TrustDialog(ConsentDialog):
    """“Read on” alone, or Return, leads through every text; accepting is another button, which no key presses."""

    def __init__(self, look: Look, code: tuple[Code, ...], parent: QWidget) -> None:
        texts = count_text(len(code), "text")
        super().__init__("Read and accept", f"Read {texts} before any of this code runs", f"Accept {texts}", parent)
        self._read: set[str] = set()
        self._code = code
        self._shown: Code | None = None
        self.add_text(
            f"{'This text comes' if len(code) == 1 else 'These texts come'} with the workspace, not with this program."
            " Accepting means: exactly what is shown here may run against the databases it is for,"
            " on copies and for real."
        )
        if any(each.python for each in code):
            warning = "Python runs with your own rights: it can read, change and send every file that you can."
            self.body.addWidget(toned_label(warning, look, Tone.WARNING, self))
        self.model: TableModel[CodeRow] = TableModel(CODE_COLUMNS, code_key, self)
        self.model.set_rows([CodeRow(each) for each in code])
        self.table = RowTable(self.model, look.delegate, "Texts to read", self, stretch=len(CODE_COLUMNS) - 1)
        self.table.show_at_least(_FEWEST)
        self.notes = toned_label("", look, Tone.WARNING, self)
        self.code = CodeView(look.theme, "The selected text", self, wrap=True)
        self.progress = PlainLabel(parent=self, wrap=False)
        self.read_on = QPushButton("&Read on", self)
        self.read_on.setToolTip("The next page of this text, then the next text that is not read")
        self._lay_out(parent)
        self.table.selectionModel().currentRowChanged.connect(self._show_text)
        self.code.updateRequest.connect(self._note_seen)
        self.code.verticalScrollBar().valueChanged.connect(self._note_seen)
        self.read_on.clicked.connect(self._read_on)
        self.table.fit_columns()
        self.table.selectRow(0)
        self._settle()
        # Return reads on, also from the list; Esc cancels.
        self.cancel_button.setAutoDefault(False)
        self.read_on.setDefault(True)
        self.table.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._note_seen()

    @Slot(QModelIndex)
    def _show_text(self, index: QModelIndex) -> None:
        row = self.model.row_of(index)
        self._shown = None  # while the view changes its text the last one, or none, is in sight
        if row is not None:
            text = row.code.text
            short = len(text) <= LONGEST
            notes = " ".join(reading_notes(text)) if short else _too_long(row.code)
            self.notes.setText(notes)
            self.notes.setVisible(bool(notes))
            self.code.show_code(visible_text(text).rstrip("\n") if short else "", python=row.code.python)
            self.code.verticalScrollBar().setValue(0)
            self._shown = row.code if short else None
            self._note_seen()

    @Slot()
    def _note_seen(self) -> None:
        """A text whose end came into sight is read."""
        shown = self._shown
        if shown is not None and shown.key not in self._read and self.isVisible() and self.code.shows_end:
            self._read.add(shown.key)
            self._settle()

    @Slot()
    def _read_on(self) -> None:
        if self._shown is not None and self._shown.key not in self._read:
            self.code.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderPageStepAdd)
            return
        here = self.table.currentIndex().row()
        order = [*range(here + 1, len(self._code)), *range(here)]
        unread = next((row for row in order if self._code[row].key not in self._read), None)
        if unread is not None:
            self.table.selectRow(unread)

    def _settle(self) -> None:
        self.model.set_rows([replace(row, read=row.code.key in self._read) for row in self.model.rows])
        left = len(self._code) - len(self._read)
        self.progress.setText(f"{len(self._read):,} of {len(self._code):,} read")
        self.accept_button.setEnabled(not left)
        self.accept_button.setToolTip(f"{count_text(left, 'text')} not read to the end yet" if left else "")
        self.read_on.setEnabled(bool(left))

    def _lay_out(self, parent: QWidget) -> None:
        lower = QWidget(self)
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.notes)
        column.addWidget(self.code, 1)
        row = QHBoxLayout()
        row.addWidget(self.progress)
        row.addStretch()
        row.addWidget(self.read_on)
        column.addLayout(row)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self.table)
        split.addWidget(lower)
        split.setStretchFactor(0, 0)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        self.body.addWidget(split, 1)
        self.resize(parent.window().size() * _SHARE)
        listed = self.table.height_of(min(_MOST, max(_FEWEST, len(self._code))))
        split.setSizes([listed, max(1, self.height() - listed)])


def _too_long(code: Code) -> str:
    size = count_text(len(code.text), "character")
    return f"{size} are too many to be shown here: felix-dbadmin trust --component {code.component} shows them."
