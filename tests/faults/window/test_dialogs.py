"""Each dialog opened and closed many times: nothing of it stays."""

from __future__ import annotations

import gc
import importlib
import inspect
import pkgutil
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QToolBar
from shiboken6 import isValid

from felix_dbadmin.core.analytics.requests import Approval, Standing
from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.trust import Code
from felix_dbadmin.models.approval_rows import ApprovalRow
from felix_dbadmin.views import dialogs
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.dialogs.rows import PageWanted
from felix_dbadmin.views.dialogs.trust import TrustDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.failures import CrashReporter
from felix_dbadmin.views.flows.bringing_back import BringBackFlow
from felix_dbadmin.views.flows.migrating import ChangeFlow
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Returns, Undo
from felix_dbadmin.views.rows_opener import RowsOpener
from felix_dbadmin.views.widgets.comparison_view import RowsWanted
from felix_dbadmin.views.widgets.palette import PaletteDialog
from tests.faults.figures import Figure, record
from tests.faults.operations import COMPONENT, Ready, oldest_manual
from tests.faults.sampling import PATIENCE, SOAK_SECONDS
from tests.views.conftest import _delete_now
from tests.views.session import LONG, Session

WARM_UP, LONG_WARM_UP = 2, 20
NORMAL, SOAK = 12, 1000
"""How often each is opened before the first count and before the second, in a normal run and in a soak."""

SLOW, LESS = ("ReviewDialog", "QFileDialog"), 5
"""In a normal run these are opened at each fifth time only."""

SHARE = 0.1
"""Of a soak, for all of them together."""

GROWTH = 0.05
"""Of the memory, over all that."""

WAITS = (QFileDialog, QMessageBox)
"""They are closed from within, as their callers wait for them."""


class RehearsedFlow(ChangeFlow):
    """A change whose rehearsal is there already."""

    given: tuple[Rehearsal, ...] = ()

    def start(self) -> None:
        self._weigh(self.given)


