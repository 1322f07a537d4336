"""The approval queue at the window: who waits, yes and no, meanwhile, too late, and taken back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from felix_dbadmin.core.sample.demo import make_demo
from felix_dbadmin.core.task import Task
from felix_dbadmin.models.approval_rows import Part
from felix_dbadmin.views.dialogs.answer import AnswerDialog
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.notice import Kind, TakeBack
from felix_dbadmin.views.pages.approvals import ApprovalsPage
from tests.helpers.workspaces import query, run_sql
from tests.views.on_analytics import analytics, approvals, click
from tests.views.session import LONG, Session

ACTIONS = "felix_system_actions.db"


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    folder = tmp_path / "demo"
    make_demo(folder, time.time(), task=Task())
    return folder


def settle(session: Session) -> ApprovalsPage:
    session.qtbot.waitUntil(lambda: not session.jobs.jobs, timeout=LONG)
    return session.window.analytics.approvals


def answer(session: Session, page: ApprovalsPage, *, approve: bool, reason: str = "", name: str = "maria") -> None:
    click(page.approve_button if approve else page.deny_button)
    dialog = session.dialog(AnswerDialog)
    dialog.name.setText(name)
    dialog.reason.setText(reason)
    session.press(dialog.accept_button)
    session.qtbot.waitUntil(lambda: page.banner.notice is not None, timeout=LONG)
    settle(session)


def stored(demo: Path, ident: int) -> tuple[object, ...]:
    sql = f"select approved, approved_by, denial_reason from pending_approvals where approval_id = {ident}"
    return query(demo / ACTIONS, sql)[0]


def test_who_waits_is_listed_with_age_time_left_and_risk(session: Session, demo: Path) -> None:
    session.open(demo)
    page = approvals(session)
    assert page.status == "7 commands wait for an answer."
    assert session.window.analytics.commands.tabText(1) == "Approvals (7 waiting)"
    row = page.current
    assert row is not None
    assert row.age.endswith("min ago")
    assert row.left.startswith("in ")
    assert page.command.toPlainText() == row.approval.command
    assert f"Risk: {row.approval.risk}" in page.details


def test_a_yes_is_written_read_back_and_can_be_taken_back(session: Session, demo: Path) -> None:
    session.open(demo)
    page = approvals(session)
    row = page.current
    assert row is not None
    answer(session, page, approve=True, reason="looks right")
    notice = page.banner.notice
    assert notice is not None
    assert notice.kind is Kind.SUCCESS
    assert "approved by maria, read back" in notice.summary
    assert "Nothing was run here" in notice.hint
    assert stored(demo, row.approval.ident) == (1, "maria", None)
    assert page.status == "6 commands wait for an answer."
    page.banner.undo_requested.emit(notice.undo)
    assert isinstance(notice.undo, TakeBack)
    session.qtbot.waitUntil(lambda: "taken back" in (page.banner.notice or notice).summary, timeout=LONG)
    settle(session)
    assert stored(demo, row.approval.ident) == (None, None, None)
    assert page.status == "7 commands wait for an answer."


def test_a_no_needs_a_reason_which_felix_keeps(session: Session, demo: Path) -> None:
    session.open(demo)
    page = approvals(session)
    row = page.current
    assert row is not None
    click(page.deny_button)
    dialog = session.dialog(AnswerDialog)
    assert not dialog.accept_button.isEnabled()
    dialog.reason.setText("not on this machine")
    dialog.name.setText("maria")
    session.press(dialog.accept_button)
    session.qtbot.waitUntil(lambda: page.banner.notice is not None, timeout=LONG)
    assert stored(demo, row.approval.ident) == (0, "maria", "not on this machine")


def test_what_was_answered_meanwhile_is_refused_in_words(session: Session, demo: Path) -> None:
    session.open(demo)
    page = approvals(session)
    row = page.current
    assert row is not None
    ident = row.approval.ident
    other = f"update pending_approvals set approved = 0, approved_by = 'ben', approved_at = {time.time()}"
    run_sql(demo / ACTIONS, f"{other} where approval_id = {ident}")
    answer(session, page, approve=True)
    notice = page.banner.notice
    assert notice is not None
    assert notice.kind is Kind.ERROR
    assert "denied by ben" in notice.summary
    assert stored(demo, ident)[0] == 0


def test_what_expired_cannot_be_answered(session: Session, demo: Path) -> None:
    run_sql(demo / ACTIONS, f"update pending_approvals set expires_at = {time.time() + 2} where approved is null")
    session.open(demo)
    page = approvals(session)
    session.qtbot.waitUntil(lambda: not page.approve_button.isEnabled(), timeout=LONG)
    assert page.current is None or page.current.left == "expired"
    assert not page.deny_button.isEnabled()


def test_answers_of_before_are_listed_with_who_and_why(session: Session, demo: Path) -> None:
    session.open(demo)
    page = approvals(session)
    click(page.parts[Part.DECIDED])
    row = page.current
    assert row is not None
    assert row.approval.decided
    assert row.approval.by in row.answer
    assert not page.approve_button.isEnabled()


def test_an_answer_is_in_the_activity(session: Session, demo: Path) -> None:
    session.open(demo)
    page = approvals(session)
    row = page.current
    assert row is not None
    answer(session, page, approve=True)
    what = f"Approve request {row.approval.ident}"
    session.qtbot.waitUntil(lambda: any(what in each.what for each in session.window.activity.rows), timeout=LONG)


def test_where_there_is_no_queue_the_migration_is_offered(session: Session, fresh: Path) -> None:
    session.open(fresh, "system_actions")
    page = approvals(session)
    assert "migration makes it" in page.message.text
    click(page.message.button)
    session.press(session.dialog(ReviewDialog).accept_button)
    session.finish()


def test_the_figures_count_the_same(session: Session, demo: Path) -> None:
    session.open(demo)
    page = analytics(session, "commands")
    tiles = {name: value for name, value, _ in (each.texts for each in page.cards["headline"].tiles.tiles)}
    assert tiles["Waiting for approval"] == "7"


def test_a_command_that_cannot_be_shown_whole_can_only_be_denied(session: Session, demo: Path) -> None:
    run_sql(demo / ACTIONS, "update pending_approvals set command = printf('%300000c', 'x') where approved is null")
    session.open(demo)
    page = approvals(session)
    assert not page.approve_button.isEnabled()
    assert "cannot be shown" in page.approve_button.toolTip()
    assert "293 KB long: too long to be shown whole. It can only be denied." in page.details
    row = page.current
    assert row is not None
    answer(session, page, approve=False, reason="unreadable")
    assert stored(demo, row.approval.ident) == (0, "maria", "unreadable")
