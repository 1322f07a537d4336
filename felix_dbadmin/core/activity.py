"""The journal: what this program did, to which file, and how it ended. One JSON line per event, only ever added."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.migrate.describe import describe_database
from felix_dbadmin.core.paths import PARTIAL, set_aside, state_folder
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import time_text
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace

JOURNAL = "activity.jsonl"

JOURNAL_LIMIT = 2 << 20
"""Bytes; a longer journal loses its older half."""

_BEGINS = '{"time": '
"""Every line of it."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One piece of work. `outcome` is done, failed, cancelled or interrupted; '' while it runs."""

    ident: str
    what: str
    component: str
    """'' for work on the whole workspace."""
    started: float
    ended: float | None
    outcome: str
    detail: str
    kind: str = ""
    """apply, roll back, repair, dry run, back up, restore, verify, …"""
    command: str = ""
    """The command line that does the same in this workspace, '' where there is none."""
    version: int | None = None
    """The highest one that was applied when the work had ended; None where it is none of the work's business."""
    backup: str = ""
    """The name of the one that was taken before, or restored."""
    faulty: bool = False
    """The work came to its end, and what it looked at is not as it should be."""


@dataclass(slots=True)
class Entry:
    """Lets the running work say what it found, for the journal's last line about it."""

    detail: str = ""
    version: int | None = None
    backup: str = ""
    faulty: bool = False


@contextmanager
def recorded(workspace: Workspace, component: str, what: str, *, kind: str = "", command: str = "") -> Iterator[Entry]:
    """Write a line when the work starts and one when it ends, however it ends.

    While it runs a lock of its own is held, which the operating system frees when this process dies.
    `command` is completed with the workspace's folder.
    """
    state = state_folder(workspace.folder)
    command = f"{command} --workspace {shlex.quote(str(workspace.folder))}" if command else ""
    ident = uuid.uuid4().hex
    begun = {"what": what, "component": component, "kind": kind, "command": command, "pid": os.getpid()}
    entry = Entry()
    with _alive(state, ident):
        _append(state, {"id": ident, "event": "started", **begun})
        try:
            yield entry
        except Cancelled as error:
            _append(state, {"id": ident, "event": "cancelled", "detail": error.summary})
            raise
        except DbAdminError as error:
            _append(state, {"id": ident, "event": "failed", "detail": error.summary})
            raise
        except Exception as error:
            _append(state, {"id": ident, "event": "failed", "detail": f"{type(error).__name__}: {error}"})
            raise
        found = {"detail": entry.detail, "version": entry.version, "backup": entry.backup}
        _append(state, {"id": ident, "event": "done", **found, "faulty": entry.faulty})


def activities(folder: Path, *, task: Task) -> tuple[Activity, ...]:
    """What the journal of the workspace in `folder` holds, newest first."""
    task.check()
    return read_activities(open_workspace(folder))


def read_activities(workspace: Workspace) -> tuple[Activity, ...]:
    """Newest first. A line that a crash cut short is skipped."""
    found: dict[str, Activity] = {}
    for line in _lines(state_folder(workspace.folder) / JOURNAL):
        read = _event(line)
        if read is None:
            continue
        ident, moment, kind, event = read
        if kind == "started":
            found[ident] = _started(ident, moment, event)
        elif ident in found:
            found[ident] = _ended(found[ident], moment, kind, event)
    return tuple(sorted(found.values(), key=lambda item: item.started, reverse=True))


def settle_interrupted(folder: Path, *, task: Task) -> tuple[Activity, ...]:
    """Write down, once, which work was cut off because its process died, and what is in its database now.

    What it left beside the database is swept. Returns what was found cut off now, newest first. To be called when a
    workspace is opened.
    """
    workspace = open_workspace(folder)
    state = state_folder(workspace.folder)
    settled = []
    for item in read_activities(workspace):
        task.check()
        if item.outcome or not _claimed(state, item.ident):
            continue
        if item.component:
            _tidy_up(workspace, item.component)
        detail = describe_database(folder, item.component, task=task) if item.component else ""
        _append(state, {"id": item.ident, "event": "interrupted", "detail": detail})
        settled.append(item.ident)
    return tuple(item for item in read_activities(workspace) if item.ident in settled)


def _tidy_up(workspace: Workspace, component: str) -> None:
    """What was cut off is swept, unless somebody works there again already, and so has swept it."""
    with (
        contextlib.suppress(DbAdminError),
        locked(workspace, workspace.component(component), "tidy up", Task(lock_wait=0)),
    ):
        pass


