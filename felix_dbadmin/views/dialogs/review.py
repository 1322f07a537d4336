"""The look before the leap: what was rehearsed, what would be lost, the way back; and a button that says it all."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.plan import Direction, Plan
from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.core.text import count_text, list_text, time_text
from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.models.review import review_groups
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.wording import inside_text
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, named
from felix_dbadmin.views.widgets.findings_tree import FindingsTree
from felix_dbadmin.views.widgets.rehearsal_view import RehearsalView

RESTORE = 2
"""How the dialog ends, beside accepted and rejected, when somebody would rather restore a backup."""


class ReviewDialog(QDialog):
    """Accepted only by its named button; where something would be lost, only after its name was typed."""

    def __init__(
        self,
        look: Look,
        rehearsals: tuple[Rehearsal, ...],
        parent: QWidget,
        *,
        changed: str = "",
        instead: Backup | None = None,
    ) -> None:
        """`changed` says why this is shown again; `instead` is a backup that could be restored in place of this."""
        super().__init__(parent)
        plans = tuple(rehearsal.plan for rehearsal in rehearsals)
        self._word = plans[0].component if len(plans) == 1 else "all"
        losses = [loss for rehearsal in rehearsals for loss in rehearsal.losses]
        self.setWindowTitle(title_of(plans))
        self.setModal(True)
        heading = PlainLabel(title_of(plans), self)
        heading.make_heading()
        self.changed = toned_label(changed, look, Tone.WARNING, self)
        self.changed.setVisible(bool(changed))
        self.dangers = FindingsTree(look, "Before you agree", self, fitted=0)
        self.dangers.show_groups(review_groups(rehearsals))
        self.view = RehearsalView(look, self)
        self.view.show_rehearsals(rehearsals, losses=False)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self.dangers)
        split.addWidget(self.view)
        # The dangers get what they ask for; the details the rest.
        split.setStretchFactor(0, 0)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        self.accept_button = QPushButton(accept_text(rehearsals), self)
        self.accept_button.setAutoDefault(False)
        self.restore_button = QPushButton("", self)
        self.restore_button.setAutoDefault(False)
        self.restore_button.setVisible(instead is not None)
        self.difference = PlainLabel(parent=self)
        self.difference.setVisible(instead is not None)
        if instead is not None:
            self.restore_button.setText(instead_text(plans[0], instead))
            self.restore_button.setToolTip(plain_tooltip(instead.name))
            self.difference.setText(difference_text(plans[0], instead))
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.setDefault(True)
        self.consent = QLineEdit(self)
        column = QVBoxLayout(self)
        column.addWidget(heading)
        column.addWidget(self.changed)
        column.addWidget(split, 1)
        column.addWidget(PlainLabel(way_back(rehearsals), self))
        column.addWidget(self.difference)
        foot = QHBoxLayout()
        if losses:
            label = toned_label(f"Type {self._word} to accept this loss:", look, Tone.BAD, self)
            label.setWordWrap(False)
            foot.addWidget(label)
            foot.addWidget(self.consent)
        foot.addStretch()
        for button in (self.cancel_button, self.restore_button, self.accept_button):
            foot.addWidget(button)
        column.addLayout(foot)
        self.consent.setVisible(bool(losses))
        named(self.consent, f"Type {self._word} to accept the loss")
        self.accept_button.setEnabled(not losses)
        self.consent.textChanged.connect(self._weigh_consent)
        self.accept_button.clicked.connect(self.accept)
        self.restore_button.clicked.connect(self._restore)
        self.cancel_button.clicked.connect(self.reject)
        self.resize(parent.window().size() * 0.85)
        (self.consent if losses else self.cancel_button).setFocus()

    @Slot()
    def _restore(self) -> None:
        self.done(RESTORE)

    @Slot(str)
    def _weigh_consent(self, typed: str) -> None:
        self.accept_button.setEnabled(typed.strip() == self._word)


def toned_label(text: str, look: Look, tone: Tone, parent: QWidget) -> PlainLabel:
    """A bold label in the colour of its tone; the words say the same."""
    label = PlainLabel(text, parent)
    label.make_bold()
    colour = look.theme.colour(tone)
    if colour is not None:
        palette = label.palette()
        palette.setColor(label.foregroundRole(), colour)
        label.setPalette(palette)
    return label


def lowest(plan: Plan) -> int:
    """The first version, in the order of numbers, that the plan takes back."""
    return min((step.version for step in plan.steps), default=0)


def instead_text(plan: Plan, backup: Backup) -> str:
    """Names what is inside the backup where that is not the version that the rollback leads to."""
    inside = max((version for version, _ in backup.versions), default=0)
    other = f" (version {inside})" if inside != max(plan.ends_with, default=0) else ""
    return f"Restore the backup from before {lowest(plan)}{other} instead…"


def difference_text(plan: Plan, backup: Backup) -> str:
    """What a restore does otherwise than the rollback."""
    return (
        f"Rolling back keeps what was written since, as far as the older schema can hold it; restoring {backup.name}"
        f" ({inside_text(backup)}, {time_text(backup.created)}) puts the file back as it was then"
        f" and loses what was written to {plan.database} since, except in a safety backup."
    )


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
        down = "restore" if any(rehearsal.losses for rehearsal in rehearsals) else "apply again, or restore"
        return f"{backup} Way back: {down} that backup, which holds the rows as they are now."
    return f"{backup} Way back: restore that backup. Tables that hold data are not touched."
