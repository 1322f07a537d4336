"""Which old backups can go: two numbers, and at once exactly what they would delete and why the rest stays."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from felix_dbadmin.core.backups.retention import PrunePlan, RetentionPolicy
from felix_dbadmin.core.text import bytes_text, count_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.views.dialogs.plan import FateWords, PlanDialog
from felix_dbadmin.views.look import Look

DAYS, KEEP = 30, 5
"""As on the command line."""

PROMISE = (
    "The newest verified backup of each database, protected ones, and those from before a migration that is still "
    "applied stay in any case."
)
_WORDS = FateWords("Delete", "older than that, and not among the newest", "delete", Tone.BAD, "Keep", "good")


class RetentionDialog(PlanDialog):
    def __init__(self, look: Look, policy: RetentionPolicy, parent: QWidget) -> None:
        self.plan: PrunePlan | None = None
        super().__init__(look, "Retention", "Delete old backups?", PROMISE, _WORDS, parent)
        self.days = self.add_number("Keep what is not older than", 0, policy.days, " days")
        self.keep = self.add_number("Keep the newest of each database", 1, policy.keep)

    @property
    def policy(self) -> RetentionPolicy:
        return RetentionPolicy(self.days.value(), self.keep.value())

    def show_plan(self, plan: PrunePlan) -> None:
        self.plan = plan
        count, size = count_text(len(plan.delete), "backup"), bytes_text(plan.bytes)
        kept = f"{count_text(len(plan.kept), 'backup')} {'stays' if len(plan.kept) == 1 else 'stay'}"
        gone = f"{count} would be deleted, which frees {size}; {kept}."
        self.show_fates(plan.delete, plan.kept, gone if plan.delete else f"Nothing would be deleted: {kept}.")
        self.accept_button.setText(f"Delete {count}, {size}" if plan.delete else "Delete")

    @Slot()
    def wait(self) -> None:
        self.plan = None
        super().wait()
