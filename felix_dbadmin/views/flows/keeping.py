"""What is done with one backup that changes no database: tried, copied out, protected, deleted."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.backups.keeping import delete_backup, export_backup, protect
from felix_dbadmin.core.backups.operations import restore_as_copy
from felix_dbadmin.core.backups.proving import Proven, prove_restorable
from felix_dbadmin.core.backups.restore import Restored
from felix_dbadmin.core.backups.retention import Pruned
from felix_dbadmin.core.text import bytes_text, count_text, duration_text
from felix_dbadmin.models.findings import check_line
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.notice import Kind, Notice, Place


class BackupFlow(Flow):
    """One job about one backup, and what it found."""

    place = Place.BACKUPS
    promise = ""
    """What is left when the job is cancelled; '' for a job that is over at once and needs no dialog."""

    def __init__(self, verb: str, around: Surroundings, component: str, backup: Backup) -> None:
        super().__init__(f"{verb} {backup.name}", around)
        self.component = component
        self.backup = backup

    def start(self) -> None:
        if self.promise:
            self.show_progress("Cancel", self.promise)
        self.run_job(self.title, self.work(), self.component, self._take, writes=False)

    @Slot(object)
    def _take(self, result: Any) -> None:
        self.end(self.tell(result))

    @abstractmethod
    def work(self) -> partial[Any]: ...

    @abstractmethod
    def tell(self, result: Any) -> Notice: ...


class ProveFlow(BackupFlow):
    promise = "The temporary file is thrown away; the backup stays as it is."

    def work(self) -> partial[Proven]:
        return partial(prove_restorable, self.around.folder, self.backup.name)

    def tell(self, result: Proven) -> Notice:
        summary = (
            f"{result.backup} is proven restorable: restored into a temporary file, {count_text(result.rows, 'row')}"
            f" counted and compared in {duration_text(result.seconds)}."
        )
        hint = "" if result.recorded else "Its manifest could not be marked, so the list does not say so."
        return Notice(Kind.SUCCESS, summary, hint, place=self.place)


class ProtectFlow(BackupFlow):
    """Protects a backup, or lets go of one that was protected."""

    def work(self) -> partial[Backup]:
        return partial(protect, self.around.folder, self.backup.name, not self.backup.protected)

    def tell(self, result: Backup) -> Notice:
        if result.protected:
            summary = f"{result.name} is protected: no retention deletes it."
        else:
            summary = f"{result.name} is not protected any more: the retention decides about it."
        return Notice(Kind.SUCCESS, summary, place=self.place)


class DeleteFlow(BackupFlow):
    """Comes after the question."""

    def work(self) -> partial[Pruned]:
        return partial(delete_backup, self.around.folder, self.backup.name)

    def tell(self, result: Pruned) -> Notice:
        summary = f"{self.backup.name} is deleted: {bytes_text(result.freed)}."
        return Notice(Kind.SUCCESS, summary, place=self.place)


class CopyOutFlow(BackupFlow):
    """A backup written to a file outside: as it is, or as a database that can be used at once."""

    promise = "Nothing is left of the copy then."

    def __init__(self, verb: str, around: Surroundings, component: str, backup: Backup, target: Path) -> None:
        super().__init__(verb, around, component, backup)
        self.target = target


class ExportFlow(CopyOutFlow):
    def work(self) -> partial[Path]:
        return partial(export_backup, self.around.folder, self.backup.name, self.target)

    def tell(self, result: Path) -> Notice:
        summary = f"{self.backup.name} is copied to {result}, and the copy read back and found the same."
        return Notice(Kind.SUCCESS, summary, place=self.place)


class RestoreCopyFlow(CopyOutFlow):
    def work(self) -> partial[Restored]:
        return partial(restore_as_copy, self.around.folder, self.backup.name, self.target)

    def tell(self, result: Restored) -> Notice:
        passed = sum(item.ok is True for item in result.findings)
        judged = sum(item.ok is not None for item in result.findings)
        summary = (
            f"{self.backup.name} is restored as {result.database}: {passed} of {count_text(judged, 'check')} passed"
            " after reading it back. The live database was not touched."
        )
        details = "\n".join(f"{check_line(item).text}  {item.detail}".strip() for item in result.findings)
        return Notice(Kind.SUCCESS, summary, details=details, place=self.place)
