"""An operation in a process of its own, which can be killed or kept short of something without harm to the test."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw

from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.live_files import guard_live_files
from felix_dbadmin.core.task import Progress, Task
from tests.faults.operations import ROOT, run
from tests.faults.vfs import Recorder, recording_vfs

# The process that forks the others imports what they take once, and never opens a database itself.
_FORKING = get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.faults.children"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation in a process of its own ended. `error` is '' for a good end, else the error's class."""

    error: str
    known: bool
    summary: str
    hint: str


class Child:
    """The operation in a process of its own, with its reports; killed when it is left.

    `what` it has too little of: 'file size' or 'memory', and the `amount` of bytes that it may have; or 'calls', the
    last of which, of those that change a file, kills it.
    """

    def __init__(self, folder: Path, operation: str, what: str = "", amount: int = 0) -> None:
        self._told, theirs = _FORKING.Pipe(duplex=False)
        self._outcome: Outcome | None = None
        self._process = _FORKING.Process(target=_tell, args=(theirs, folder, operation, what, amount), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        self._told.close()
        self._process.close()

    def begun(self) -> None:
        """Wait until the operation itself begins."""
        self.reports(1)

    def reports(self, count: int) -> None:
        """Wait for so many lines, the first of which is that it begins, or until there are no more."""
        for _ in range(count):
            if not self._hear(None):
                return

    def kill(self, after: float = 0.0) -> Outcome | None:
        """-9, so many seconds from now, wherever it is then. Returns how it had ended by then, None if it had not."""
        ends = time.monotonic() + after
        while (left := ends - time.monotonic()) > 0 and self._hear(left):
            pass
        self._process.kill()
        self._process.join()
        while self._hear(None):
            pass
        return self._outcome

    def end(self) -> Outcome | None:
        """How it ended; None where it was killed."""
        return self.kill(60)

    def _hear(self, seconds: float | None) -> bool:
        """Whether it had anything to say in this time."""
        try:
            if not self._told.poll(seconds):
                return False
            said = self._told.recv()
        except (EOFError, OSError):
            return False
        if isinstance(said, Outcome):
            self._outcome = said
        return True


def outcome(folder: Path, operation: str, what: str = "", amount: int = 0) -> Outcome:
    """Run it to its end."""
    with Child(folder, operation, what, amount) as child:
        ended = child.end()
    assert ended is not None, f"{operation}, {what} {amount}: ended without a word"
    return ended


def outcome_as(before: list[str], folder: Path, operation: str) -> Outcome:
    """The same as a program of its own, with `before` in front of its command."""
    code = "from tests.faults.children import main; main()"
    ran = subprocess.run(
        [*before, sys.executable, "-c", code, os.fspath(folder), operation],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=ROOT,
    )
    return Outcome(**json.loads(ran.stdout))


def main() -> None:
    """In that program: folder and operation."""
    print(json.dumps(asdict(_ended(Path(sys.argv[1]), sys.argv[2], Task()))))  # noqa: T201


def _tell(told: Connection, folder: Path, operation: str, what: str, amount: int) -> None:
    """In the child: each report, and how it ended."""

    def listen(progress: Progress) -> None:
        told.send((progress.step, progress.note))

    told.send("ready")
    told.send(_ended(folder, operation, Task(listen, lock_wait=5), what, amount))


class _Mortal(Recorder):
    """Ends its process at a call that changes a file."""

    def __init__(self, folder: Path, last: int) -> None:
        super().__init__(folder)
        self._left = last

    def strikes(self, kind: str, path: str) -> bool:
        self._left -= kind != "read"
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        return False


def _ended(folder: Path, operation: str, task: Task, what: str = "", amount: int = 0) -> Outcome:
    guard_live_files()
    try:
        with ExitStack() as limited:
            if what == "file size":
                resource.setrlimit(resource.RLIMIT_FSIZE, (amount, resource.RLIM_INFINITY))
                limited.callback(resource.setrlimit, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            elif what == "memory":
                apsw.hard_heap_limit(apsw.memory_used() + amount)
                limited.callback(apsw.hard_heap_limit, 0)
            elif what == "calls":
                limited.enter_context(recording_vfs(_Mortal(folder, amount)))
            run(folder, operation, task)
    except DbAdminError as error:
        return Outcome(type(error).__name__, True, error.summary, error.hint)
    except Exception as error:  # noqa: BLE001 - a bug: the test fails over it
        return Outcome(type(error).__name__, False, repr(error), "")
    return Outcome("", True, "", "")
