"""A window's process without a window, to be run by tests: `python window_process.py <audit|hold> <database>`.

audit: does jobs on the database, then prints as JSON what this process itself opened, imported and ran.
hold:  starts a change of the database, prints the engine's process id when it is under way, and waits for its death.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Slot

from felix_dbadmin.jobs.runner import JobRunner
from tests.helpers import engine_work as work

opened: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        opened.append(os.fsdecode(arguments[0]))


class Window(QObject):
    """Starts one job after the other."""

    def __init__(self, database: Path) -> None:
        super().__init__()
        self._database = database
        self._runner = JobRunner(self)

    def audit(self) -> None:
        self._runner.submit("Make", partial(work.make_database, self._database, 10), lane="a")
        self._runner.submit("Count", partial(work.count_rows, self._database), lane="a")
        job = self._runner.submit("Look", partial(work.state_sentence, self._database), lane="a")
        job.succeeded.connect(self._print_audit)

    def hold(self) -> None:
        self._runner.submit("Make", partial(work.make_database, self._database, 10), lane="a")
        job = self._runner.submit("Change", partial(work.change_and_hold, self._database), lane="a")
        job.progressed.connect(self._print_pid)

    @Slot(object)
    def _print_audit(self, sentence: str) -> None:
        self._runner.shutdown()
        found = {
            "sentence": sentence,
            "opened": [path for path in opened if Path(path).name.startswith(self._database.name)],
            "sqlite3": "sqlite3" in sys.modules,
            "threads": [thread.name for thread in threading.enumerate()],
            "children": Path("/proc/thread-self/children").read_text().split() if sys.platform == "linux" else [],
        }
        print(json.dumps(found), flush=True)  # noqa: T201 - this is what the test reads
        QCoreApplication.quit()

    @Slot(object)
    def _print_pid(self, progress: object) -> None:
        assert self._runner.engine is not None
        print(self._runner.engine.pid, flush=True)  # noqa: T201 - this is what the test reads


if __name__ == "__main__":
    sys.addaudithook(watch)
    app = QCoreApplication([])
    window = Window(Path(sys.argv[2]))
    {"audit": window.audit, "hold": window.hold}[sys.argv[1]]()
    app.exec()
