"""A file layer under SQLite that writes down what it is told, and fails where it is told to."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import apsw
import pytest

REAL = apsw.vfs_names()[0]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a file. `kind` is write, truncate, sync, create, delete, rename, link, folder or mark.

    `durable` on delete: the folder was synced with it; on sync: the file's name is safe too. `folder` is the sync of a
    folder, `mark` a line between steps.
    """

    kind: str
    path: str
    offset: int = 0
    data: bytes = b""
    target: str = ""
    durable: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """The `nth` call (from 1) of a kind fails with an SQLite result code or an errno; `lasting`: all after it too."""

    kind: str
    nth: int
    code: int
    lasting: bool

    def strikes(self, kind: str, count: int) -> bool:
        return kind == self.kind and (count >= self.nth if self.lasting else count == self.nth)


def cause_of(fault: Fault) -> str:
    """What the error says of it."""
    if fault.kind.startswith("os."):
        return os.strerror(fault.code)
    return str({**apsw.mapping_result_codes, **apsw.mapping_extended_result_codes}[fault.code])


class Recorder:
    """Counts and logs what happens to the files in `folder`, and says which call is to fail."""

    def __init__(self, folder: Path, fault: Fault | None = None) -> None:
        self.folder = str(folder.resolve())
        self.fault = fault
        self.struck: list[str] = []
        """The files whose calls were made to fail."""
        self.counts: Counter[str] = Counter()
        self.log: list[Event] = []

    def watches(self, path: str | None) -> bool:
        return path is not None and path.startswith(self.folder)

    def strikes(self, kind: str, path: str) -> bool:
        """Count a call; whether it is to fail."""
        self.counts[kind] += 1
        if self.fault is None or not self.fault.strikes(kind, self.counts[kind]):
            return False
        self.struck.append(path)
        return True

    def hit(self, kind: str, path: str | None) -> None:
        """Count a call of SQLite's. Raises the planned error; a temporary file (None) fails like any other."""
        if (path is None or self.watches(path)) and self.strikes(kind, path or "a temporary file"):
            assert self.fault is not None
            error = apsw.exception_for(self.fault.code)
            error.args = (cause_of(self.fault),)
            raise error

    def add(self, event: Event) -> None:
        if self.watches(event.path):
            self.log.append(event)

    def mark(self) -> None:
        """From here on what was done before counts as acknowledged."""
        self.log.append(Event("mark", self.folder))


class RecordingFile(apsw.VFSFile):
    """Passes on to the real file; syncs are only noted, since no real power cut will follow."""

    def __init__(self, recorder: Recorder, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self.recorder = recorder
        self.path = name.filename() if isinstance(name, apsw.URIFilename) else name
        super().__init__(REAL, name, flags)

    def _note(self, kind: str, offset: int = 0, data: bytes = b"", *, durable: bool = False) -> None:
        if self.path is not None:
            self.recorder.add(Event(kind, self.path, offset, data, durable=durable))

    def xLock(self, level: int) -> None:
        """A read-only connection that closes asks for a lock it cannot have; SQLite goes on, APSW would raise."""
        try:
            super().xLock(level)
        except apsw.IOError as error:
            raise apsw.BusyError from error

    def xRead(self, amount: int, offset: int) -> bytes:
        self.recorder.hit("read", self.path)
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:
        self.recorder.hit("write", self.path)
        super().xWrite(data, offset)
        self._note("write", offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:
        self.recorder.hit("truncate", self.path)
        super().xTruncate(newsize)
        self._note("truncate", newsize)

    def xSync(self, flags: int) -> None:
        self.recorder.hit("sync", self.path)
        self._note("sync", durable=True)


class RecordingVFS(apsw.VFS):
    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        super().__init__("recording", REAL, makedefault=True)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> RecordingFile:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.recorder.hit("open", path)
        return RecordingFile(self.recorder, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.recorder.hit("delete", filename)
        super().xDelete(filename, syncdir)
        self.recorder.add(Event("delete", filename, durable=bool(syncdir)))


class _Connection(apsw.Connection):
    """SQLite reports no error of the tidying up at a close; APSW raises what a file layer in Python raised then."""

    def close(self, force: bool = False) -> None:
        with suppress(apsw.Error):
            super().close(force)


@contextmanager
def recording_vfs(recorder: Recorder) -> Iterator[None]:
    """While this is entered every file that SQLite opens in this process goes through `recorder`."""
    vfs = RecordingVFS(recorder)
    hook = sys.unraisablehook
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apsw, "Connection", _Connection)
        # What SQLite passes on to nobody would come out here; not so with a real disk.
        patch.setattr(
            sys, "unraisablehook", lambda raised: None if isinstance(raised.exc_value, apsw.Error) else hook(raised)
        )
        try:
            yield
        finally:
            vfs.unregister()