class Room(QObject):
    """Opens each dialog the way the window does."""

    def __init__(self, session: Session, look: Look, folder: Path) -> None:
        super().__init__(session.window)
        self.session, self.look, self.window = session, look, session.window
        self.reporter = CrashReporter(session.window)
        self.rows = RowsOpener(session.jobs, look, "compare", session.window)
        self.rows.open_folder(folder)
        backup = oldest_manual(folder)
        changed = next(each for each in compare_with_live(folder, COMPONENT, backup, task=Task()).tables if each.key)
        self.wanted = RowsWanted(backup, changed, None)
        self.rehearsals = (rehearse(folder, Request(COMPONENT, Direction.DOWN), task=Task()),)
        asker = Asker()
        self.openers: dict[str, Callable[[], object]] = {
            "AboutDialog": self.doing(Do.ABOUT),
            "AnswerDialog": self.answer,
            "BringBackDialog": self.bring_back,
            "CompressDialog": self.doing(Do.COMPRESS),
            "PaletteDialog": self.doing(Do.PALETTE),
            "PaletteDialog of components": self.doing(Do.GO_TO),
            "ProgressDialog": self.progress,
            "QFileDialog of folders": lambda: asker.folder(self.window, "Open", folder),
            "QFileDialog of files": lambda: asker.save_file(self.window, "Save", "copy.db"),
            "QMessageBox": lambda: asker.agrees(self.window, "Really?", "It is gone then.", "Yes", "No"),
            "ReportDialog": self.report,
            "RestoreDialog": self.doing(Do.RESTORE),
            "RetentionDialog": self.doing(Do.RETENTION),
            "ReturnDialog": lambda: self.window.desk.start_undo(Returns((Undo(COMPONENT, backup),))),
            "ReviewDialog": self.review,
            "RowsDialog": lambda: self.rows.open(PageWanted(COMPONENT, "knowledge_entries")),
            "TrustDialog": self.trust,
        }
        self._closing = QTimer(self, interval=0)
        self._closing.timeout.connect(self._close_what_waits)

    def doing(self, do: Do) -> Callable[[], object]:
        return lambda: self.session.start(do)

    def visit(self, name: str) -> None:
        """Open it, see it, close it."""
        kind = name.split()[0]
        self._closing.start()
        self.openers[name]()
        self._closing.stop()
        if not kind.startswith("Q"):
            self.session.qtbot.waitUntil(lambda: bool(self._shown(kind)), timeout=LONG)
            for dialog in self._shown(kind):
                if isinstance(dialog, ProgressDialog):
                    dialog.leave()
                else:
                    dialog.reject()
        _delete_now()
        assert self.window.desk.flow is None

    def _shown(self, kind: str) -> list[QDialog]:
        found = [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]
        return [each for each in found if type(each).__name__ == kind]

    @Slot()
    def _close_what_waits(self) -> None:
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, WAITS) and dialog.isVisible():
                dialog.reject()

    def answer(self) -> None:
        asked = (1, 1, "agent", "rm x", "", "review", "", "low", 1.0, None, False)
        approval = Approval(*asked, Standing.WAITING, "", None, "", False, "rm x", True)
        self.window.analytics.approvals.answer_wanted.emit(ApprovalRow(approval, 2.0), True)

    def bring_back(self) -> None:
        component = self.session.component(COMPONENT)
        self.window.desk.run(BringBackFlow(self.window.desk.here, component, self.wanted))

    def progress(self) -> None:
        ProgressDialog(self.window, "Cancel", "Nothing is left of it then.").open()

    def report(self) -> None:
        try:
            raise ZeroDivisionError("an egg")
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)

    def review(self) -> None:
        flow = RehearsedFlow("Roll back", self.window.desk.here, (Request(COMPONENT, Direction.DOWN),))
        flow.given = self.rehearsals
        self.window.desk.run(flow)

    def trust(self) -> None:
        dialog = TrustDialog(self.look, (Code("notes", "notes.db", "001_a.sql", "select 1;"),), self.window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def counts(session: Session) -> tuple[int, int, int]:
    """Widgets of the program, objects of the window, and Qt's objects that Python holds, when all is at rest."""
    session.finish()
    _delete_now()
    gc.collect()
    widgets, objects = len(QApplication.allWidgets()), len(session.window.findChildren(QObject))
    return widgets, objects, sum(isinstance(each, QObject) and isValid(each) for each in gc.get_objects())


def memory() -> int:
    """Bytes that the process has in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.fixture
def room(
    session: Session, look: Look, ready: dict[str, Ready], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Room]:
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    folder = ready["restore"].copy(tmp_path / "room")
    monkeypatch.setattr(Path, "home", lambda: folder)
    session.open(folder, COMPONENT)
    session.start(Do.BACKUPS_TAB)
    session.window.backups.select_backup(oldest_manual(folder))
    session.finish()
    found = Room(session, look, folder)
    found.reporter.install()
    # Not of the dialogs: Qt 6.11 loses 144 bytes whenever an action on a tool bar changes, as any piece of work has
    # them do, and keeps up to 10 MB of drawn icons.
    for bar in session.window.findChildren(QToolBar):
        bar.clear()
    limit = QPixmapCache.cacheLimit()
    QPixmapCache.setCacheLimit(0)
    yield found
    QPixmapCache.setCacheLimit(limit)


def test_every_dialog_is_among_those_that_are_opened_here(room: Room) -> None:
    """Those that others are made from are opened as these."""
    found: set[type[QDialog]] = {PaletteDialog}
    for module in pkgutil.iter_modules(dialogs.__path__, f"{dialogs.__name__}."):
        members = vars(importlib.import_module(module.name)).values()
        found |= {each for each in members if inspect.isclass(each) and issubclass(each, QDialog)}
    ours = {each for each in found if each.__module__.startswith("felix_dbadmin.")}
    bases = {base for each in ours for base in each.__mro__[1:]}
    assert {each.__name__ for each in ours - bases} <= {name.split()[0] for name in room.openers}


@pytest.mark.timeout(PATIENCE)
def test_nothing_stays_of_dialogs_that_were_opened_and_closed(room: Room) -> None:
    for _ in range(LONG_WARM_UP if SOAK_SECONDS else WARM_UP):
        for name in room.openers:
            room.visit(name)
    before, began = counts(room.session), memory()
    ends = time.monotonic() + SOAK_SECONDS * SHARE
    opened = 0
    while opened < (SOAK if SOAK_SECONDS else NORMAL) and (not SOAK_SECONDS or time.monotonic() < ends):
        for name in room.openers:
            if SOAK_SECONDS or not name.startswith(SLOW) or opened % LESS == 0:
                room.visit(name)
        opened += 1
    assert counts(room.session) == before
    growth = memory() / began - 1
    if SOAK_SECONDS:
        assert growth < GROWTH
    kinds = len(room.openers)
    print(f"{opened} times each of {kinds} dialogs, memory {growth:+.1%}")  # noqa: T201
    record(Figure(f"{kinds} dialogs opened and closed", opened, "times each", remark=f"memory {growth:+.1%}"))
