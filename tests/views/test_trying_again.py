"""What failed is asked for again from where its failure is told."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QTest

from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.models.activity_rows import CANCELLED
from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from tests.helpers.peers import attempt
from tests.helpers.workspaces import ADD_AUTHOR, add_component, notes_database, trust
from tests.views.session import LONG, Session
from tests.views.test_migrating import ENDLESS, REFUSED
from tests.views.test_review import UNIQUE_TITLES


def test_a_failed_change_is_reviewed_again_from_its_message(session: Session, fresh: Path) -> None:
    folder = add_component(fresh, files={"001_copy.sql": REFUSED})
    notes_database(fresh)
    session.open(fresh, "notes")
    assert session.do(Do.APPLY).kind is Kind.ERROR
    button = session.window.migrations.banner.again_button
    assert button.isVisible()
    (folder / "001_copy.sql").write_text(ADD_AUTHOR)
    trust(folder)
    session.press(button)
    review = session.dialog(ReviewDialog)
    assert review.windowTitle() == "Apply 1 migration to notes"
    session.press(review.accept_button)
    session.finish()
    session.qtbot.waitUntil(lambda: session.component("notes").version == 1, timeout=LONG)
    assert not button.isVisible()


def test_of_all_only_what_is_left_is_tried_again(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_unique.sql": UNIQUE_TITLES})
    database = notes_database(fresh)
    session.open(fresh)
    review = session.review(Do.APPLY_ALL)
    QTest.keyClicks(review.consent, "all")
    assert attempt(database, "insert into notes(title) values ('note 1')") == "ok"
    session.press(review.accept_button)
    session.finish()
    assert session.notice().again == (Request("notes"),)
    assert session.notice().undo is not None


def test_what_somebody_cancelled_offers_nothing_by_itself(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_endless.sql": ENDLESS})
    notes_database(fresh)
    session.open(fresh, "notes")
    session.start(Do.APPLY)
    session.dialog(ProgressDialog).reject()
    session.finish()
    assert session.notice().again == ()
    assert not session.window.migrations.banner.again_button.isVisible()


def test_the_activity_leads_back_to_what_did_not_end_well(session: Session, fresh: Path) -> None:
    folder = add_component(fresh, files={"001_endless.sql": ENDLESS})
    notes_database(fresh)
    session.open(fresh, "notes")
    session.start(Do.DRY_RUN)
    session.dialog(ProgressDialog).reject()
    session.finish()
    panel = session.window.activity
    assert panel.row is not None
    assert panel.row.state == CANCELLED
    (folder / "001_endless.sql").write_text(ADD_AUTHOR)
    trust(folder)
    session.window.tree.select_component("tasks")
    session.press(panel.again_button)
    session.finish()
    assert session.notice().summary.startswith("Apply 1 migration to notes: the dry run went well, ")
    session.qtbot.waitUntil(lambda: not panel.again_button.isEnabled(), timeout=LONG)
