"""Old backups deleted."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from felix_dbadmin.core.backups.operations import preview_prune, prune_backups
from felix_dbadmin.core.backups.retention import Pruned, PrunePlan, RetentionPolicy
from felix_dbadmin.core.text import bytes_text, count_text
from felix_dbadmin.views.dialogs.retention import DAYS, KEEP, RetentionDialog
from felix_dbadmin.views.flows.flow import Surroundings
from felix_dbadmin.views.flows.planning import PlanFlow
from felix_dbadmin.views.notice import Kind, Notice
from felix_dbadmin.views.settings import WindowSettings

_DAYS, _KEEP = "retention_days", "retention_keep"


class RetentionFlow(PlanFlow):
    promise = "Those that are deleted by then stay deleted; the others are kept."

    def __init__(self, around: Surroundings, settings: WindowSettings) -> None:
        super().__init__("Delete old backups", around, settings)

    def ask(self) -> RetentionDialog:
        policy = RetentionPolicy(self.number(_DAYS, DAYS), max(1, self.number(_KEEP, KEEP)))
        self._plan_dialog = RetentionDialog(self.around.look, policy, self.around.window)
        return self._plan_dialog

    def preview(self) -> partial[PrunePlan]:
        return partial(preview_prune, self.around.folder, self._plan_dialog.policy, time.time())

    def show_plan(self, plan: PrunePlan) -> None:
        self._plan_dialog.show_plan(plan)

    def accepted(self) -> partial[Any] | None:
        plan = self._plan_dialog.plan
        return partial(prune_backups, self.around.folder, plan) if plan is not None else None

    def remember(self) -> None:
        self.keep_number(_DAYS, self._plan_dialog.policy.days)
        self.keep_number(_KEEP, self._plan_dialog.policy.keep)

    def tell(self, result: Pruned) -> Notice:
        skipped = "\n".join(f"{name}: {why}" for name, why in result.skipped)
        summary = f"{count_text(len(result.deleted), 'backup')} deleted: {bytes_text(result.freed)}."
        kind = Kind.WARNING if skipped else Kind.SUCCESS
        hint = f"{count_text(len(result.skipped), 'backup')} stayed, though they were in the list." if skipped else ""
        return Notice(kind, summary, hint, skipped or "\n".join(result.deleted), place=self.place)
