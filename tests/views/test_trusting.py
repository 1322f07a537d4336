"""Code that came with a workspace: the window shows it, and runs nothing of it before somebody accepted it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from felix_dbadmin.core.activity import activities
from felix_dbadmin.core.migrate.status import WorkspaceStatus
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.trust import accept, accepted_file, unaccepted_in
from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.dialogs.trust import TrustDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from tests.helpers.peers import holding
from tests.helpers.workspaces import ADD_AUTHOR, ADD_TAGS, NOTES_BASE, add_component, notes_database, query
from tests.views.session import LONG, Session

HIDDEN = "-- harmless \u202e;seton MORF ETELED\n"


def counting(told: Path) -> str:
    return f"""description = "Count the notes"
open({str(told)!r}, "a").close()


def up(db):
    db.execute("CREATE TABLE counted (n)")


def down(db):
    db.execute("DROP TABLE counted")
"""


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workspace of somebody else, with SQL and Python; `told` beside it is made when that runs."""
    folder = tmp_path / "w"
    folder.mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "user"))
    files = {"001_add_author.sql": HIDDEN + ADD_AUTHOR, "002_count.py": counting(tmp_path / "told")}
    add_component(folder, files=files)
    notes_database(folder)
    accepted_file().unlink()
    return folder


@pytest.fixture
def stranger_session(stranger: Path, session: Session) -> Session:
    """At a window whose engine, as the window, knows nothing to be accepted."""
    session.open(stranger, "notes")
    return session


def knows_marks(status: WorkspaceStatus) -> bool:
    return status.component("marks") is not None


def read_all(session: Session, dialog: TrustDialog) -> None:
    """With the mouse alone."""
    for _ in range(100):
        if dialog.accept_button.isEnabled():
            return
        session.press(dialog.read_on)
    raise AssertionError(dialog.progress.text())


def test_what_nobody_accepted_is_told_and_offered(stranger: Path, stranger_session: Session) -> None:
    session = stranger_session
    assert session.row("notes")[-1] == "Not accepted"
    page = session.window.migrations
    assert "base.sql, 001_add_author.sql and 002_count.py come with the workspace" in page.empty.text
    assert not (stranger.parent / "told").exists()
    (offered,) = (each for each in page.empty.findChildren(QPushButton) if each.isVisible())
    assert offered.text() == session.window.actions_by_id[Do.TRUST].text()
    session.press(offered)
    dialog = session.dialog(TrustDialog)
    assert [row.code.file for row in dialog.model.rows] == ["base.sql", "001_add_author.sql", "002_count.py"]
    session.press(dialog.cancel_button)
    session.finish()
    assert not accepted_file().exists()
    assert session.row("notes")[-1] == "Not accepted"


def test_read_and_accepted_it_runs(stranger: Path, stranger_session: Session) -> None:
    session = stranger_session
    session.start(Do.TRUST)
    dialog = session.dialog(TrustDialog)
    assert not dialog.accept_button.isEnabled()
    read_all(session, dialog)
    session.press(dialog.accept_button)
    session.finish()
    notice = session.notice()
    assert (notice.kind, notice.summary) == (
        Kind.SUCCESS,
        "3 texts of notes accepted: base.sql, 001_add_author.sql and 002_count.py.",
    )
    assert session.row("notes")[-1] == "2 pending"
    told = activities(stranger, task=Task())[0]
    assert (told.what, told.outcome, told.detail) == ("Accept code of notes", "done", notice.summary)
    assert session.window.actions_by_id[Do.TRUST].statusTip() == "notes has no code that waits."
    session.press(session.review(Do.APPLY).accept_button)
    session.finish()
    assert session.component("notes").version == 2
    assert query(stranger / "notes.db", "select count(*) from counted") == [(0,)]


