"""Which old backups are compressed: one number, and at once which those are and roughly what it saves."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from felix_dbadmin.core.backups.compressing import CompressPlan
from felix_dbadmin.core.text import count_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.views.dialogs.plan import FateWords, PlanDialog
from felix_dbadmin.views.look import Look

PROMISE = (
    "Each is decompressed again and compared byte for byte before the plain file goes. Comparing, restoring and "
    "everything else works with compressed backups as with others, and takes a little longer."
)
_WORDS = FateWords("Compress", "verified, and not among the newest", "compress", Tone.NORMAL, "Leave", "pending")


class CompressDialog(PlanDialog):
    def __init__(self, look: Look, keep_plain: int, parent: QWidget) -> None:
        self.plan: CompressPlan | None = None
        super().__init__(look, "Compress", "Compress old backups?", PROMISE, _WORDS, parent)
        self.keep_plain = self.add_number("Leave the newest of each database as they are", 0, keep_plain)

    def show_plan(self, plan: CompressPlan) -> None:
        self.plan = plan
        self.show_fates(plan.compress, plan.kept, plan.sentence)
        self.accept_button.setText(
            f"Compress {count_text(len(plan.compress), 'backup')}" if plan.compress else "Compress"
        )

    @Slot()
    def wait(self) -> None:
        self.plan = None
        super().wait()
