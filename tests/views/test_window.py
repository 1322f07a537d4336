"""The window as a whole: what it shows when, what it remembers, and what it never does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from felix_dbadmin.views.actions import ACTIONS
from felix_dbadmin.views.dialogs.report import ReportDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.failures import CrashReporter
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.settings import WindowSettings
from felix_dbadmin.views.theme import Scheme
from tests.helpers.peers import attempt
from tests.views.session import LONG, Session


def test_without_a_folder_it_says_what_to_do(session: Session) -> None:
    assert session.window.empty.isVisible()
    assert session.window.empty.text.startswith("Open a Felix folder")
    assert session.window.actions_by_id[Do.APPLY].statusTip() == "No folder is open."


def test_a_folder_is_chosen_and_its_components_are_listed(session: Session, fresh: Path) -> None:
    session.asker.chosen = fresh
    session.start(Do.OPEN)
    session.qtbot.waitUntil(lambda: session.window.status is not None, timeout=LONG)
    assert session.window.windowTitle() == f"felix-dbadmin: {fresh}"
    row = session.row("knowledge")
    assert row[:4] == ["knowledge", "0 of 2", "2", "none"]
    assert row[5] == "2 pending"
    assert session.row("agent_performance")[5] == "Not created yet"
    assert "2 migrations pending" in session.window.migrations.headline


def test_a_folder_that_is_gone_is_trouble_in_words(session: Session, tmp_path: Path) -> None:
    session.window.open_folder(tmp_path / "nowhere")
    session.qtbot.waitUntil(lambda: "does not exist" in session.window.empty.text, timeout=LONG)
    assert session.window.empty.isVisible()


def test_a_file_that_is_no_database_is_trouble_in_its_row(session: Session, fresh: Path) -> None:
    (fresh / "felix_knowledge.db").write_bytes(b"this is no database" * 100)
    session.open(fresh)
    assert session.row("knowledge")[5] == "Cannot be read"
    assert "felix_knowledge.db" in session.window.migrations.headline
    assert session.row("tasks")[5] == "4 pending"


def test_another_programs_change_is_seen(session: Session, fresh: Path) -> None:
    session.open(fresh)
    session.window.tree.expandAll()
    assert attempt(fresh / "felix_knowledge.db", "drop table knowledge_tags") == "ok"
    session.qtbot.waitUntil(lambda: session.row("knowledge")[5] == "Not initialised", timeout=LONG)
    assert session.window.tree.view.isExpanded(session.window.tree.view.model().index(0, 0))


def test_refresh_keeps_the_selection(session: Session, migrated: Path) -> None:
    session.open(migrated, "workflows")
    with session.qtbot.waitSignal(session.window.watcher.status_read, timeout=LONG):
        session.start(Do.REFRESH)
    assert "Workflow" in session.window.migrations.headline


def test_sample_data_is_made_and_opened(session: Session, tmp_path: Path) -> None:
    session.asker.chosen = tmp_path / "sample"
    session.start(Do.SAMPLE)
    session.qtbot.waitUntil(lambda: session.window.status is not None, timeout=LONG)
    session.finish()
    assert session.row("system_actions")[1] == "1 of 1"


def test_the_command_of_an_action_is_copied(session: Session, fresh: Path) -> None:
    session.open(fresh)
    entry = next(each for each in session.window.actions_by_id.actions() if each.data() == Do.DRY_RUN)
    entry.trigger()
    assert QApplication.clipboard().text() == f"felix-dbadmin dry-run --workspace {fresh} --component knowledge"


def test_every_action_has_its_place_in_a_menu(session: Session) -> None:
    placed = {
        action.objectName()
        for menu in session.window.menuBar().findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
        for action in menu.actions()
    }
    assert {spec.do for spec in ACTIONS} <= placed


def test_themes_change_the_colours_and_are_remembered(session: Session, look: Look, tmp_path: Path) -> None:
    light = session.window.palette().window().color()
    session.start(Do.DARK)
    session.qtbot.waitUntil(lambda: session.window.palette().window().color().lightness() < light.lightness())
    assert WindowSettings(tmp_path / "window.ini").scheme is Scheme.DARK
    session.start(Do.SYSTEM)
    assert look.theme.scheme is Scheme.SYSTEM


@pytest.mark.parametrize("content", [b"\x00\xff garbage", b"[General]\nscheme=pink\nfolder=/gone\n", b""])
def test_settings_that_cannot_be_read_count_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "window.ini").write_bytes(content)
    settings = WindowSettings(tmp_path / "window.ini")
    assert settings.scheme is Scheme.SYSTEM
    assert settings.folder is None
    assert settings.layout("window") is None


def test_every_control_has_an_accessible_name(session: Session, migrated: Path) -> None:
    session.open(migrated)
    session.do(Do.VERIFY)
    for tab in range(session.window.tabs.count()):
        session.window.tabs.setCurrentIndex(tab)
        nameless = [_describe(widget) for widget in session.window.findChildren(QWidget) if _is_nameless(widget)]
        assert nameless == []


def _is_nameless(widget: QWidget) -> bool:
    if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.focusProxy():
        return False
    found = QAccessible.queryAccessibleInterface(widget)
    return not found.text(QAccessible.Text.Name)


def _describe(widget: QWidget) -> str:
    parent = widget.parentWidget()
    return f"{type(widget).__name__} {widget.objectName()} in {type(parent).__name__}"


def test_an_engine_that_dies_is_told_and_started_again(session: Session, fresh: Path) -> None:
    session.open(fresh)
    assert session.jobs.engine is not None
    os.kill(session.jobs.engine.pid, signal.SIGKILL)
    session.qtbot.waitUntil(lambda: session.window.migrations.banner.notice is not None, timeout=LONG)
    assert session.notice().hint == "It was started again."
    session.do(Do.DRY_RUN)
    assert session.window.migrations.rehearsal.proof.startswith("Live file unchanged")


def test_closing_while_a_change_runs_asks_first(session: Session, fresh: Path) -> None:
    session.open(fresh)
    session.press(session.review(Do.APPLY).accept_button)
    session.qtbot.waitUntil(lambda: session.window.desk.writing, timeout=LONG)
    assert not session.window.close()
    assert session.asker.asked == ["“Apply to knowledge” is running. Stop it and quit?"]
    session.finish()
    assert session.component("knowledge").version == 2


def test_a_fault_of_our_own_is_reported_and_the_window_goes_on(
    session: Session, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    reporter = CrashReporter(session.window)
    reporter.install()
    try:
        raise ZeroDivisionError("an egg in the works")
    except ZeroDivisionError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    reporter.uninstall()
    dialog = session.dialog(ReportDialog)
    assert "ZeroDivisionError: an egg in the works" in dialog.text
    assert "an egg in the works" in capsys.readouterr().err
    dialog.accept()
    assert session.window.isVisible()


def test_a_fault_that_ends_a_thread_is_reported_too(
    session: Session, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    usual = threading.excepthook
    reporter = CrashReporter(session.window)
    reporter.install()

    def fail() -> None:
        raise ZeroDivisionError("an egg in a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    dialog = session.dialog(ReportDialog)
    reporter.uninstall()
    assert threading.excepthook is usual
    assert "ZeroDivisionError: an egg in a thread" in dialog.text
    assert "an egg in a thread" in capsys.readouterr().err
    dialog.accept()


_SESSION = """
import sys
from pathlib import Path
folder, picture = Path(sys.argv[1]), Path(sys.argv[2])
touched = []
def listen(event, arguments):
    if event in ("open", "os.rename", "os.remove", "shutil.copyfile", "sqlite3.connect") and arguments:
        path = str(arguments[0])
        if path.startswith(str(folder)) and path.endswith((".db", "-wal", "-shm", "-journal")):
            touched.append((event, path))
sys.addaudithook(listen)
from PySide6.QtCore import QStandardPaths
QStandardPaths.setTestModeEnabled(True)
from felix_dbadmin.app import run
code = run(folder, picture=picture)
print(code, touched, "sqlite3" in sys.modules)
"""


def test_the_windows_process_opens_no_database_and_can_draw_itself(migrated: Path, tmp_path: Path) -> None:
    picture = tmp_path / "out" / "window.png"
    done = subprocess.run(
        [sys.executable, "-c", _SESSION, str(migrated), str(picture)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).resolve().parent.parent.parent,
    )
    assert done.stdout.strip() == "0 [] False", done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