def set_journal_aside(folder: Path) -> Path | None:
    """Where the journal cannot be read as one: the name under which it is kept now. What can be read stays in use.

    A line that a crash cut short is no damage. Raises OSError.
    """
    state = state_folder(open_workspace(folder).folder)
    path = state / JOURNAL
    if not _is_damaged(path):  # asked without the lock first: nothing is written where all is well
        return None
    with FileLock(state / f"{JOURNAL}.lock", mode=0o600):
        if not _is_damaged(path):
            return None
        good = [line for line in _lines(path) if _event(line) is not None]
        kept = set_aside(path)
        if good:
            _write(path, good)
    return kept


def _is_damaged(path: Path) -> bool:
    """Whether it is there, and is no file of events."""
    if not os.path.lexists(path):
        return False
    lines = _lines(path)
    good = sum(_event(line) is not None for line in lines)
    cut_short = sum(line.startswith(_BEGINS) and not line.endswith("}") for line in lines)
    return not path.is_file() or not good or good + cut_short < len(lines)


def _event(line: str) -> tuple[str, float, str, dict[str, object]] | None:
    """Identity, Unix seconds, kind and the whole; None where the line is no event."""
    try:
        event = json.loads(line)
        found = str(event["id"]), float(event["time"]), str(event["event"]), event
        time_text(found[1])
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return None
    return found


def _started(ident: str, moment: float, event: dict[str, object]) -> Activity:
    what, component, kind, command = (str(event.get(key, "")) for key in ("what", "component", "kind", "command"))
    return Activity(ident, what, component, moment, None, "", "", kind, command)


def _ended(begun: Activity, moment: float, outcome: str, event: dict[str, object]) -> Activity:
    version = event.get("version")
    return Activity(
        begun.ident,
        begun.what,
        begun.component,
        begun.started,
        moment,
        outcome,
        str(event.get("detail", "")),
        begun.kind,
        begun.command,
        version if isinstance(version, int) else None,
        str(event.get("backup", "")),
        event.get("faulty") is True,
    )


@contextmanager
def _alive(state: Path, ident: str) -> Iterator[None]:
    lock = _lock_of(state, ident)
    with contextlib.suppress(OSError):
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
        _remove(lock)


def _claimed(state: Path, ident: str) -> bool:
    """Whether nobody works on it any more: a process that does holds its lock."""
    lock = _lock_of(state, ident)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    lock.release()
    _remove(lock)
    return True


def _remove(lock: FileLock) -> None:
    """A lock file that stays behind locks nothing."""
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink(missing_ok=True)


def _lock_of(state: Path, ident: str) -> FileLock:
    return FileLock(state / f"activity_{ident}.lock", mode=0o600)


def _append(state: Path, event: dict[str, object]) -> None:
    """The work matters more than the note of it: where the journal cannot be written the work goes on."""
    line = json.dumps({"time": time.time(), **event}, ensure_ascii=False).encode("utf-8", "backslashreplace")
    path = state / JOURNAL
    with contextlib.suppress(OSError), FileLock(state / f"{JOURNAL}.lock", mode=0o600):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.lseek(descriptor, -1, os.SEEK_END) if os.fstat(descriptor).st_size else 0
            cut_short = size and os.read(descriptor, 1) != b"\n"
            os.write(descriptor, (b"\n" if cut_short else b"") + line + b"\n")
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        if size > JOURNAL_LIMIT:
            _shorten(path)


def _shorten(path: Path) -> None:
    """Keep the newer half, and the beginnings of what still runs; the old file is there until the new one is whole."""
    lines = _lines(path)
    half, kept, size = len(lines), [], 0
    while half and size < JOURNAL_LIMIT // 2:
        half -= 1
        size += len(lines[half].encode()) + 1
    ended = {_ident(line) for line in lines if '"event": "started"' not in line}
    kept = [line for line in lines[:half] if '"event": "started"' in line and _ident(line) not in ended]
    _write(path, [*kept, *lines[half:]])


def _write(path: Path, lines: list[str]) -> None:
    partial = path.with_name(path.name + PARTIAL)
    partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    partial.chmod(0o600)
    partial.replace(path)


def _ident(line: str) -> str:
    read = _event(line)
    return read[0] if read is not None else ""


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
    except OSError:
        return []
