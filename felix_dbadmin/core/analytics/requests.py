"""Commands that wait for a person's yes or no: the requests as values, and how they are read."""

from __future__ import annotations

import codecs
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import apsw

from felix_dbadmin.core.analytics.panel import State
from felix_dbadmin.core.connection import open_searcher
from felix_dbadmin.core.schema import columns_of
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import bytes_text, moment_of
from felix_dbadmin.core.utf8 import as_utf8
from felix_dbadmin.core.workspace import open_workspace

COMPONENT = "system_actions"
TABLE = "pending_approvals"
COMMANDS = "command_executions"
MIGRATION = 1
"""Makes the tables."""

MOST_WAITING = 1_000
"""Requests; nobody answers more in a sitting."""
MOST_SETTLED = 50
"""The newest of what is decided, and of what lapsed."""
LONGEST_COMMAND = 131_072
"""Bytes; Linux hands no longer one to a shell."""
LONGEST_NOTE = 20_000
"""Bytes of each other text."""


class Standing(StrEnum):
    WAITING = "waiting"
    EXPIRED = "expired"
    """Nobody answered in time."""
    RUN_UNANSWERED = "run without an answer"
    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Approval:
    """A request. Times are Unix seconds, None where there is none or it cannot be read; texts are '' for none.

    A text that is too long to be shown is cut, and then says how long it is.
    """

    ident: int
    execution: int | None
    agent: str
    command: str
    hidden: str
    """Why `command` is not all of it, or not as it is stored: nobody can say yes to it here. '' where it is."""
    trust: str
    context: str
    risk: str
    requested: float | None
    expires: float | None
    """None: it waits for ever, unless `expiry_unreadable`."""
    expiry_unreadable: bool
    standing: Standing
    by: str
    at: float | None
    reason: str
    """Of a denial."""
    executed: bool
    """Its command has run. Felix notes that when the command has ended."""
    recorded_command: str | None
    """What it reads in command_executions, which is what Felix runs; None where that row is gone."""
    same_command: bool
    """Whether that is, byte by byte, what is asked about."""

    @property
    def other_command(self) -> str:
        """What Felix would run instead of what is asked about; '' where it is the same, or nobody can say."""
        if self.same_command or self.hidden or self.recorded_command is None:
            return ""
        return self.recorded_command or "an empty one"

    @property
    def decided(self) -> bool:
        return self.standing in (Standing.APPROVED, Standing.DENIED)


@dataclass(frozen=True, slots=True)
class Queue:
    state: State
    now: float
    """When it was read: what ages and times left count from."""
    waiting: tuple[Approval, ...] = ()
    """What expires first comes first, what never expires last."""
    lapsed: tuple[Approval, ...] = ()
    """Too late to answer, newest first."""
    decided: tuple[Approval, ...] = ()
    """Newest first."""
    counts: tuple[tuple[Standing, int], ...] = ()
    """Of all requests, also of those that the lists have no room for."""
    migration: int = 0
    """The one that makes the tables, where they are missing."""

    def count(self, *standings: Standing) -> int:
        return sum(count for standing, count in self.counts if standing in standings)


HAS_RUN = "coalesce(c.executed, 0) or c.execution_timestamp is not null"
"""SQL over command_executions as c."""

_LAST_MOMENT = 253_402_214_400.0
"""The last day of the year 9999."""

_NOTES = ("agent_id", "trust_level", "context", "risk_assessment", "approved_by", "denial_reason")


def has_requests(db: apsw.Connection) -> bool:
    """Whether the tables are there."""
    return bool(columns_of(db, TABLE) and columns_of(db, COMMANDS))


def standing_of(approved: object, expires: object, executed: bool, now: float) -> Standing:
    """An expiry that cannot be read counts as past: a yes must not get through by a slip of somebody's pen."""
    if approved is not None:
        return Standing.APPROVED if approved else Standing.DENIED
    if executed:
        return Standing.RUN_UNANSWERED
    if expires is None:
        return Standing.WAITING
    until = _moment(expires)
    return Standing.WAITING if until is not None and until > now else Standing.EXPIRED


def read_queue(folder: Path, *, task: Task) -> Queue:
    """Who waits, what lapsed, and the newest answers. Raises DatabaseUnusable, Locked, Cancelled."""
    now = time.time()
    workspace = open_workspace(folder)
    path = workspace.database(workspace.component(COMPONENT))
    missing = Queue(State.NOT_MIGRATED, now, migration=MIGRATION)
    if not path.exists():
        return missing
    with open_searcher(path, task) as db:
        if not has_requests(db):
            return missing
        counts, waiting, lapsed = _undecided(db, now)
        answers = db.execute(f"select iif(approved, 1, 0), count(*) from {TABLE} where approved is not null group by 1")
        counts.update({Standing.APPROVED if yes else Standing.DENIED: int(count) for yes, count in answers})
        newest = db.execute(
            f"select approval_id from {TABLE} where approved is not null"
            f" order by coalesce(approved_at, requested_at) desc, approval_id desc limit {MOST_SETTLED}"
        )
        # Answered between two of these readings: what is in no list now is in one at the next look.
        first = read_requests(db, waiting[:MOST_WAITING], now)
        return Queue(
            state=State.SHOWN if counts.total() else State.EMPTY,
            now=now,
            waiting=tuple(each for each in first if each.standing is Standing.WAITING),
            lapsed=tuple(each for each in read_requests(db, lapsed[:MOST_SETTLED], now) if not each.decided),
            decided=read_requests(db, [ident for (ident,) in newest], now),
            counts=tuple((each, counts[each]) for each in Standing),
        )