def test_the_keyboard_alone_does_it(stranger_session: Session) -> None:
    session = stranger_session
    session.start(Do.TRUST)
    dialog = session.dialog(TrustDialog)
    for _ in range(20):
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.progress.text() == "3 of 3 read"
    for _ in range(10):
        if dialog.focusWidget() is dialog.accept_button:
            break
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(dialog.accept_button, Qt.Key.Key_Space)
    session.finish()
    assert session.notice().kind is Kind.SUCCESS


def test_exactly_what_was_shown_is_accepted(stranger: Path, stranger_session: Session) -> None:
    session = stranger_session
    session.start(Do.TRUST)
    dialog = session.dialog(TrustDialog)
    read_all(session, dialog)
    changed = ADD_AUTHOR.replace("author TEXT", "author TEXT DEFAULT 'me'")
    (stranger / "migrations/notes/001_add_author.sql").write_text(changed)
    session.press(dialog.accept_button)
    session.finish()
    assert session.notice().kind is Kind.SUCCESS, session.notice()
    assert session.row("notes")[-1] == "Not accepted"
    assert [each.text for each in unaccepted_in(stranger, ["notes"], task=Task())] == [changed]


def test_apply_all_asks_first_once_for_all_components_and_goes_on(stranger: Path, stranger_session: Session) -> None:
    session = stranger_session
    known = accepted_file()
    add_component(stranger, "marks", base=NOTES_BASE, files={"001_add_tags.sql": ADD_TAGS})
    known.unlink()
    status = session.window.watcher.status_read
    with session.qtbot.waitSignal(
        status, timeout=LONG, check_params_cb=lambda read: read.component("marks") is not None
    ):
        session.window.watcher.refresh()
    session.start(Do.APPLY_ALL)
    dialog = session.dialog(TrustDialog)
    assert {row.code.component for row in dialog.model.rows} == {"notes", "marks"}
    read_all(session, dialog)
    session.press(dialog.accept_button)
    review = session.dialog(ReviewDialog)
    assert review.windowTitle() == "Apply 13 migrations to 7 components"
    session.press(review.cancel_button)
    session.finish()
    assert unaccepted_in(stranger, ["notes", "marks"], task=Task()) == ()


def test_what_changes_after_its_review_is_read_again(stranger: Path, stranger_session: Session) -> None:
    session = stranger_session
    accept(unaccepted_in(stranger, ["notes"], task=Task()))
    session.do(Do.BACK_UP)
    session.qtbot.waitUntil(lambda: session.row("notes")[-1] == "2 pending", timeout=LONG)
    review = session.review(Do.APPLY)
    other = ADD_AUTHOR.replace("author TEXT", "author TEXT DEFAULT 'me'")
    (stranger / "migrations/notes/001_add_author.sql").write_text(other)
    session.press(review.accept_button)
    dialog = session.dialog(TrustDialog)
    (row,) = dialog.model.rows
    assert row.code.text == other
    session.press(dialog.accept_button)
    again = session.dialog(ReviewDialog)
    assert again.changed.text().startswith("notes changed since it was reviewed")
    session.press(again.accept_button)
    session.finish()
    assert session.component("notes").version == 2


def test_in_the_background_it_waits_until_somebody_comes_forward(stranger: Path, stranger_session: Session) -> None:
    session, bar = stranger_session, stranger_session.window.job_bar
    with holding(stranger / "notes.db", "begin exclusive"):
        session.start(Do.DRY_RUN)
        session.press(session.dialog(ProgressDialog).background_button)
        session.start(Do.BACKUPS_TAB)
    session.qtbot.waitUntil(lambda: "its code waits to be read and accepted" in bar.text, timeout=LONG)
    assert not session.window.findChildren(TrustDialog)
    bar.show_button.click()
    dialog = session.dialog(TrustDialog)
    read_all(session, dialog)
    session.press(dialog.accept_button)
    session.finish()
    notice = session.window.migrations.banner.notice
    assert notice is not None
    assert "the dry run went well" in notice.summary
