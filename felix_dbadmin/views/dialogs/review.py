"""The look before the leap: what was rehearsed, what would be lost, the way back; and a button that says it all."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from felix_dbadmin.core.migrate.plan import Direction, Plan
from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.core.text import count_text, list_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.rehearsal_view import RehearsalView


class ReviewDialog(QDialog):
    """Accepted only by its named button; where something would be lost, only after its name was typed."""

    def __init__(self, look: Look, rehearsals: tuple[Rehearsal, ...], parent: QWidget) -> None:
        super().__init__(parent)
        plans = tuple(rehearsal.plan for rehearsal in rehearsals)
        self._word = plans[0].component if len(plans) == 1 else "all"
        several = len(plans) > 1
        losses = [
            (f"{rehearsal.plan.component} " if several else "", loss)
            for rehearsal in rehearsals
            for loss in rehearsal.losses
        ]
        self.setWindowTitle(title_of(plans))
        self.setModal(True)
        heading = PlainLabel(title_of(plans), self)
        heading.make_heading()
        view = RehearsalView(look, self)
        view.show_rehearsals(rehearsals)
        self.view = view
        self.accept_button = QPushButton(accept_text(rehearsals), self)
        self.accept_button.setAutoDefault(False)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.setDefault(True)
        self.consent = QLineEdit(self)
        column = QVBoxLayout(self)
        column.addWidget(heading)
        if losses:
            column.addWidget(self._loss_label(look, [name + loss.text for name, loss in losses]))
        column.addWidget(view, 1)
        column.addWidget(PlainLabel(way_back(rehearsals), self))
        foot = QHBoxLayout()
        if losses:
            foot.addWidget(PlainLabel(f"Type {self._word} to accept this loss:", self, wrap=False))
            foot.addWidget(self.consent)
        foot.addStretch()
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.accept_button)
        column.addLayout(foot)
        self.consent.setVisible(bool(losses))
        named(self.consent, f"Type {self._word} to accept the loss")
        self.accept_button.setEnabled(not losses)
        self.consent.textChanged.connect(self._weigh_consent)
        self.accept_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self.resize(parent.window().size() * 0.85)
        (self.consent if losses else self.cancel_button).setFocus()

    def _loss_label(self, look: Look, losses: list[str]) -> PlainLabel:
        label = PlainLabel("This would be lost for good, except in the backup: " + list_text(losses, limit=12), self)
        label.make_bold()
        colour = look.theme.colour(Tone.BAD)
        if colour is not None:
            palette = label.palette()
            palette.setColor(label.foregroundRole(), colour)
            label.setPalette(palette)
        return label

    @Slot(str)
    def _weigh_consent(self, typed: str) -> None:
        self.accept_button.setEnabled(typed.strip() == self._word)


def title_of(plans: tuple[Plan, ...]) -> str:
    """Verb and object: of one plan its title, of several what they come to."""
    if len(plans) == 1:
        return plans[0].title
    count = count_text(sum(step.action == "up" for plan in plans for step in plan.steps), "migration")
    return f"Apply {count} to {count_text(len(plans), 'component')}"


def accept_text(rehearsals: tuple[Rehearsal, ...]) -> str:
    """'Back up and apply 2 migrations to knowledge'; no word of a backup where there is no file yet."""
    title = title_of(tuple(rehearsal.plan for rehearsal in rehearsals))
    return f"Back up and {title[0].lower()}{title[1:]}" if _present(rehearsals) else title


def _present(rehearsals: tuple[Rehearsal, ...]) -> list[str]:
    """The databases that are there already."""
    return [rehearsal.plan.database for rehearsal in rehearsals if rehearsal.proof.before is not None]


def way_back(rehearsals: tuple[Rehearsal, ...]) -> str:
    """What is saved first, and how to return."""
    plans = tuple(rehearsal.plan for rehearsal in rehearsals)
    direction = plans[0].request.direction
    present = _present(rehearsals)
    if not present:
        return "There is no file yet, so there is nothing to back up. Way back: roll back."
    backup = f"First a verified backup of {list_text(present)} is taken, in backups/."
    if direction is Direction.UP:
        final = [
            f"{plan.component} {step.version}"
            for plan in plans
            for step in plan.steps
            if step.migration is not None and not step.migration.reversible
        ]
        down = "roll back, or restore that backup" if not final else "restore that backup"
        only = f" {list_text(final)} cannot be rolled back." if final else ""
        return f"{backup} Way back: {down}.{only}"
    if direction is Direction.DOWN:
        return f"{backup} Way back: apply again, or restore that backup, which holds the rows as they are now."
    return f"{backup} Way back: restore that backup. Tables that hold data are not touched."
