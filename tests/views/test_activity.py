"""Everything that runs or ran: listed live, kept over a restart, and named where it was cut off."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from felix_dbadmin.core.activity import Activity
from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.migrate.verify import verify_component
from felix_dbadmin.core.task import Task
from felix_dbadmin.models.activity_rows import FAULTS, ActivityRow, merged
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.main_window import MainWindow
from felix_dbadmin.views.notice import Kind
from felix_dbadmin.views.settings import WindowSettings
from tests.helpers.peers import process
from tests.helpers.workspaces import add_component, notes_database
from tests.views.session import LONG, Session
from tests.views.test_migrating import ENDLESS, REFUSED

CUT_OFF = """
import sys
from pathlib import Path
from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.workspace import open_workspace
with recorded(open_workspace(Path(sys.argv[1])), "knowledge", "Apply 2 migrations to knowledge"):
    print("ready", flush=True)
    sys.stdin.read()
"""


def rows(session: Session) -> list[tuple[str, str, str]]:
    return [(row.what, row.component, row.state) for row in session.window.activity.rows]


def test_what_was_done_is_listed_once_with_its_log_and_command(session: Session, fresh: Path) -> None:
    session.open(fresh)
    assert rows(session) == []
    session.press(session.review(Do.APPLY).accept_button)
    session.finish()
    session.qtbot.waitUntil(lambda: not session.jobs.jobs, timeout=LONG)
    assert rows(session) == [
        ("Apply 2 migrations to knowledge", "knowledge", "Done"),
        ("Dry run of knowledge", "knowledge", "Done"),
    ]
    panel = session.window.activity
    assert "Step 2 of 4: Apply 1: " in panel.log.toPlainText()
    session.press(panel.copy_button)
    command = QApplication.clipboard().text()
    assert command == f"felix-dbadmin migrate --component knowledge --workspace {fresh}"
    assert not panel.stop_button.isEnabled()


def test_what_was_done_before_this_start_is_listed_too(session: Session, fresh: Path) -> None:
    back_up(fresh, "tasks", task=Task())
    session.open(fresh)
    session.qtbot.waitUntil(lambda: len(session.window.activity.rows) == 1, timeout=LONG)
    assert rows(session) == [("Back up tasks", "tasks", "Done")]
    assert "manual_felix_task_memory" in session.window.activity.log.toPlainText()


def test_work_that_was_cut_off_is_named_with_what_was_found(session: Session, fresh: Path) -> None:
    with process(CUT_OFF, str(fresh)) as child:
        child.kill()
        child.wait()
    session.open(fresh)
    session.qtbot.waitUntil(lambda: "Interrupted" in {state for _, _, state in rows(session)}, timeout=LONG)
    notice = session.notice()
    assert notice.kind is Kind.WARNING
    assert notice.summary.startswith("“Apply 2 migrations to knowledge” of knowledge was interrupted: ")
    assert "was read again: version 0, whole (quick_check)." in notice.summary
    assert notice.hint == "Verify what it changed before you go on; Activity lists it."


def test_work_in_the_background_is_stopped_from_the_panel(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_endless.sql": ENDLESS})
    notes_database(fresh)
    session.open(fresh, "notes")
    session.start(Do.APPLY)
    dialog = session.dialog(ProgressDialog)
    session.press(dialog.background_button)
    panel = session.window.activity
    session.qtbot.waitUntil(lambda: panel.rows[0].state == "Running", timeout=LONG)
    panel.table.selectRow(0)
    session.press(panel.stop_button)
    session.finish()
    assert panel.rows[0].state == "Cancelled"
    room = panel.table.columnWidth(0) - panel.table.fontMetrics().height()
    assert room > panel.table.fontMetrics().horizontalAdvance("Cancelled")
    assert session.notice().summary.startswith("Cancelled")


def test_nobody_is_told_of_jobs_that_only_look(session: Session, fresh: Path) -> None:
    session.open(fresh)
    session.start(Do.REFRESH)
    session.finish()
    assert rows(session) == []
    assert session.window.activity.empty.isVisible()


def test_ctrl_j_hides_and_shows_it(session: Session) -> None:
    panel, action = session.window.activity, session.window.actions_by_id[Do.ACTIVITY]
    assert (panel.isVisible(), action.isChecked()) == (True, True)
    QTest.keyClick(session.window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert (panel.isVisible(), action.isChecked()) == (False, False)
    QTest.keyClick(session.window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert (panel.isVisible(), action.isChecked()) == (True, True)


def test_whether_it_is_shown_is_remembered(session: Session, look: Look, tmp_path: Path) -> None:
    session.window.actions_by_id[Do.ACTIVITY].trigger()
    session.window.close()
    again = MainWindow(session.jobs, look, WindowSettings(tmp_path / "window.ini"), session.asker)
    again.show()
    assert not again.activity.isVisible()
    assert not again.actions_by_id[Do.ACTIVITY].isChecked()
    again.close()
    again.deleteLater()


def _row(component: str, started: float, elapsed: float) -> ActivityRow:
    return ActivityRow("job 1", "Back up", component, started, elapsed, "Done")


def _entry(ident: str, component: str, started: float) -> Activity:
    return Activity(ident, "Back up", component, started, started + 1, "done", "")


def test_a_job_of_this_window_stands_for_its_own_entry_in_the_journal() -> None:
    jobs = (_row("tasks", 100.0, 5.0),)
    journal = (_entry("later", "tasks", 110.0), _entry("other", "knowledge", 102.0), _entry("same", "tasks", 101.0))
    assert [row.key for row in merged(jobs, journal)] == ["later", "other", "job 1"]


def test_a_dry_run_that_would_fail_and_a_verify_that_found_drift_are_not_simply_done(
    session: Session, migrated: Path
) -> None:
    add_component(migrated, files={"001_copy.sql": REFUSED})
    notes_database(migrated)
    session.open(migrated, "workflows")
    session.do(Do.VERIFY)
    session.window.tree.select_component("notes")
    session.do(Do.DRY_RUN)
    panel = session.window.activity
    session.qtbot.waitUntil(lambda: {row.state for row in panel.rows} == {FAULTS}, timeout=LONG)
    assert [row.tone for row in panel.rows] == [Tone.WARNING, Tone.WARNING]
    assert "would fail: " in panel.rows[0].detail
    assert panel.again_button.isVisible()


def test_faults_that_were_found_before_this_start_are_told_too(session: Session, migrated: Path) -> None:
    verify_component(migrated, "workflows", task=Task())
    session.open(migrated)
    session.qtbot.waitUntil(lambda: rows(session) == [("Verify workflows", "workflows", FAULTS)], timeout=LONG)


def test_what_was_cancelled_is_named_and_not_said_twice(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_endless.sql": ENDLESS})
    notes_database(fresh)
    session.open(fresh, "notes")
    session.start(Do.DRY_RUN)
    session.dialog(ProgressDialog).reject()
    session.finish()
    assert session.notice().summary == "Cancelled “Dry run of notes”."
    assert [(row.state, row.detail) for row in session.window.activity.rows] == [("Cancelled", "")]
