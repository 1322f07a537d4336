"""The look before the leap: dangers first, the way back of each step, what it takes, and the other way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from felix_dbadmin.views.dialogs.restore import RestoreDialog
from felix_dbadmin.views.dialogs.returning import ReturnDialog
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind, Returns
from tests.helpers.peers import attempt
from tests.helpers.workspaces import add_component, notes_database, trust
from tests.views.session import Session
from tests.views.test_migrating import LOSSY_DOWN

GRAVE = """-- migrate:description Throw away what is old
-- migrate:up
CREATE TABLE fine(a);
DELETE FROM notes WHERE id = 1;
UPDATE notes SET body = 'x';
-- migrate:down irreversible:"what is deleted is deleted"
"""
UNIQUE_TITLES = (
    "-- migrate:up\nCREATE UNIQUE INDEX one_title ON notes(title);\n-- migrate:down\nDROP INDEX one_title;\n"
)
CHANGED = re.compile(r"^notes changed since it was reviewed; rehearsed again at \d\d:\d\d:\d\d\.$")


def test_dangers_come_first_then_the_way_back_and_what_it_takes(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_throw.sql": GRAVE})
    notes_database(fresh)
    session.open(fresh, "notes")
    review = session.review(Do.APPLY)
    texts = review.dangers.texts
    heads = [
        next(number for number, text in enumerate(texts) if text.startswith(head))
        for head in (
            "Would be lost for good, except in the backup (1)",
            "Cannot be undone, except from the backup (2)",
            "Safe",
            "The way back",
            "What it takes",
        )
    ]
    assert heads == sorted(heads)
    assert any(text.startswith("DELETE FROM notes WHERE id = 1 1 row, ") for text in texts), texts
    assert any("what is deleted is deleted" in text for text in texts)
    assert any(text.startswith("Backup first notes.db, ") for text in texts)
    assert any(text.startswith("Room on the disk while it runs about ") for text in texts)
    assert any(text.startswith("Other programs cannot write for about ") for text in texts)
    review.reject()
    session.finish()


def test_a_way_back_that_was_tried_says_so(session: Session, fresh: Path) -> None:
    session.open(fresh)
    review = session.review(Do.APPLY)
    assert sum("down tested in this rehearsal: schema and rows as before" in text for text in review.dangers.texts) == 2
    assert not review.restore_button.isVisible()
    review.reject()
    session.finish()


def test_instead_of_rolling_back_the_backup_from_before_can_be_restored(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_keep.sql": LOSSY_DOWN})
    notes_database(fresh)
    session.open(fresh, "notes")
    session.press(session.review(Do.APPLY).accept_button)
    session.finish()
    backup = session.component("notes").backups[0].name
    review = session.review(Do.ROLL_BACK)
    assert review.restore_button.text() == "Restore the backup from before 1 instead…"
    assert backup in review.difference.text()
    assert "Rolling back keeps what was written since" in review.difference.text()
    session.press(review.restore_button)
    restore = session.dialog(RestoreDialog)
    assert restore.windowTitle() == "Restore notes"
    session.press(restore.accept_button)
    session.finish()
    assert session.notice().summary.startswith(f"notes is restored from {backup}: ")
    assert session.component("notes").version == 0


def test_what_changed_since_the_review_is_rehearsed_and_asked_again(session: Session, fresh: Path) -> None:
    folder = add_component(fresh, files={"001_unique.sql": UNIQUE_TITLES})
    notes_database(fresh)
    session.open(fresh, "notes")
    review = session.review(Do.APPLY)
    assert not review.changed.isVisible()
    (folder / "001_unique.sql").write_text(UNIQUE_TITLES.replace("one_title", "each_title"))
    trust(folder)
    session.press(review.accept_button)
    session.qtbot.waitUntil(lambda: _other(session, review) is not None, timeout=30_000)
    again = _other(session, review)
    assert again is not None
    assert CHANGED.match(again.changed.text())
    assert any("each_title" in text for text in again.view.findings.texts)
    session.press(again.accept_button)
    session.finish()
    assert session.notice().kind is Kind.SUCCESS
    assert session.component("notes").version == 1


def test_what_changes_all_the_time_is_refused(session: Session, fresh: Path) -> None:
    folder = add_component(fresh, files={"001_unique.sql": UNIQUE_TITLES})
    notes_database(fresh)
    session.open(fresh, "notes")
    review = session.review(Do.APPLY)
    (folder / "001_unique.sql").write_text(UNIQUE_TITLES.replace("one_title", "each_title"))
    trust(folder)
    session.press(review.accept_button)
    session.qtbot.waitUntil(lambda: _other(session, review) is not None, timeout=30_000)
    again = _other(session, review)
    assert again is not None
    (folder / "001_unique.sql").write_text(UNIQUE_TITLES)
    trust(folder)
    session.press(again.accept_button)
    session.finish()
    assert session.notice().kind is Kind.ERROR
    assert "changed since this plan was made; nothing was done" in session.notice().summary
    assert session.component("notes").version == 0


@pytest.mark.parametrize("returning", [True, False])
def test_when_one_of_all_fails_the_others_can_be_returned(session: Session, fresh: Path, returning: bool) -> None:
    add_component(fresh, files={"001_unique.sql": UNIQUE_TITLES})
    database = notes_database(fresh)
    session.open(fresh)
    review = session.review(Do.APPLY_ALL)
    QTest.keyClicks(review.consent, "all")
    assert attempt(database, "insert into notes(title) values ('note 1')") == "ok"
    session.press(review.accept_button)
    session.finish()
    notice = session.notice()
    assert notice.kind is Kind.ERROR
    assert "Already done and kept: knowledge, tasks, workflows, agent_performance and system_actions." in notice.summary
    assert isinstance(notice.undo, Returns)
    assert notice.undo.text == "Return knowledge, tasks and workflows to their backups…"
    session.window.migrations.banner.undo_requested.emit(notice.undo)
    dialog = session.dialog(ReturnDialog)
    assert [line[:2] for line in dialog.lines] == [
        ("knowledge", "version 2 of 2"),
        ("tasks", "version 4 of 4"),
        ("workflows", "version 2 of 2"),
    ]
    session.press(dialog.accept_button if returning else dialog.cancel_button)
    session.finish()
    versions = [session.component(name).version for name in ("knowledge", "tasks", "workflows")]
    assert versions == ([0, 0, 0] if returning else [2, 4, 2])
    if returning:
        assert session.notice().summary.startswith("3 components returned to their backups: ")
        assert "safety backup pre_restore_" in session.notice().details


def _other(session: Session, review: ReviewDialog) -> ReviewDialog | None:
    """The review that came after this one."""
    shown = [each for each in session.window.findChildren(ReviewDialog) if each.isVisible() and each is not review]
    return shown[0] if shown else None
