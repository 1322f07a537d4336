"""No action of the window, and no file dialog, drops a lock on a database; the window's process never opens one."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QListView

from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.do import Do
from tests.faults.figures import Figure, record
from tests.faults.operations import COMPONENT, DATABASE, Ready
from tests.faults.sampling import PATIENCE, SOAK_SECONDS, trials
from tests.faults.window.held import Held
from tests.helpers.peers import attempt, holding
from tests.helpers.workspaces import query
from tests.views.session import LONG, FakeAsker, Session

LOCKS = Path("/proc/locks")

pytestmark = pytest.mark.skipif(not LOCKS.exists(), reason="this system does not tell its locks")

LEFT_OUT = {Do.QUIT, Do.STOP}
"""They end what the others are tried under."""

ALWAYS = {Do.OPEN, Do.EXPORT, Do.RESTORE_COPY, Do.DELETE_BACKUP, Do.RESTORE, Do.BACK_UP, Do.ABOUT}
"""Those with dialogs of files, and those that go to the file; of the others a normal run tries some."""

_watched: list[Path] = []
_opened: list[str] = []


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if _watched and event in ("open", "os.rename", "os.remove", "os.truncate", "shutil.copyfile", "sqlite3.connect"):
        for given in arguments[:2]:
            if isinstance(given, str | bytes | os.PathLike):
                path = Path(os.fsdecode(given))
                if path.parent == _watched[0] and ".db" in path.name:
                    _opened.append(f"{event} {path.name}")


sys.addaudithook(_listen)


class Closer(QTimer):
    """Closes every dialog that comes up, a file dialog when it has listed its folder."""

    def __init__(self) -> None:
        super().__init__(interval=5)
        self.closed: set[str] = set()
        self.timeout.connect(self._close)
        self.start()

    @Slot()
    def _close(self) -> None:
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.isVisible() and not isinstance(dialog, ProgressDialog):
                if isinstance(dialog, QFileDialog) and not _lists(dialog):
                    continue
                self.closed.add(type(dialog).__name__)
                dialog.reject()


def _lists(dialog: QFileDialog) -> bool:
    view = dialog.findChild(QListView, "listView")
    return isinstance(view, QListView) and view.model().rowCount(view.rootIndex()) > 0


@pytest.fixture
def asker(monkeypatch: pytest.MonkeyPatch) -> FakeAsker:
    """The real one, with Qt's own dialogs: the window has no other way to ask for a file."""
    real = FakeAsker()
    for name in ("folder", "save_file", "agrees"):
        monkeypatch.setattr(real, name, getattr(Asker(), name))
    return real


@pytest.fixture
def closer(session: Session) -> Iterator[Closer]:
    found = Closer()
    yield found
    found.stop()
    found.deleteLater()
    _watched.clear()
    for thread in threading.enumerate():
        if thread.name.startswith("import "):
            thread.join()


def watch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on what this process does to databases there is written down; file dialogs begin there too."""
    monkeypatch.setattr(Path, "home", lambda: folder)
    _opened.clear()
    _watched.append(folder)


def locks_of(pid: int, database: Path) -> set[tuple[str, ...]]:
    """Kind, inode and range of what a process holds on the database and the files beside it."""
    inodes = {str(path.stat().st_ino) for path in database.parent.glob(f"{database.name}*")}
    lines = [line.split() for line in LOCKS.read_text(encoding="ascii").splitlines()]
    return {tuple(each[3:]) for each in lines if each[4:5] == [str(pid)] and each[5].rpartition(":")[2] in inodes}


def has_open(folder: Path) -> list[str]:
    """The databases of the folder that this process has open, by whatever way."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            path = entry.readlink()
        except OSError:
            continue  # that of the listing itself
        if path.parent == folder and ".db" in path.name:
            found.append(path.name)
    return found


def drag(session: Session, path: Path) -> None:
    """A file is dragged over the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDragEnterEvent(
        QPoint(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(session.window, event)


def actions(session: Session) -> list[Do]:
    """All that can be used as things stand."""
    return [do for do in Do if do not in LEFT_OUT and session.window.actions_by_id[do].isEnabled()]


def test_a_migration_that_the_engine_holds_open_keeps_its_locks_whatever_the_window_does(
    session: Session, held: Held, closer: Closer, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = session.jobs.engine
    assert engine is not None
    watch(held.workspace, monkeypatch)
    before = locks_of(engine.pid, held.database)
    assert before
    tried = actions(session)
    assert {Do.PALETTE, Do.SEARCH, Do.ABOUT, Do.REFRESH, Do.AGENTS_TAB} <= set(tried)
    for do in tried:
        session.window.actions_by_id[do].trigger()
        settle(session)
        assert locks_of(engine.pid, held.database) == before, do
    # Not offered while something runs: a file dialog that lists the very folder is what loses locks elsewhere.
    session.asker.folder(session.window, "Open", held.workspace)
    session.asker.save_file(session.window, "Save", "copy.db")
    drag(session, held.database)
    settle(session)
    assert locks_of(engine.pid, held.database) == before
    assert attempt(held.database, "insert into notes(title) values ('lost')") == "database is locked"
    assert "QFileDialog" in closer.closed
    assert (_opened, has_open(held.workspace)) == ([], [])
    held.let_go()
    session.finish()
    assert query(held.database, "select count(*) from notes where title = upper(title)") == [(3,)]
    record(Figure("Window actions while a migration is held open", len(tried) + 3, "actions", remark="no lock lost"))


@pytest.mark.timeout(PATIENCE)
def test_a_lock_of_another_program_outlives_everything_that_the_window_does(
    session: Session, closer: Closer, ready: dict[str, Ready], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    for number, chance in enumerate(trials("locks of others", 1, 0.02)):
        folder = ready["restore"].copy(tmp_path / f"theirs {number}", chance.choice(("delete", "wal")))
        session.open(folder, COMPONENT)
        with holding(folder / DATABASE, "begin immediate", "update knowledge_entries set access_count = 79") as other:
            watch(folder, monkeypatch)
            before = locks_of(other.pid, folder / DATABASE)
            assert before
            usual = set(Do) - ALWAYS
            some = usual if SOAK_SECONDS else chance.sample(sorted(usual), 8)
            for do in (*ALWAYS, *some):
                session.start(Do.BACKUPS_TAB)
                session.window.backups.select_backup(session.component(COMPONENT).backups[-1].name)
                if do in actions(session):
                    session.window.actions_by_id[do].trigger()
                    settle(session)
                    session.finish()
                    tried += 1
                    assert locks_of(other.pid, folder / DATABASE) == before, do
            session.open(folder, COMPONENT)
            assert locks_of(other.pid, folder / DATABASE) == before
            assert attempt(folder / DATABASE, "insert into knowledge_tags values ('a', 'b')") == "database is locked"
        assert (_opened, has_open(folder)) == ([], [])
        _watched.clear()
    assert tried >= len(ALWAYS)
    assert {"QFileDialog", "QMessageBox", "RestoreDialog", "AboutDialog"} <= closer.closed
    record(Figure("Window actions while another program holds a lock", tried, "actions", remark="no lock lost"))


def settle(session: Session) -> None:
    """Until what came up is closed, and nothing but the migration that stands still runs."""

    def quiet() -> bool:
        dialogs = [
            each
            for each in QApplication.topLevelWidgets()
            if isinstance(each, QDialog) and each.isVisible() and not isinstance(each, ProgressDialog)
        ]
        flow = session.window.desk.flow
        return not dialogs and (flow is None or flow.writing)

    session.qtbot.waitUntil(quiet, timeout=LONG)
