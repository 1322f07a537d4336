"""What a dry run found: every statement as it ran, what would change, and the proof that the live file did not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.core.text import count_text, duration_text, list_text, time_text
from felix_dbadmin.models.columns import STATEMENT_COLUMNS, statement_rows
from felix_dbadmin.models.findings import Group, rehearsal_groups
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable
from felix_dbadmin.views.widgets.empty_state import Emptiness, EmptyState
from felix_dbadmin.views.widgets.findings_tree import FindingsTree

_STATEMENT = 2
"""The column that takes the room that is left."""

_STATEMENT_SHARE = 66
"""Percent of the width."""

_SIDE_BY_SIDE = 170
"""Letters of a line that statements and findings can share."""

_LETTERS = 24
"""Of the widest of the other columns; the statement says it all once more."""


NOTHING = Emptiness(
    "No dry run yet",
    "A dry run (Ctrl+R) really runs the migrations, on a copy. The live file is only read.",
    "rehearse",
)


class RehearsalView(QWidget):
    """One rehearsal, or several that are to be carried out one after the other."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._summary = PlainLabel(parent=self)
        self._proof = PlainLabel(parent=self)
        self._model = TableModel(STATEMENT_COLUMNS, _number, self)
        self.statements = RowTable(self._model, look.delegate, "Statements of the dry run", self, stretch=_STATEMENT)
        self.findings = FindingsTree(look, "What the dry run found", self, fitted=0)
        self._split = split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.statements)
        split.addWidget(self.findings)
        split.setSizes([_STATEMENT_SHARE, 100 - _STATEMENT_SHARE])
        split.setStretchFactor(0, _STATEMENT_SHARE)
        split.setStretchFactor(1, 100 - _STATEMENT_SHARE)
        split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, column.spacing(), 0, 0)
        column.addWidget(self._summary)
        column.addWidget(split, 1)
        column.addWidget(self._proof)
        self.empty = EmptyState(look, (), self)
        self.empty.show_emptiness(NOTHING)
        column.addWidget(self.empty, 1)
        self._parts = (self._summary, split, self._proof)
        self.clear()

    @property
    def proof(self) -> str:
        return self._proof.text()

    def clear(self) -> None:
        self._model.set_rows(())
        for part in self._parts:
            part.hide()
        self.empty.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room for both, else one above the other."""
        super().resizeEvent(event)
        wide = self.width() >= self.fontMetrics().averageCharWidth() * _SIDE_BY_SIDE
        orientation = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if orientation != self._split.orientation():
            self._split.setOrientation(orientation)
            share = _STATEMENT_SHARE if wide else 50
            self._split.setSizes([share, 100 - share])

    def show_rehearsals(self, rehearsals: tuple[Rehearsal, ...], *, losses: bool = True) -> None:
        """Without `losses` where they are told beside it."""
        self._model.set_rows(statement_rows(rehearsals))
        self.statements.fit_columns(_LETTERS)
        self.findings.show_groups(_groups(rehearsals, losses))
        self._summary.setText(summary_of(rehearsals))
        self._proof.setText(proof_of(rehearsals))
        self.empty.hide()
        for part in self._parts:
            part.show()


def summary_of(rehearsals: tuple[Rehearsal, ...]) -> str:
    """'Apply 2 migrations to knowledge: rehearsed on a copy at 14:02:11, 9 statements in 0.3 s, no failure'"""
    titles = "; ".join(rehearsal.plan.title for rehearsal in rehearsals)
    statements = sum(len(rehearsal.statements) for rehearsal in rehearsals)
    seconds = sum(rehearsal.seconds for rehearsal in rehearsals)
    clock = time_text(max(rehearsal.at for rehearsal in rehearsals)).split()[-1]
    failure = next((each.failure for each in rehearsals if each.failure), None)
    end = f"stopped: {failure.summary}" if failure else "no failure"
    ran = f"{count_text(statements, 'statement')} in {duration_text(seconds)}"
    return f"{titles}: rehearsed on a copy at {clock}, {ran}, {end}"


def proof_of(rehearsals: tuple[Rehearsal, ...]) -> str:
    """What says that the live files did not change; of several, who shares a sentence is named before it."""
    if len(rehearsals) == 1:
        return rehearsals[0].proof.text
    said: dict[str, list[str]] = {}
    for rehearsal in rehearsals:
        said.setdefault(rehearsal.proof.text, []).append(rehearsal.plan.component)
    return "\n".join(f"{list_text(names, limit=20)}: {sentence}" for sentence, names in said.items())


def _groups(rehearsals: tuple[Rehearsal, ...], losses: bool) -> tuple[Group, ...]:
    if len(rehearsals) == 1:
        return rehearsal_groups(rehearsals[0], losses=losses)
    return tuple(
        Group(f"{rehearsal.plan.component}: {group.title}", group.lines, group.tone)
        for rehearsal in rehearsals
        for group in rehearsal_groups(rehearsal, losses=losses)
    )


def _number(row: object) -> object:
    return getattr(row, "number", None)
