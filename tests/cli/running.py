"""The command line as the tests call it: in this process for most, in one of its own for streams and signals."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from felix_dbadmin.core.paths import STATE_FOLDER

PROGRAM = Path(sys.executable).with_name("felix-dbadmin")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What --json printed."""
        return json.loads(self.out)

    @property
    def problem(self) -> dict[str, str]:
        """The error that --json printed."""
        error: dict[str, str] = json.loads(self.err)["error"]
        return error

    def refused(self, code: int, *words: str) -> None:
        """One sentence and a hint on stderr, with these words in it, no traceback, and this exit code."""
        assert self.code == code, self
        assert self.err.startswith("error: "), self
        assert "\nhint: " in self.err
        assert "Traceback" not in self.err
        for word in words:
            assert word in self.err, (word, self.err)


def without_superpowers() -> list[str]:
    """What to put before a command so that permissions bite although the tests run as root."""
    if os.geteuid() != 0:
        return []
    tool = shutil.which("setpriv")
    if tool is None:
        pytest.skip("the tests run as root, and setpriv is not there to take root's power over permissions away")
    return [tool, "--bounding-set=-dac_override,-dac_read_search"]


Command = Callable[..., Ran]


def run_program(
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    before: Sequence[str] = (),
) -> Ran:
    """The installed console script, in a process of its own without a terminal."""
    done = subprocess.run(
        [*before, str(PROGRAM), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, **(environment or {})},
        cwd=folder,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def fingerprints(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a workspace, without this program's own state."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and STATE_FOLDER not in path.parts
    }


def versions(command: Command, folder: Path) -> dict[str, int]:
    """The version of each component, as status says."""
    found = command("status", "-w", folder, "--json").document["components"]
    return {item["name"]: item["version"] for item in found}
