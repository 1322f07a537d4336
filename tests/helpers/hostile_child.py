"""The process that opens hostile files for a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


class Child:
    """The process that opens the files; started again after a crash."""

    def __init__(self) -> None:
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.hostile_work"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def outcomes(self, folder: Path, component: str) -> list[tuple[str, str, float]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder), component]) + "\n")
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
