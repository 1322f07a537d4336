"""What happened to a component, on one line through time: migrations, rollbacks, backups, restores, failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from felix_dbadmin.core.activity import Activity, read_activities
from felix_dbadmin.core.backups.catalogue import Backup, list_backups
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import DatabaseUnusable
from felix_dbadmin.core.migrate.ledger import LedgerRow, LogRow, last_applied, read_ledger, read_log
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import bytes_text, count_text
from felix_dbadmin.core.workspace import Workspace, open_workspace

ANOTHER_TOOL = "another tool"
LOST = "Told by this program's journal: the log in the database does not have it."
"""As after the restoring of a backup from before, which brings its own log."""
CLOCK_SLACK = 0.01
"""Seconds by which the log in a database and the journal may disagree on when something was."""


class EventKind(StrEnum):
    APPLIED = "applied"
    ROLLED_BACK = "rolled back"
    REPAIRED = "repaired"
    OPTIMISED = "optimised"
    BASE = "base schema"
    FAILED = "failed"
    BACKUP = "backup"
    RESTORED = "restored"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Event:
    """`at` in Unix seconds, `duration` in seconds, None where nobody noted it."""

    kind: EventKind
    at: float
    title: str
    version: int | None
    """The highest applied version after it; None where nothing says."""
    who: str
    duration: float | None
    backup: str
    """The one taken before it; of a backup itself, of a restore what was restored. '' for none."""
    detail: str


_LOGGED = {
    "up": EventKind.APPLIED,
    "down": EventKind.ROLLED_BACK,
    "repair": EventKind.REPAIRED,
    "rebuild": EventKind.REPAIRED,
    "optimise": EventKind.OPTIMISED,
    "base": EventKind.BASE,
}
_CHANGES = {
    "apply": EventKind.APPLIED,
    "roll back": EventKind.ROLLED_BACK,
    "repair": EventKind.REPAIRED,
    "rebuild": EventKind.REPAIRED,
    "optimise": EventKind.OPTIMISED,
}
"""What the journal calls work that the log in the database tells better, as long as it is there."""
_ENDS = {
    "failed": EventKind.FAILED,
    "cancelled": EventKind.CANCELLED,
    "interrupted": EventKind.INTERRUPTED,
}
_TOLD = {*_CHANGES, "restore", "bring back", "back up"}
"""Work on the database itself: the rest, such as a dry run or the deleting of a backup, is no history of it."""


def read_history(folder: Path, component: str, *, task: Task) -> tuple[Event, ...]:
    """Newest first. A database that cannot be read has a history all the same, from the journal and its backups.

    Raises WrongUsage, WorkspaceUnusable, Locked or Cancelled.
    """
    workspace = open_workspace(folder)
    item = workspace.component(component)
    database = workspace.database(item)
    ledger, log = _recorded_in(database, component, task)
    backups = tuple(found for found in list_backups(workspace.backups) if found.database == database.stem)
    events = [
        *_of_ledger(ledger, log),
        *(_of_log(row) for row in log),
        *(_of_backup(backup) for backup in backups),
        *_of_journal(workspace, component, log),
    ]
    events.sort(key=lambda event: event.at)
    return tuple(reversed(_with_versions(events, backups)))


def _recorded_in(database: Path, component: str, task: Task) -> tuple[tuple[LedgerRow, ...], tuple[LogRow, ...]]:
    if not database.exists():
        return (), ()
    try:
        with open_reader(database, task) as db:
            return read_ledger(db, component), read_log(db, component)
    except DatabaseUnusable:
        return (), ()


def _of_ledger(ledger: tuple[LedgerRow, ...], log: tuple[LogRow, ...]) -> Iterator[Event]:
    """What is recorded as applied and not in our log: another tool did it."""
    ours = last_applied(log)
    for row in ledger:
        if row.version not in ours:
            title = f"Applied {row.version}: {row.description}"
            yield Event(EventKind.APPLIED, row.applied_at, title, row.version, ANOTHER_TOOL, None, "", "")


def _of_log(row: LogRow) -> Event:
    version = row.version if row.action in ("up", "down") else None
    if row.outcome != "done":
        return Event(
            EventKind.FAILED,
            row.at,
            f"{_title(row)} failed",
            None,
            row.who,
            row.duration,
            row.backup,
            str(row.detail.get("error", "")),
        )
    touched = f"{count_text(row.rows_touched, 'row')} touched" if row.rows_touched else ""
    return Event(_LOGGED[row.action], row.at, _title(row), version, row.who, row.duration, row.backup, touched)


def _title(row: LogRow) -> str:
    match row.action, row.outcome == "done":
        case "up", done:
            return f"{'Applied' if done else 'Apply'} {row.version}: {row.description}"
        case "down", done:
            return f"{'Rolled back' if done else 'Roll back'} {row.version}: {row.description}"
        case "base", done:
            return "Created the base schema" if done else "Create the base schema"
        case "repair", _:
            return f"Repair: {row.description}"
    return row.description


def _of_backup(backup: Backup) -> Event:
    versions = [version for version, _ in backup.versions]
    inside = max(versions, default=0) if backup.manifest is not None else None
    problem = backup.problem or ("; ".join(backup.manifest.problems) if backup.manifest else "")
    detail = bytes_text(backup.size) + (f"; {problem}" if problem else "")
    return Event(EventKind.BACKUP, backup.created, backup.why or "Backup", inside, "", None, backup.name, detail)


def _of_journal(workspace: Workspace, component: str, log: tuple[LogRow, ...]) -> Iterator[Event]:
    """What only the journal knows: restores, what was stopped, and what the log lost when it was replaced."""
    for item in read_activities(workspace):
        if item.component != component or item.kind not in _TOLD or not item.outcome or item.ended is None:
            continue
        logged = any(
            row.outcome == item.outcome and item.started - CLOCK_SLACK <= row.at <= item.ended + CLOCK_SLACK
            for row in log
        )
        kind = _ENDS.get(item.outcome)
        if kind is not None and not logged:
            yield _event(kind, item, f"{item.what} {item.outcome}" if kind is EventKind.FAILED else item.what)
        elif item.outcome == "done" and item.kind == "restore":
            yield _event(EventKind.RESTORED, item, f"Restored {item.backup}")
        elif item.outcome == "done" and item.kind == "bring back":
            yield _event(EventKind.RESTORED, item, item.what)
        elif item.outcome == "done" and item.kind in _CHANGES and not logged:
            yield replace(_event(_CHANGES[item.kind], item, item.what), detail=LOST)


def _event(kind: EventKind, item: Activity, title: str) -> Event:
    """Nobody knows when a process died: what it was doing is placed where it began."""
    known = kind is not EventKind.INTERRUPTED and item.ended is not None
    at = item.ended if known and item.ended is not None else item.started
    duration = at - item.started if known else None
    return Event(kind, at, title, item.version, "", duration, item.backup, item.detail)


def _with_versions(events: list[Event], backups: tuple[Backup, ...]) -> list[Event]:
    """The events, oldest first, each with the highest version after it: what is applied is followed through time."""
    inside = {
        name: {version for version, _ in backup.versions}
        for backup in backups
        for name in (backup.name, backup.plain_name)
    }
    applied: set[int] = set()
    found = []
    for event in events:
        lost = event.detail == LOST
        whole = event.kind is EventKind.RESTORED and event.version is not None
        if whole:
            applied = set(inside.get(event.backup, {event.version} if event.version else ()))
        elif not lost and event.kind is EventKind.APPLIED and event.version is not None:
            applied.add(event.version)
        elif not lost and event.kind is EventKind.ROLLED_BACK and event.version is not None:
            applied.discard(event.version)
        keeps = lost or event.kind is EventKind.BACKUP or whole
        found.append(event if keeps else replace(event, version=max(applied, default=0)))
    return found
