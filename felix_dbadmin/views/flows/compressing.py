"""Old backups compressed."""

from __future__ import annotations

from functools import partial
from typing import Any

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.backups.compressing import (
    KEEP_PLAIN,
    Compressed,
    CompressPlan,
    compress_backups,
    preview_compress,
)
from felix_dbadmin.core.backups.names import compressed_of
from felix_dbadmin.views.dialogs.compressing import CompressDialog
from felix_dbadmin.views.flows.flow import Surroundings
from felix_dbadmin.views.flows.planning import PlanFlow
from felix_dbadmin.views.notice import Kind, Notice
from felix_dbadmin.views.settings import WindowSettings

_KEEP = "compress_keep_plain"


class CompressFlow(PlanFlow):
    promise = "Those that are compressed by then stay compressed; the running one stays as it is."

    def __init__(self, around: Surroundings, settings: WindowSettings, selected: Backup | None) -> None:
        super().__init__("Compress old backups", around, settings)
        self._selected = selected

    def ask(self) -> CompressDialog:
        self._plan_dialog = CompressDialog(self.around.look, self.number(_KEEP, KEEP_PLAIN), self.around.window)
        return self._plan_dialog

    def preview(self) -> partial[CompressPlan]:
        return partial(preview_compress, self.around.folder, self._plan_dialog.keep_plain.value())

    def show_plan(self, plan: CompressPlan) -> None:
        self._plan_dialog.show_plan(plan)

    def accepted(self) -> partial[Any] | None:
        plan = self._plan_dialog.plan
        if plan is None:
            return None
        names = tuple(backup.name for backup in plan.compress)
        return partial(compress_backups, self.around.folder, self._plan_dialog.keep_plain.value(), only=names)

    def remember(self) -> None:
        self.keep_number(_KEEP, self._plan_dialog.keep_plain.value())

    def tell(self, result: Compressed) -> Notice:
        """What was selected stays selected, under the name that it has now."""
        name = compressed_of(self._selected.path).name if self._selected is not None else ""
        return Notice(
            Kind.SUCCESS,
            f"{result.sentence} {result.proof}".strip(),
            details="\n".join(result.names),
            place=self.place,
            backup=name if name in result.names else "",
        )
