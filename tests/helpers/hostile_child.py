"""The process that opens hostile files for a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


class Child:
    """The process that opens the files; started again after a crash. `heap`: bytes that SQLite may take, 0: any."""

    def __init__(self, heap: int = 0) -> None:
        self._heap = heap
        self._process = self._start()

    @property
    def most_memory(self) -> int:
        """Bytes that the process ever had in memory."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.hostile_work", str(self._heap)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def outcomes(
        self, folder: Path, component: str, most: int | None = None, only: tuple[str, ...] = ("",)
    ) -> list[tuple[str, str, float]]:
        """Of each call, or of `most` by chance, whose name begins with one of `only`: name, how it ended, seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder), component, most, only]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if line:
            found: list[tuple[str, str, float]] = [tuple(each) for each in json.loads(line)]
            return found
        _, trace = self._process.communicate(timeout=30)
        crash = [("process", f"crashed with {self._process.returncode}: {trace[-3000:]}", 0.0)]
        self._process = self._start()
        return crash

    def close(self) -> None:
        self._process.communicate(timeout=30)