def waiting_commands(folder: Path, now: float, *, task: Task) -> list[int] | None:
    """The execution_id of every command that waits for an answer; None where there is no queue."""
    path = folder / open_workspace(folder).component(COMPONENT).database
    if not path.exists():
        return None
    with open_searcher(path, task) as db:
        if not has_requests(db):
            return None
        # The index leads past all that lapsed; text, which may be a time, comes after every number.
        rows = db.execute(
            f"select a.execution_id, a.expires_at, {HAS_RUN} from {TABLE} a"
            f" left join {COMMANDS} c on c.execution_id = a.execution_id"
            " where a.approved is null and (a.expires_at >= ? or a.expires_at is null)",
            (now,),
        )
        return [
            execution
            for execution, expires, has_run in rows
            if isinstance(execution, int) and standing_of(None, expires, bool(has_run), now) is Standing.WAITING
        ]


def _undecided(db: apsw.Connection, now: float) -> tuple[Counter[Standing], list[int], list[int]]:
    """How many stand how, who waits in order, who lapsed newest first; the texts are read only of what is shown."""
    rows = db.execute(
        f"select a.approval_id, a.requested_at, a.expires_at, {HAS_RUN} from {TABLE} a"
        f" left join {COMMANDS} c on c.execution_id = a.execution_id where a.approved is null"
    )
    counts: Counter[Standing] = Counter()
    waiting: list[tuple[float, float, int]] = []
    lapsed: list[tuple[float, int]] = []
    for ident, requested, expires, has_run in rows:
        standing = standing_of(None, expires, bool(has_run), now)
        counts[standing] += 1
        asked = _moment(requested) or 0.0
        if standing is Standing.WAITING:
            until = _moment(expires)
            waiting.append((float("inf") if until is None else until, asked, ident))
        else:
            lapsed.append((asked, ident))
    return counts, [each[2] for each in sorted(waiting)], [each[1] for each in sorted(lapsed, reverse=True)]


def read_requests(db: apsw.Connection, idents: Sequence[int], now: float) -> tuple[Approval, ...]:
    """Those that are there, in this order, as they stand at `now`."""
    # Texts travel as bytes: they need not be valid UTF-8, and substr of a text ends at a NUL.
    notes = ", ".join(_cut_to(db, f"a.{name}", LONGEST_NOTE) for name in _NOTES)
    same = (
        f"iif(octet_length(a.command) > {LONGEST_COMMAND} or octet_length(a.command) is not octet_length(c.command), 0,"
        " cast(a.command as blob) is cast(c.command as blob))"
    )
    rows = db.execute(
        "select a.approval_id, a.execution_id, a.requested_at, a.expires_at,"
        f" iif(a.approved is null, null, iif(a.approved, 1, 0)), a.approved_at, {HAS_RUN},"
        f" c.command is null, {same},"
        f" {_cut_to(db, 'c.command', LONGEST_COMMAND)}, {_cut_to(db, 'a.command', LONGEST_COMMAND)}, {notes}"
        f" from {TABLE} a left join {COMMANDS} c on c.execution_id = a.execution_id"
        " where a.approval_id in (select value from json_each(?))",
        (json.dumps(list(idents)),),
    )
    found: dict[int, Approval] = {}
    for ident, execution, requested, expires, approved, at, has_run, gone, same_bytes, *values in rows:
        pairs = tuple(zip(values[::2], values[1::2], strict=True))
        recorded, command = (_text(begin, size, LONGEST_COMMAND) for begin, size in pairs[:2])
        agent, trust, context, risk, by, reason = (_text(begin, size, LONGEST_NOTE) for begin, size in pairs[2:])
        until = _moment(expires)
        found[ident] = Approval(
            ident=ident,
            execution=execution if isinstance(execution, int) else None,
            agent=agent,
            command=command,
            hidden=_hidden(*pairs[1]),
            trust=trust,
            context=context,
            risk=risk,
            requested=_moment(requested),
            expires=until,
            expiry_unreadable=expires is not None and until is None,
            standing=standing_of(approved, expires, bool(has_run), now),
            by=by,
            at=_moment(at),
            reason=reason,
            executed=bool(has_run),
            recorded_command=None if gone else recorded,
            same_command=bool(same_bytes),
        )
    return tuple(found[ident] for ident in idents if ident in found)


def _moment(value: object) -> float | None:
    """Unix seconds; None for what is no time in the calendar, such as one in milliseconds."""
    found = moment_of(value)
    return found if found is not None and 0 <= found <= _LAST_MOMENT else None


def _cut_to(db: apsw.Connection, column: str, longest: int) -> str:
    """SQL for two columns: the first bytes of a text, one more than may be shown where there are, and its length."""
    return f"substr({as_utf8(db, column)}, 1, {longest + 1}), octet_length({column})"


def _text(begin: object, size: object, longest: int) -> str:
    if not isinstance(begin, bytes):
        return ""
    if len(begin) <= longest:
        return begin.decode("utf-8", "replace")
    # A character that the cut went through is left out.
    shown = codecs.getincrementaldecoder("utf-8")("replace").decode(begin[:longest])
    return f"{shown}… ({_size(size)} in all)"


def _size(size: object) -> str:
    return bytes_text(size) if isinstance(size, int) else "longer"


def _hidden(begin: object, size: object) -> str:
    if not isinstance(begin, bytes):
        return ""
    if len(begin) > LONGEST_COMMAND:
        return f"The command is {_size(size)} long: too long to be shown whole."
    try:
        begin.decode("utf-8")
    except UnicodeDecodeError:
        return "The command holds bytes that are no text: it cannot be shown as it is."
    return ""
