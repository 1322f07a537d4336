"""Rehearse, look, and only then change: apply, roll back and repair, for one component or one after the other."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.apply import Migrated, carry_out
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.text import count_text, duration_text, list_text
from felix_dbadmin.views.dialogs.review import ReviewDialog, title_of
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.notice import Kind, Notice, Undo, notice_of, notice_of_failure

NOTHING_TOUCHED = "The copy is thrown away; the live file is only read."


class RehearsingFlow(Flow):
    """Rehearses its requests in order; stops at the first that cannot go well."""

    def __init__(self, title: str, around: Surroundings, requests: tuple[Request, ...]) -> None:
        super().__init__(title, around)
        self._requests = list(requests)
        self._rehearsals: list[Rehearsal] = []

    def start(self) -> None:
        self.show_progress("Cancel", NOTHING_TOUCHED)
        self._rehearse_next()

    def _rehearse_next(self) -> None:
        if not self._requests:
            self._weigh(tuple(self._rehearsals))
            return
        request = self._requests.pop(0)
        work = partial(rehearse, self.around.folder, request)
        self.run_job(f"Dry run of {request.component}", work, request.component, self._take_rehearsal, writes=False)

    @Slot(object)
    def _take_rehearsal(self, rehearsal: Rehearsal) -> None:
        self._rehearsals.append(rehearsal)
        if rehearsal.failure is not None:
            self.rehearsed.emit(tuple(self._rehearsals))
            self.end(notice_of_failure(rehearsal.plan.title, rehearsal.failure))
        else:
            self._rehearse_next()

    def _weigh(self, rehearsals: tuple[Rehearsal, ...]) -> None:
        """All of them went well."""
        raise NotImplementedError


class DryRunFlow(RehearsingFlow):
    """Shows what was found, and changes nothing."""

    def _weigh(self, rehearsals: tuple[Rehearsal, ...]) -> None:
        self.rehearsed.emit(rehearsals)
        statements = sum(len(rehearsal.statements) for rehearsal in rehearsals)
        seconds = sum(rehearsal.seconds for rehearsal in rehearsals)
        lost = [loss.text for rehearsal in rehearsals for loss in rehearsal.losses]
        summary = (
            f"{title_of(tuple(each.plan for each in rehearsals))}: the dry run went well,"
            f" {count_text(statements, 'statement')} on a copy in {duration_text(seconds)}."
        )
        proof = " ".join(dict.fromkeys(rehearsal.proof.text for rehearsal in rehearsals))
        if lost:
            self.end(Notice(Kind.WARNING, f"{summary} It would lose {list_text(lost)}.", proof))
        else:
            self.end(Notice(Kind.SUCCESS, summary, proof))


class ChangeFlow(RehearsingFlow):
    """Asks for consent to exactly what was rehearsed, then carries it out."""

    def __init__(self, title: str, around: Surroundings, requests: tuple[Request, ...]) -> None:
        super().__init__(title, around, requests)
        self._review: ReviewDialog | None = None
        self._left: list[Rehearsal] = []
        self._done: list[Migrated] = []

    def _weigh(self, rehearsals: tuple[Rehearsal, ...]) -> None:
        self.hide_progress()
        self._left = [rehearsal for rehearsal in rehearsals if rehearsal.plan.steps]
        if not self._left:
            names = list_text([rehearsal.plan.component for rehearsal in rehearsals])
            self.end(Notice(Kind.INFO, f"There is nothing to do for {names}.", "Nothing was changed."))
            return
        self.rehearsed.emit(tuple(self._left))
        self._review = ReviewDialog(self.around.look, tuple(self._left), self.around.window)
        self._review.finished.connect(self._take_answer)
        self._review.open()

    @Slot(int)
    def _take_answer(self, answer: int) -> None:
        if self._review is not None:
            self._review.deleteLater()
            self._review = None
        if answer != QDialog.DialogCode.Accepted:
            self.end()
            return
        several = len(self._left) > 1 or len(self._left[0].plan.steps) > 1
        if several:
            self.show_progress("Stop", "Migrations that are done by then stay; the running one is rolled back.")
        else:
            self.show_progress("Cancel", "The running migration is rolled back: nothing stays changed.")
        self._carry_out_next()

    def _carry_out_next(self) -> None:
        rehearsal = self._left[0]
        plan = rehearsal.plan
        work = partial(carry_out, self.around.folder, plan, rehearsal.losses)
        self.run_job(plan.title, work, plan.component, self._take_migrated, writes=True)

    @Slot(object)
    def _take_migrated(self, migrated: Migrated) -> None:
        self._done.append(migrated)
        self._left.pop(0)
        if self._left:
            self._carry_out_next()
        else:
            self.end(success_notice(tuple(self._done)))

    @Slot(object)
    def fail(self, error: DbAdminError) -> None:
        notice = notice_of(error)
        if self._done:
            done = list_text([migrated.plan.component for migrated in self._done], limit=20)
            notice = notice_of(error.after(f"Already done and kept: {done}."))
        self.end(notice.at(self.place))


def success_notice(done: tuple[Migrated, ...]) -> Notice:
    """What was found when the files were read back, and the way back."""
    if len(done) > 1:
        lines = [_result(migrated) for migrated in done]
        checks = sum(len(migrated.checks) for migrated in done)
        passed = sum(check.ok for migrated in done for check in migrated.checks)
        summary = f"{count_text(len(done), 'component')} changed: {passed} of {checks} checks passed after reading back"
        return Notice(Kind.SUCCESS, summary, details="\n".join([*lines, *_notes(done)]))
    migrated = done[0]
    undo = Undo(migrated.plan.component, migrated.backup) if migrated.backup else None
    verb = (
        "was repaired" if migrated.plan.request.direction is Direction.REPAIR else f"is at version {migrated.version}"
    )
    details = [*(f"{'✓' if check.ok else '✗'} {check.name}" for check in migrated.checks), *_notes(done)]
    return Notice(Kind.SUCCESS, _result(migrated, verb), details="\n".join(details), undo=undo)


def _result(migrated: Migrated, verb: str = "") -> str:
    passed = sum(check.ok for check in migrated.checks)
    backup = f" · backup {migrated.backup}" if migrated.backup else ""
    state = verb or f"is at version {migrated.version}"
    return (
        f"{migrated.plan.component} {state}: {passed} of {len(migrated.checks)} checks passed"
        f" after reading it back{backup}"
    )


def _notes(done: tuple[Migrated, ...]) -> list[str]:
    return [f"{count:,} · {text}" for migrated in done for run in migrated.steps for text, count in run.notes]
