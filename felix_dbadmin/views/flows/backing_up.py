"""Backups taken and looked at, and components looked at."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot

from felix_dbadmin.core.backups.operations import back_up, verify
from felix_dbadmin.core.backups.take import BackupTaken
from felix_dbadmin.core.backups.verify import Verification
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.verify import Verified, verify_component
from felix_dbadmin.core.text import bytes_text, count_text, list_text
from felix_dbadmin.models.findings import check_line
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.notice import Kind, Notice, Place

REPAIR = "Repair makes indexes, triggers and full-text tables anew; tables that hold data are not touched."


class BackUpFlow(Flow):
    """One backup after the other; a failure is told with what was done before it."""

    place = Place.BACKUPS

    def __init__(self, title: str, around: Surroundings, components: tuple[str, ...]) -> None:
        super().__init__(title, around)
        self._left = list(components)
        self._taken: list[BackupTaken] = []

    def start(self) -> None:
        component = self._left.pop(0)
        work = partial(back_up, self.around.folder, component)
        self.run_job(f"Back up {component}", work, component, self._take, writes=False)

    @Slot(object)
    def _take(self, taken: BackupTaken) -> None:
        self._taken.append(taken)
        if self._left:
            self.start()
        else:
            self.end(backup_notice(tuple(self._taken)))

    @Slot(object)
    def fail(self, error: DbAdminError) -> None:
        done = list_text([taken.path.name for taken in self._taken], limit=20)
        self.end(self.news_of(error.after(f"Taken before that: {done}.") if done else error).at(self.place))


class VerifyBackupFlow(Flow):
    place = Place.BACKUPS

    def __init__(self, title: str, around: Surroundings, component: str, backup: str) -> None:
        super().__init__(title, around)
        self._component = component
        self._backup = backup

    def start(self) -> None:
        work = partial(verify, self.around.folder, self._backup)
        self.run_job(self.title, work, self._component, self._take, writes=False)

    @Slot(object)
    def _take(self, found: Verification) -> None:
        details = "\n".join(f"{check_line(item).text}  {item.detail}".strip() for item in found.findings)
        passed, failed = (sum(item.ok is wanted for item in found.findings) for wanted in (True, False))
        looked = f"{count_text(passed, 'check')} passed"
        if not found.ok:
            of_all = count_text(passed + failed, "check")
            summary = f"{found.path.name} is not to be relied on: {failed} of {of_all} failed."
            hint = "Take a new backup, and keep this one apart until you know what happened to it."
            self.end(Notice(Kind.ERROR, summary, hint, details, place=self.place))
        elif found.manifest is None:
            summary = f"{found.path.name} is readable and whole ({looked}), but has no manifest to compare it with."
            self.end(Notice(Kind.INFO, summary, details=details, place=self.place))
        else:
            summary = f"{found.path.name} is verified: {looked}, read back whole and as its manifest says."
            self.end(Notice(Kind.SUCCESS, summary, details=details, place=self.place))


class VerifyComponentFlow(Flow):
    def __init__(self, title: str, around: Surroundings, component: str) -> None:
        super().__init__(title, around)
        self._component = component

    def start(self) -> None:
        work = partial(verify_component, self.around.folder, self._component)
        self.run_job(self.title, work, self._component, self._take, writes=False)

    @Slot(object)
    def _take(self, found: Verified) -> None:
        self.end(verified_notice(found))


def backup_notice(taken: tuple[BackupTaken, ...]) -> Notice:
    """What was taken, and whether it was found whole."""
    details = "\n".join(f"{each.path.name}  {bytes_text(each.manifest.bytes)}" for each in taken)
    problems = [f"{each.path.name}: {problem}" for each in taken for problem in each.manifest.problems]
    if problems:
        summary = f"Backed up, but the database itself is damaged: {problems[0]}."
        hint = "The backup is as damaged as the database. Restore an older, verified one."
        return Notice(Kind.WARNING, summary, hint, "\n".join(problems), place=Place.BACKUPS)
    if len(taken) == 1:
        size = bytes_text(taken[0].manifest.bytes)
        summary = f"{taken[0].path.name} is taken and verified: {size}, read back from the file."
        return Notice(Kind.SUCCESS, summary, place=Place.BACKUPS, backup=taken[0].path.name)
    summary = f"{count_text(len(taken), 'backup')} taken and verified, each read back from its file."
    return Notice(Kind.SUCCESS, summary, details=details, place=Place.BACKUPS)


def verified_notice(found: Verified) -> Notice:
    """What was looked at in a component, and what is not as it should be."""
    passed = len(found.checks) - len(found.failed)
    judged = sorted(found.checks, key=lambda check: check.ok)
    lines = [f"{check_line(check).text}  {check.detail}".strip() for check in judged]
    lines += [drift.text for drift in found.drift]
    lines += found.conflicts
    details = "\n".join(lines)
    counted = f"{passed} of {count_text(len(found.checks), 'check')} passed"
    if found.failed:
        summary = f"{found.component}: {counted}. Not so: {list_text([check.name for check in found.failed], limit=2)}."
        hint = REPAIR if found.drift else "Restore a verified backup."
        return Notice(Kind.ERROR, summary, hint, details)
    if found.drift or found.conflicts:
        summary = f"{found.component}: {counted}, but not everything is as the migrations make it."
        return Notice(Kind.WARNING, summary, REPAIR if found.drift else "", details)
    return Notice(Kind.SUCCESS, f"{found.component} at version {found.version}: {counted}.", details=details)
