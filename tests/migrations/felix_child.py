"""A process of its own with Python's sqlite3, as Felix uses it: two SQLite libraries must not meet in one process.

Run as a script: reads one JSON list of requests a line, answers with one JSON list of results a line.
Imported: FelixChild starts that script and speaks to it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Answer:
    rows: list[list[Value]]
    lastrowid: int | None
    changes: int
    """Rows that the connection has changed so far, by triggers too."""
    error: str


class FelixChild:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __enter__(self) -> FelixChild:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.communicate()

    def open(self, path: Path) -> None:
        """A file, as Felix opens it."""
        self._ask([{"open": str(path)}])

    def open_copy(self, template: Path, *, recursive_triggers: bool) -> None:
        """A copy of `template` in memory, each statement its own transaction unless it says BEGIN."""
        self._ask([{"copy": str(template), "recursive": recursive_triggers}])

    def run(self, *statements: tuple[str, tuple[Value, ...]] | str) -> list[Answer]:
        """One answer for each statement; a refused one has its error."""
        requests = [(item, ()) if isinstance(item, str) else item for item in statements]
        return [Answer(**item) for item in self._ask([{"sql": sql, "values": values} for sql, values in requests])]

    def commit(self) -> None:
        self._ask([{"commit": True}])

    def close(self) -> None:
        self._ask([{"close": True}])

    def _ask(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(requests) + "\n")
        self._process.stdin.flush()
        answers: list[dict[str, Any]] = json.loads(self._process.stdout.readline())
        return answers


def _serve() -> None:
    import sqlite3

    db = sqlite3.connect(":memory:")

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        nonlocal db
        if "sql" in request:
            try:
                cursor = db.execute(request["sql"], request["values"])
                rows, error = cursor.fetchall(), ""
            except sqlite3.Error as failure:
                return {"rows": [], "lastrowid": None, "changes": db.total_changes, "error": str(failure)}
            return {"rows": rows, "lastrowid": cursor.lastrowid, "changes": db.total_changes, "error": error}
        if "commit" in request:
            db.commit()
        else:
            db.close()
        if "open" in request:
            db = sqlite3.connect(request["open"])
        if "copy" in request:
            db = sqlite3.connect(":memory:", isolation_level=None)
            template = sqlite3.connect(request["copy"])
            template.backup(db)
            template.close()
            db.execute(f"pragma recursive_triggers = {request['recursive']}")
        return {}

    for line in sys.stdin:
        print(json.dumps([answer(request) for request in json.loads(line)]), flush=True)  # noqa: T201 - the pipe


if __name__ == "__main__":
    _serve()
