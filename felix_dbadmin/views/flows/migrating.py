"""Apply, roll back and repair: rehearsed, looked at, and only then done, one component after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QDialog

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.errors import Cancelled, Conflict, DbAdminError, NotAccepted
from felix_dbadmin.core.migrate.apply import Migrated, carry_out
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.rehearse.report import Rehearsal, costs_of
from felix_dbadmin.core.text import count_text, list_text, time_text
from felix_dbadmin.views.dialogs.review import RESTORE, ReviewDialog, lowest
from felix_dbadmin.views.flows.flow import Surroundings
from felix_dbadmin.views.flows.rehearsing import RehearsingFlow
from felix_dbadmin.views.notice import Kind, Notice, Returns, Undo

_MENDED = {
    Direction.REPAIR: "was repaired",
    Direction.REBUILD: "has its search index made anew",
    Direction.OPTIMISE: "has its search index in one piece",
}


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
        self._backups = backups or {}
        self._review: ReviewDialog | None = None
        self._left: list[Rehearsal] = []
        self._done: list[Migrated] = []
        self._changed = ""
        """The component that was found changed after its review, '' so far."""
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
        self.ask_person(self._show_review, "rehearsed, waits for your review")

    def _show_review(self) -> None:
        self._review = ReviewDialog(
            self.around.look,
            tuple(self._left),
            self.around.window,
            changed=changed_text(self._changed, max(each.at for each in self._left)) if self._changed else "",
            instead=self._instead(),
        )
        self._review.finished.connect(self._take_answer)
        self._review.open()

    def give_up(self) -> None:
        self.end(*self._stopped_between())

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
            self.give_up()

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
            self._changed = self._left[0].plan.component
            self.hide_progress()
            self.begin_again()
            return
        if isinstance(error, NotAccepted) and self.writing:
            self._changed = self._left[0].plan.component
        super().fail(error)

    def _stop_for(self, error: DbAdminError) -> None:
        notice = self.news_of(error)
        if self._done:
            done = list_text([migrated.plan.component for migrated in self._done], limit=20)
            notice = replace(self.news_of(error.after(f"Already done and kept: {done}.")), undo=returns(self._done))
        if not isinstance(error, Cancelled):
            notice = self._retriable(notice)
        self.end(notice.at(self.place))

    def _retriable(self, notice: Notice) -> Notice:
        return replace(notice, again=self.left)

    @property
    def left(self) -> tuple[Request, ...]:
        return tuple(rehearsal.plan.request for rehearsal in self._left) or self.requests

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
