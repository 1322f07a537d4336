"""The approval queue: who waits, yes or no, and taking that back. Nothing is run: Felix does, when it reads a yes."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.activity import Entry, read_activities, recorded
from felix_dbadmin.core.analytics.requests import (
    COMMANDS,
    COMPONENT,
    TABLE,
    Approval,
    Queue,
    Standing,
    has_requests,
    read_queue,
    read_requests,
)
from felix_dbadmin.core.connection import open_reader, open_writer
from felix_dbadmin.core.errors import CheckFailed, Conflict, DatabaseUnusable, DbAdminError, OutOfSpace, WrongUsage
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import time_text
from felix_dbadmin.core.transaction import transaction
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace, require_writable

__all__ = ["Approval", "Decision", "Queue", "Standing", "decide", "read_queue", "undo"]

MAY_RUN_NOW = "Felix notes that a command has run when it has ended: one that runs just now is not stopped by this."

_SAID = 500
"""Characters of a command in a message."""

_WHAT = {"approve": "Approve request", "deny": "Deny request", "undo answer": "Take back the answer to request"}
"""How the journal names each kind of work, before the request's id."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A request as it was read back from the file after it was answered, or after its answer was taken back."""

    approval: Approval
    note: str = ""
    """What to know beyond that."""


def decide(
    folder: Path, approval_id: int, approve: bool, who: str, reason: str, *, task: Task, seen: str | None = None
) -> Decision:
    """Answer a request in the name of `who`. A denial needs a reason; that of an approval is kept in the journal.

    `seen` is the command as the person saw it: no other is answered in its place; one that cannot be shown whole can
    only be denied. Raises WrongUsage; Conflict where it
    was answered meanwhile, has expired or has run; WorkspaceUnusable, DatabaseUnusable, Locked, CheckFailed, Cancelled.
    """
    who, reason = _tidy(who), _tidy(reason)
    if not who:
        raise WrongUsage("An answer needs the name of who gives it.", "Say it with --as NAME.")
    if not approve and not reason:
        raise WrongUsage("A denial needs a reason.", 'Say why, for Felix and for the record: --reason "…"')
    kind = "approve" if approve else "deny"
    command = f"felix-dbadmin approvals {kind} {approval_id}"
    command += f" --reason {shlex.quote(reason)}" if reason else ""
    with _working(folder, approval_id, kind, command, task) as (_, path, entry):
        with _being_written(approval_id), open_writer(path, task) as db, transaction(db, task):
            # From here to the commit nobody else can write: what is found now stays so.
            now = time.time()
            found = _found(db, path, approval_id, now)
            _refuse_answering(found, now, approve=approve, seen=seen)
            _write(db, approval_id, "approved is null", (int(approve), who, now, None if approve else reason))
        back = _reread(path, approval_id, task)
        wanted = (Standing.APPROVED if approve else Standing.DENIED, who, now, "" if approve else reason)
        if (back.standing, back.by, back.at, back.reason) != wanted:
            raise _not_as_written(path, back)
        entry.detail = f"{who}: {back.command}{f' ({reason})' if reason else ''}"
    return Decision(back)


def undo(folder: Path, approval_id: int, who: str = "", *, task: Task, decision: Decision | None = None) -> Decision:
    """Take an answer back; the request waits again.

    Only one that this program gave (`decision`, or one that its journal tells of), that nobody has changed since, and
    whose command has not run: otherwise raises Conflict. Raises also what decide raises.
    """
    command = f"felix-dbadmin approvals undo {approval_id}"
    with _working(folder, approval_id, "undo answer", command, task) as (workspace, path, entry):
        with _being_written(approval_id), open_writer(path, task) as db, transaction(db, task):
            found = _found(db, path, approval_id, time.time())
            _refuse_undoing(workspace, found, decision)
            _write(db, approval_id, "approved is not null", (None, None, None, None))
        back = _reread(path, approval_id, task)
        if (back.decided, back.by, back.at, back.reason) != (False, "", None, ""):
            raise _not_as_written(path, back)
        entry.detail = f"{_tidy(who) or 'somebody'}: was {_answered(found)}: {found.command}"
    return Decision(back, MAY_RUN_NOW if found.standing is Standing.APPROVED else "")


@contextmanager
def _working(
    folder: Path, approval_id: int, kind: str, command: str, task: Task
) -> Iterator[tuple[Workspace, Path, Entry]]:
    workspace = open_workspace(folder)
    item = workspace.component(COMPONENT)
    path = workspace.database(item)
    if not path.exists():
        raise _no_queue(path)
    require_writable(workspace)
    with (
        locked(workspace, item, kind, task),
        recorded(workspace, COMPONENT, f"{_WHAT[kind]} {approval_id}", kind=kind, command=command) as entry,
    ):
        yield workspace, path, entry


def _found(db: apsw.Connection, path: Path, approval_id: int, now: float) -> Approval:
    if not has_requests(db):
        raise _no_queue(path)
    found = read_requests(db, [approval_id], now)
    if not found:
        raise WrongUsage(f"{path.name} has no request {approval_id}.", "See who waits: felix-dbadmin approvals list")
    return found[0]


