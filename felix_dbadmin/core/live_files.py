"""Which database files this process has open, and a guard against touching them behind SQLite's back.

Closing any descriptor of a database file drops every POSIX lock that this process holds on it; another
program's acknowledged commit was seen to vanish that way (https://sqlite.org/howtocorrupt.html, 2.2).
"""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SIDECARS = ("-wal", "-shm", "-journal")
_GUARDED = {"open", "sqlite3.connect", "os.rename", "os.remove", "os.truncate", "shutil.copyfile"}

_live: Counter[tuple[int, int]] = Counter()
_lock = threading.Lock()
_installed = False


@contextmanager
def live(path: Path) -> Iterator[None]:
    """While this is entered, `path` counts as open in this process."""
    try:
        state = path.stat()
    except FileNotFoundError:
        yield
        return
    key = (state.st_dev, state.st_ino)
    with _lock:
        _live[key] += 1
    try:
        yield
    finally:
        with _lock:
            _live[key] -= 1
            if not _live[key]:
                del _live[key]


def guard_live_files() -> None:
    """From now on Python code of this process that opens or moves a live database file gets PermissionError.

    An audit hook cannot be taken back, so it is installed once per process.
    """
    global _installed
    if not _installed:
        _installed = True
        sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if not _live or event not in _GUARDED:
        return
    for argument in arguments[:2]:
        if not isinstance(argument, str | bytes | os.PathLike):
            continue
        path = os.fsdecode(argument)
        for sidecar in _SIDECARS:
            path = path.removesuffix(sidecar)
        try:
            state = os.stat(path)  # noqa: PTH116 - a Path here would raise audit events of its own
        except (OSError, ValueError):
            continue
        if (state.st_dev, state.st_ino) in _live:
            raise PermissionError(f"{event} of a database that is open in this process: {path}")
