"""Other programs that use the same databases: processes of their own, with Python's own SQLite, as Felix has."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
for statement in sys.argv[2:]:
    db.execute(statement).fetchall()
print("ready", flush=True)
sys.stdin.read()
"""

_ATTEMPT = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
try:
    for statement in sys.argv[2:]:
        db.execute(statement).fetchall()
    print("ok")
except sqlite3.Error as error:
    print(error)
db.close()
"""


@contextmanager
def process(source: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Python that runs `source`, from when it has printed 'ready' on; killed afterwards if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-c", source, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            yield child
        finally:
            child.kill()


@contextmanager
def holding(database: Path, *statements: str) -> Iterator[subprocess.Popen[str]]:
    """A program that has run `statements` and keeps its connection open."""
    with process(_HOLD, str(database), *statements) as child:
        yield child


def killed_after(database: Path, *statements: str) -> None:
    """A program that was killed, without any chance to tidy up, after it had run `statements`."""
    with holding(database, *statements) as child:
        child.kill()
        child.wait()


def attempt(database: Path, *statements: str) -> str:
    """'ok', or what SQLite said to a program that ran `statements` without waiting for locks."""
    done = subprocess.run(
        [sys.executable, "-c", _ATTEMPT, str(database), *statements], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
