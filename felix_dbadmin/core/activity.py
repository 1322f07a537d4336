"""The journal: what this program did, to which file, and how it ended. One JSON line per event, only ever added."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.paths import state_folder
from felix_dbadmin.core.workspace import Workspace

JOURNAL = "activity.jsonl"


@dataclass(frozen=True, slots=True)
class Activity:
    """One piece of work. `outcome` is done, failed, cancelled, or '' while it runs or when it was cut off."""

    ident: str
    what: str
    component: str
    started: float
    ended: float | None
    outcome: str
    detail: str


@dataclass(slots=True)
class Entry:
    """Lets the running work say what it found, for the journal's last line about it."""

    detail: str = ""


@contextmanager
def recorded(workspace: Workspace, component: str, what: str) -> Iterator[Entry]:
    """Write a line when the work starts and one when it ends, however it ends."""
    path = state_folder(workspace.folder) / JOURNAL
    ident = uuid.uuid4().hex
    _append(path, {"id": ident, "event": "started", "what": what, "component": component, "pid": os.getpid()})
    entry = Entry()
    try:
        yield entry
    except Cancelled as error:
        _append(path, {"id": ident, "event": "cancelled", "detail": error.summary})
        raise
    except DbAdminError as error:
        _append(path, {"id": ident, "event": "failed", "detail": error.summary})
        raise
    _append(path, {"id": ident, "event": "done", "detail": entry.detail})


def _append(path: Path, event: dict[str, object]) -> None:
    line = json.dumps({"time": time.time(), **event}, ensure_ascii=False)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line.encode() + b"\n")
    finally:
        os.close(descriptor)


def read_activities(workspace: Workspace) -> tuple[Activity, ...]:
    """Newest first. A line that a crash cut short is skipped."""
    found: dict[str, Activity] = {}
    try:
        lines = (state_folder(workspace.folder) / JOURNAL).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    for line in lines:
        try:
            event = json.loads(line)
            ident, moment, kind = str(event["id"]), float(event["time"]), str(event["event"])
        except (ValueError, KeyError, TypeError):
            continue
        if kind == "started":
            found[ident] = Activity(
                ident, str(event.get("what", "")), str(event.get("component", "")), moment, None, "", ""
            )
        elif ident in found:
            begun = found[ident]
            found[ident] = Activity(
                ident, begun.what, begun.component, begun.started, moment, kind, str(event.get("detail", ""))
            )
    return tuple(sorted(found.values(), key=lambda item: item.started, reverse=True))
