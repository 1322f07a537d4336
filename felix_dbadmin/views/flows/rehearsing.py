"""Rehearsals on copies, one component after the other; code that nobody has accepted is read and accepted first."""

from __future__ import annotations

import shlex
from abc import abstractmethod
from functools import partial

from PySide6.QtCore import Slot

from felix_dbadmin.core.errors import DbAdminError, NotAccepted
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.text import count_text, duration_text, list_text
from felix_dbadmin.views.dialogs.review import title_of
from felix_dbadmin.views.flows.flow import Surroundings
from felix_dbadmin.views.flows.trusting import TrustingFlow
from felix_dbadmin.views.notice import Kind, Notice, notice_of_failure

NOTHING_TOUCHED = "The copy is thrown away; the live file is only read."


class RehearsingFlow(TrustingFlow):
    """Rehearses its requests in order; stops at the first that cannot go well."""

    def __init__(self, title: str, around: Surroundings, requests: tuple[Request, ...]) -> None:
        super().__init__(title, around)
        self.requests = requests
        self.code_first = False
        """Some of the code is known to be accepted by nobody: it is read before anything is tried."""
        self._waiting = list(requests)
        self._rehearsals: list[Rehearsal] = []
        self._refusal: NotAccepted | None = None

    @property
    def components(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(request.component for request in self.requests))

    @property
    def left(self) -> tuple[Request, ...]:
        """What is not done yet."""
        return self.requests

    def start(self) -> None:
        self.show_progress("Cancel", NOTHING_TOUCHED)
        if self.code_first:
            self.read_code(self.components)
        else:
            self._rehearse_next()

    def begin_again(self) -> None:
        """Rehearse what is left as things stand now; it has not been touched."""
        self._waiting, self._rehearsals = list(self.left), []
        self.show_progress("Cancel", NOTHING_TOUCHED)
        self._rehearse_next()

    @Slot(object)
    def fail(self, error: DbAdminError) -> None:
        if isinstance(error, NotAccepted):
            self._refusal = error
            self.read_code(self.components)
        else:
            self._stop_for(error)

    def _stop_for(self, error: DbAdminError) -> None:
        """There is no going on from this error: tell it and end."""
        super().fail(error)

    def go_on(self, news: Notice | None) -> None:
        refusal, self._refusal = self._refusal, None
        if news is None and refusal is not None:
            # Nothing is left to read, and it was refused all the same: that is for a person to look at.
            self._stop_for(refusal)
            return
        if news is not None:
            self.tell(news)
        self.begin_again()

    def _rehearse_next(self) -> None:
        if not self._waiting:
            self._weigh(tuple(self._rehearsals))
            return
        request = self._waiting.pop(0)
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
        if not any(rehearsal.plan.steps for rehearsal in rehearsals):
            names = list_text(self.components)
            self.end(Notice(Kind.INFO, f"There is nothing to do for {names}.", "Nothing was changed."))
            return
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
