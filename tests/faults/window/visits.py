"""A visit to the window in a process of its own, as a test sees it: what it prints, and how to end it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.faults.operations import ROOT

PATIENCE = 60
"""Seconds; nothing passes or fails by being slower or faster than that."""

NOTHING = {"code": 0, "windows": [], "timers": [], "threads": ["MainThread"], "children": []}
"""What is left of a window that was closed, as it says itself."""

_OF_QT = "This plugin does not support"
"""A screen that is not there says so."""


class Visit:
    """Up, and its databases read."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid
        first = self.line()
        assert first.isdigit(), f"{first}\n{process.communicate()[1]}"
        self.engine = int(first)

    def line(self) -> str:
        """The next line; '' when there is no more."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def reports(self, count: int) -> None:
        """Return when the work has reported so often, or is over."""
        for _ in range(count):
            line = self.line()
            if not line or line.startswith("{"):
                return

    def kill(self, after: float, *, engine: bool = False) -> None:
        """kill -9 so many seconds from now, with `engine` that one too; returns when none of its processes is left."""
        mine = [os.pidfd_open(pid) for pid in (self.pid, self.engine, *children_of(self.engine)) if _is_there(pid)]
        try:
            self._process.wait(timeout=after)
        except subprocess.TimeoutExpired:
            self._process.kill()
            if engine and _is_there(self.engine):
                os.kill(self.engine, signal.SIGKILL)
        self._process.communicate()
        for descriptor in mine:
            ended, _, _ = select.select([descriptor], [], [], PATIENCE)
            os.close(descriptor)
            assert ended, "a process of the window goes on without it"

    def end(self) -> tuple[dict[str, Any], str]:
        """Let it end by itself: what it says is left of it, and its standard error."""
        out, err = self._process.communicate(timeout=PATIENCE)
        told = json.loads(out.splitlines()[-1])
        said = "\n".join(line for line in err.splitlines() if not line.startswith(_OF_QT))
        assert self._process.returncode == 0, err
        return told, said


@contextmanager
def visit(folder: Path, what: str, home: Path) -> Iterator[Visit]:
    """Somebody does `what` (see program.py) at a window on `folder`; their settings are in `home`."""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.window.program", str(folder), what],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Visit(process)
        finally:
            process.kill()


def children_of(pid: int) -> list[int]:
    """Of all its threads, and theirs."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found += [child, *children_of(child)]
    return found


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
