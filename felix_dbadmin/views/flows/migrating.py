"""Rehearse, look, and only then change: apply, roll back and repair, for one component or one after the other."""

from __future__ import annotations

import shlex
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QDialog

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.errors import Cancelled, Conflict, DbAdminError
from felix_dbadmin.core.migrate.apply import Migrated, carry_out
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.rehearse.report import Rehearsal, costs_of
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.text import count_text, duration_text, list_text, time_text
from felix_dbadmin.views.dialogs.review import RESTORE, ReviewDialog, lowest, title_of
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.notice import Kind, Notice, Returns, Undo, notice_of_failure

NOTHING_TOUCHED = "The copy is thrown away; the live file is only read."

_MENDED = {
    Direction.REPAIR: "was repaired",
    Direction.REBUILD: "has its search index made anew",
    Direction.OPTIMISE: "has its search index in one piece",
}


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
        self.run_job(
            f"Dry run of {request.component}",
            work,
            request.component,
            self._take_rehearsal,
            writes=False,
            command=self._command(request.rehearsal_command),
        )

    @Slot(object)
    def _take_rehearsal(self, rehearsal: Rehearsal) -> None:
        self._rehearsals.append(rehearsal)
        if rehearsal.failure is not None:
            self.rehearsed.emit(tuple(self._rehearsals))
            self.end(self._retriable(notice_of_failure(rehearsal.plan.title, rehearsal.failure)))
        else:
            self._rehearse_next()

    def _retriable(self, notice: Notice) -> Notice:
        """The news of a failure, with what can be tried again."""
        return notice

    def _command(self, command: str) -> str:
        """The command with the folder that this is about."""
        return f"{command} --workspace {shlex.quote(str(self.around.folder))}"

    @abstractmethod
    def _weigh(self, rehearsals: tuple[Rehearsal, ...]) -> None:
        """All of them went well."""


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
    """Asks for consent to exactly what was rehearsed, then carries it out.

    Where file or migrations changed between the two, nothing is done: it is rehearsed and asked again, once.
    """

    restore_wanted = Signal(object)
    """Undo: somebody would rather restore that backup. Emitted when the flow has ended."""

    def __init__(
        self,
        title: str,
        around: Surroundings,
        requests: tuple[Request, ...],
        backups: Mapping[int, Backup] | None = None,
    ) -> None:
        """`backups` are those from before each applied version of the one component, as far as there are any."""
        super().__init__(title, around, requests)
        self._asked_for = requests
        self._backups = backups or {}
        self._review: ReviewDialog | None = None
        self._left: list[Rehearsal] = []
        self._done: list[Migrated] = []
        self._changed = ""
        """The component that was found changed after its review, '' so far."""
        self._waits = False
        """The review is not shown yet: somebody does something else."""
        # The page shows the dry run, then the review opens: both in one event held up the window.
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._ask)

    def _weigh(self, rehearsals: tuple[Rehearsal, ...]) -> None:
        self.hide_progress()
        self._left = [rehearsal for rehearsal in rehearsals if rehearsal.plan.steps]
        if not self._left:
            names = list_text([rehearsal.plan.component for rehearsal in rehearsals])
            self.end(Notice(Kind.INFO, f"There is nothing to do for {names}.", "Nothing was changed."))
            return
        self.rehearsed.emit(tuple(self._left))
        self._asking.start()

    @Slot()
    def _ask(self) -> None:
        if self._in_background:
            self._waits = True
            self.waiting.emit(f"{self.title}: rehearsed, waits for your review")
            return
        self._review = ReviewDialog(
            self.around.look,
            tuple(self._left),
            self.around.window,
            changed=changed_text(self._changed, max(each.at for each in self._left)) if self._changed else "",
            instead=self._instead(),
        )
        self._review.finished.connect(self._take_answer)
        self._review.open()

    @Slot()
    def come_forward(self) -> None:
        if self._waits:
            self._waits = self._in_background = False
            self._ask()
        else:
            super().come_forward()

    def cancel(self) -> None:
        if self._waits:
            self._waits = False
            self.end(*self._stopped_between())
        else:
            super().cancel()

    def _instead(self) -> Backup | None:
        """The backup from before the lowest version that a rollback takes back."""
        plan = self._left[0].plan
        return self._backups.get(lowest(plan)) if plan.request.direction is Direction.DOWN else None

    @Slot(int)
    def _take_answer(self, answer: int) -> None:
        if self._review is not None:
            self._review.deleteLater()
            self._review = None
        backup = self._instead()
        if answer == RESTORE and backup is not None:
            self.end()
            self.restore_wanted.emit(Undo(self._left[0].plan.component, backup.name))
        elif answer == QDialog.DialogCode.Accepted:
            self._begin()
        else:
            self.end(*self._stopped_between())

    def _begin(self) -> None:
        several = len(self._left) > 1 or len(self._left[0].plan.steps) > 1
        if several:
            self.show_progress("Stop", "Migrations that are done by then stay; the running one is rolled back.")
        else:
            self.show_progress("Cancel", "The running migration is rolled back: nothing stays changed.")
        self._carry_out_next()

    def _carry_out_next(self) -> None:
        rehearsal = self._left[0]
        plan = rehearsal.plan
        work = partial(carry_out, self.around.folder, plan, rehearsal.losses, costs_of(rehearsal))
        command = self._command(plan.request.command)
        self.run_job(plan.title, work, plan.component, self._take_migrated, writes=True, command=command)

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
        if isinstance(error, Conflict) and self.writing and not self._changed:
            self._rehearse_again()
            return
        notice = self.news_of(error)
        if self._done:
            done = list_text([migrated.plan.component for migrated in self._done], limit=20)
            notice = replace(self.news_of(error.after(f"Already done and kept: {done}.")), undo=returns(self._done))
        if not isinstance(error, Cancelled):
            notice = self._retriable(notice)
        self.end(notice.at(self.place))

    def _retriable(self, notice: Notice) -> Notice:
        return replace(notice, again=tuple(each.plan.request for each in self._left) or self._asked_for)

    def _rehearse_again(self) -> None:
        """What is left is rehearsed as things stand now; it has not been touched."""
        self._changed = self._left[0].plan.component
        self._requests = [rehearsal.plan.request for rehearsal in self._left]
        self._rehearsals = []
        self.hide_progress()
        self.start()

    def _stopped_between(self) -> tuple[Notice, ...]:
        """What to say when somebody stops at a review that came after components were changed already."""
        if not self._done:
            return ()
        done = list_text([migrated.plan.component for migrated in self._done], limit=20)
        left = list_text([rehearsal.plan.component for rehearsal in self._left], limit=20)
        return (Notice(Kind.WARNING, f"Stopped: {done} done and kept, {left} not touched.", undo=returns(self._done)),)


def changed_text(component: str, moment: float) -> str:
    return f"{component} changed since it was reviewed; rehearsed again at {time_text(moment).split()[-1]}."


def returns(done: Sequence[Migrated]) -> Returns | None:
    """The way back to before all of this, for those that have a backup from before."""
    undos = tuple(Undo(each.plan.component, each.backup) for each in done if each.backup)
    return Returns(undos) if undos else None


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
    details = [*(f"{'✓' if check.ok else '✗'} {check.name}" for check in migrated.checks), *_notes(done)]
    return Notice(Kind.SUCCESS, _result(migrated), details="\n".join(details), undo=undo)


def _result(migrated: Migrated) -> str:
    passed = sum(check.ok for check in migrated.checks)
    backup = f" · backup {migrated.backup}" if migrated.backup else ""
    state = _MENDED.get(migrated.plan.request.direction) or f"is at version {migrated.version}"
    return (
        f"{migrated.plan.component} {state}: {passed} of {len(migrated.checks)} checks passed"
        f" after reading it back{backup}"
    )


def _notes(done: tuple[Migrated, ...]) -> list[str]:
    return [f"{count:,} · {text}" for migrated in done for run in migrated.steps for text, count in run.notes]
