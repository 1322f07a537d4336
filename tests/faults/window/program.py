"""The real window program with somebody at it: `python -m tests.faults.window.program <folder> <what they do>`.

look:  waits until the databases are read, prints what the window says, and closes it.
apply, back up, restore:  does that to knowledge, and prints a line at each report of the work; then asks for a page of
figures, and closes the window while the library that draws them is still being imported.
The first line is the engine's process id; the last one, after the program has taken itself apart, what is left of it.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QPushButton
from shiboken6 import isValid

from felix_dbadmin.app import run
from felix_dbadmin.core.live_files import guard_live_files
from felix_dbadmin.core.task import Progress
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.dialogs.restore import RestoreDialog
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.main_window import MainWindow
from tests.faults.operations import COMPONENT, oldest_manual

D = TypeVar("D", bound=QDialog)

EVERY = 5
"""Milliseconds between two looks at whether the window is as far as the next step needs it."""


class Person(QObject):
    """Goes on to the next step when what the last one waits for is there."""

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__()
        self._folder = folder
        self._steps: Iterator[Callable[[], object]] = getattr(self, f"_{what.replace(' ', '_')}")()
        self._ready: Callable[[], object] = self._window_is_there
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    @Slot()
    def _go_on(self) -> None:
        if self._ready():
            try:
                self._ready = next(self._steps)
            except StopIteration:
                self._timer.stop()

    def _window_is_there(self) -> bool:
        found = [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)]
        jobs = [job for app in [QCoreApplication.instance()] if app for job in app.findChildren(JobRunner)]
        if not found or not jobs:
            return False
        self.window, self.jobs = found[0], jobs[0]
        return self.window.status is not None and self.jobs.engine is not None and not self.jobs.jobs

    def _begin(self) -> None:
        assert self.jobs.engine is not None
        say(self.jobs.engine.pid)
        self.window.tree.select_component(COMPONENT)

    def _look(self) -> Iterator[Callable[[], object]]:
        yield lambda: True
        self._begin()
        boxes = [each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox)]
        banner = self.window.migrations.banner.notice
        say(json.dumps({"boxes": [each.text() for each in boxes], "banner": banner.text if banner else ""}))
        for box in boxes:
            box.accept()
        self.window.close()

    def _apply(self) -> Iterator[Callable[[], object]]:
        self._begin()
        self._trigger(Do.APPLY)
        yield lambda: self._shown(ReviewDialog)
        yield from self._agree(self._shown(ReviewDialog)[0].accept_button)

    def _back_up(self) -> Iterator[Callable[[], object]]:
        self._begin()
        self.jobs.started.connect(self._listen)
        self._trigger(Do.BACK_UP)
        yield from self._finish()

    def _restore(self) -> Iterator[Callable[[], object]]:
        self._begin()
        self._trigger(Do.BACKUPS_TAB)
        self.window.backups.select_backup(oldest_manual(self._folder))
        self._trigger(Do.RESTORE)
        yield lambda: self._shown(RestoreDialog)
        yield from self._agree(self._shown(RestoreDialog)[0].accept_button)

    def _agree(self, button: QPushButton) -> Iterator[Callable[[], object]]:
        self.jobs.started.connect(self._listen)
        button.click()
        yield from self._finish()

    def _finish(self) -> Iterator[Callable[[], object]]:
        yield lambda: self.window.desk.flow is None and not self.jobs.jobs
        self._trigger(Do.AGENTS_TAB)
        yield lambda: len(threading.enumerate()) > 1
        self.window.close()

    def _trigger(self, do: Do) -> None:
        action = self.window.actions_by_id[do]
        assert action.isEnabled(), action.statusTip()
        action.trigger()

    def _shown(self, kind: type[D]) -> list[D]:
        return [each for each in self.window.findChildren(kind) if each.isVisible()]

    @Slot(object)
    def _listen(self, job: Job[Any]) -> None:
        if job.lane == COMPONENT:
            job.progressed.connect(self._report)

    @Slot(object)
    def _report(self, progress: Progress) -> None:
        say(f"{progress.step} {progress.note}")


def say(what: object) -> None:
    print(what, flush=True)  # noqa: T201 - this is what the test reads


def left(code: int) -> str:
    """What there still is when the program has taken itself apart."""
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join()  # as Python itself does
    for _ in range(2):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    timers = [each for each in gc.get_objects() if isinstance(each, QTimer) and isValid(each)]
    return json.dumps(
        {
            "code": code,
            "windows": [type(each).__name__ for each in QApplication.topLevelWidgets()],
            "timers": [str(each.parent()) for each in timers if each.isActive()],
            "threads": [thread.name for thread in threading.enumerate()],
            "children": Path("/proc/thread-self/children").read_text().split() if sys.platform == "linux" else [],
        }
    )


if __name__ == "__main__":
    guard_live_files()
    app = QApplication([])
    person = Person(Path(sys.argv[1]), sys.argv[2])
    say(left(run(Path(sys.argv[1]))))