def _no_queue(path: Path) -> WrongUsage:
    return WrongUsage(
        f"There is no approval queue: {path.name} has no table {TABLE} yet.",
        f"Migrate it first: felix-dbadmin migrate --component {COMPONENT}",
    )


def _refuse_answering(found: Approval, now: float, *, approve: bool, seen: str | None) -> None:
    name = f"Request {found.ident}"
    unchanged = "Nothing was changed."
    if found.decided:
        raise Conflict(
            f"{name} was {_answered(found)} already. {unchanged}",
            f"If that was given here, it can be taken back: felix-dbadmin approvals undo {found.ident}",
        )
    if found.standing is Standing.RUN_UNANSWERED:
        raise Conflict(
            f"The command of request {found.ident} has run without an answer. {unchanged}",
            "See how it ended: felix-dbadmin analytics commands --by history",
        )
    if found.standing is Standing.EXPIRED:
        when = (
            f"expired at {time_text(found.expires)}" if found.expires is not None else "has an expiry that is no time"
        )
        raise Conflict(f"{name} {when}. {unchanged}", "Felix has to ask again if the command is still wanted.")
    if seen is not None and seen != found.command:
        raise Conflict(
            f"{name} is not about the command that was shown; it is about: {_said(found.command)}. {unchanged}",
            "Look at it again: felix-dbadmin approvals list",
        )
    deny = f'Deny it: felix-dbadmin approvals deny {found.ident} --reason "…"'
    if approve and found.hidden:
        raise Conflict(f"{name} cannot be approved here. {found.hidden} {unchanged}", deny)
    if approve and found.other_command:
        raise Conflict(
            f"{name} asks about: {_said(found.command)}. What Felix would run is another command:"
            f" {_said(found.other_command)}. {unchanged}",
            deny,
        )


def _refuse_undoing(workspace: Workspace, found: Approval, decision: Decision | None) -> None:
    unchanged = "Nothing was changed."
    if not found.decided:
        raise Conflict(
            f"Request {found.ident} has no answer that could be taken back. {unchanged}",
            "See who waits: felix-dbadmin approvals list",
        )
    if found.executed:
        raise Conflict(
            f"The command of request {found.ident} has run: its answer stands. {unchanged}",
            "See how it ended: felix-dbadmin analytics commands --by history",
        )
    if found.recorded_command is None:
        raise Conflict(
            f"Whether the command of request {found.ident} has run is not known: its row in {COMMANDS} is gone."
            f" {unchanged}",
            "There is nothing left that the answer could be about.",
        )
    given = decision.approval if decision is not None else None
    same = given is not None and (given.ident, given.standing, given.by, given.at) == (
        found.ident,
        found.standing,
        found.by,
        found.at,
    )
    if not same and not _in_journal(workspace, found):
        raise Conflict(
            f"Request {found.ident} was {_answered(found)}, and not by this program. {unchanged}",
            "Only an answer that was given here can be taken back here.",
        )


def _in_journal(workspace: Workspace, found: Approval) -> bool:
    """Whether this program gave the answer: its time lies within the work that the journal tells of."""
    kind = "approve" if found.standing is Standing.APPROVED else "deny"
    at = found.at
    return at is not None and any(
        item.what == f"{_WHAT[kind]} {found.ident}" and item.started <= at <= (item.ended or float("inf"))
        for item in read_activities(workspace)
        if item.component == COMPONENT and item.kind == kind
    )


def _write(db: apsw.Connection, approval_id: int, condition: str, values: tuple[int | str | float | None, ...]) -> None:
    db.execute(
        f"update {TABLE} set approved = ?, approved_by = ?, approved_at = ?, denial_reason = ?"
        f" where approval_id = ? and {condition}",
        (*values, approval_id),
    )


@contextmanager
def _being_written(approval_id: int) -> Iterator[None]:
    """A commit that SQLite reports as failed can stand, where its log could not be synced."""
    try:
        yield
    except (DatabaseUnusable, OutOfSpace) as error:
        raise error.after(
            f"Whether request {approval_id} was written has to be looked at: felix-dbadmin approvals list."
        ) from error


def _reread(path: Path, approval_id: int, task: Task) -> Approval:
    try:
        with open_reader(path, task) as db:
            return _found(db, path, approval_id, time.time())
    except DbAdminError as error:
        raise error.after(f"Request {approval_id} had been written by then, but was not read back.") from error


def _not_as_written(path: Path, back: Approval) -> CheckFailed:
    state = f"was {_answered(back)}" if back.decided else f"is {back.standing}"
    return CheckFailed(
        f"{path.name} was written, and read back it says that request {back.ident} {state}.",
        "Another program changed it in the same moment, or a trigger does: felix-dbadmin approvals list",
    )


def _answered(found: Approval) -> str:
    by = f" by {found.by}" if found.by else ""
    return f"{found.standing}{by}{f' at {time_text(found.at)}' if found.at is not None else ''}"


def _said(command: str) -> str:
    return command if len(command) <= _SAID else f"{command[:_SAID]}…"


def _tidy(text: str) -> str:
    """Without blanks around it, and as a database can hold it: an argument of a command may be any bytes."""
    return text.strip().encode("utf-8", "replace").decode()
