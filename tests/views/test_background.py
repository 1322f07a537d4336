"""Work in the background: what becomes of it is told without taking somebody away from where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.do import Do
from tests.helpers.peers import holding
from tests.helpers.workspaces import ADD_AUTHOR, add_component, notes_database
from tests.views.session import LONG, Session
from tests.views.test_migrating import ENDLESS


@pytest.fixture
def waiting(session: Session, fresh: Path) -> Session:
    """A change of notes whose dry run was sent to the background, where it waits for a lock; then another page."""
    add_component(fresh, files={"001_add_author.sql": ADD_AUTHOR})
    database = notes_database(fresh)
    session.open(fresh, "notes")
    with holding(database, "begin exclusive"):
        session.start(Do.APPLY)
        session.press(session.dialog(ProgressDialog).background_button)
        session.start(Do.BACKUPS_TAB)
    session.qtbot.waitUntil(lambda: not any(job.lane == "notes" for job in session.jobs.jobs), timeout=LONG)
    session.qtbot.waitUntil(lambda: "waits for your review" in session.window.job_bar.text, timeout=LONG)
    return session


def test_a_result_waits_on_its_page_and_the_status_line_leads_there(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_endless.sql": ENDLESS})
    notes_database(fresh)
    session.open(fresh, "notes")
    session.start(Do.DRY_RUN)
    session.press(session.dialog(ProgressDialog).background_button)
    session.start(Do.BACKUPS_TAB)
    session.start(Do.STOP)
    session.finish()
    window = session.window
    assert window.tabs.currentWidget() is window.backups
    assert window.job_bar.text.startswith("Cancelled")
    session.qtbot.waitUntil(lambda: window.actions_by_id[Do.BACK_UP].isEnabled(), timeout=LONG)
    assert window.job_bar.text.startswith("Cancelled")
    window.job_bar.show_button.click()
    assert window.tabs.currentWidget() is window.migrations
    assert session.notice().summary.startswith("Cancelled")
    assert window.job_bar.text == ""


def test_who_goes_there_by_himself_needs_no_telling(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_endless.sql": ENDLESS})
    notes_database(fresh)
    session.open(fresh, "notes")
    session.start(Do.DRY_RUN)
    session.press(session.dialog(ProgressDialog).background_button)
    session.start(Do.TIMELINE_TAB)
    session.start(Do.STOP)
    session.finish()
    assert session.window.job_bar.text != ""
    session.start(Do.BACKUPS_TAB)
    assert session.window.job_bar.text != ""
    session.start(Do.MIGRATIONS_TAB)
    assert session.window.job_bar.text == ""


def test_who_went_to_another_page_meanwhile_is_not_fetched_back(session: Session, fresh: Path) -> None:
    session.open(fresh)
    session.start(Do.BACK_UP)
    session.start(Do.TIMELINE_TAB)
    session.finish()
    window = session.window
    assert window.tabs.currentWidget() is window.timeline
    assert "is taken and verified" in window.job_bar.text
    window.job_bar.show_button.click()
    assert window.tabs.currentWidget() is window.backups
    assert "is taken and verified" in session.notice().summary


def test_a_review_waits_until_somebody_comes_forward(waiting: Session) -> None:
    window = waiting.window
    assert window.tabs.currentWidget() is window.backups
    assert not waiting.window.findChildren(ReviewDialog)
    window.job_bar.show_button.click()
    review = waiting.dialog(ReviewDialog)
    assert window.job_bar.text == ""
    waiting.press(review.accept_button)
    waiting.finish()
    waiting.qtbot.waitUntil(lambda: waiting.component("notes").version == 1, timeout=LONG)


def test_a_review_that_nobody_wants_any_more_is_stopped(waiting: Session, fresh: Path) -> None:
    waiting.start(Do.STOP)
    waiting.finish()
    assert waiting.window.job_bar.text == ""
    assert not waiting.window.findChildren(ReviewDialog)
    with open_reader(fresh / "notes.db") as db:
        assert db.execute("select count(*) from pragma_table_info('notes') where name = 'author'").fetchone() == (0,)


def test_news_of_another_folder_are_none(session: Session, fresh: Path, tmp_path: Path) -> None:
    session.open(fresh)
    session.start(Do.BACK_UP)
    session.start(Do.TIMELINE_TAB)
    session.finish()
    assert session.window.job_bar.text != ""
    session.window.open_folder(tmp_path / "elsewhere")
    assert session.window.job_bar.text == ""
