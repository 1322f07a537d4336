"""One line through time, and from each event the way back to before it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.history import Event, EventKind
from felix_dbadmin.core.text import time_text
from felix_dbadmin.models.timeline import go_back
from felix_dbadmin.views.dialogs.restore import RestoreDialog
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.pages.timeline import TimelinePage
from felix_dbadmin.views.widgets.timeline_line import TimelineLine
from tests.models import made
from tests.views.session import LONG, Session


def titles(session: Session) -> list[str]:
    page = session.window.timeline
    model = page.table.model()
    return [model.index(row, 3).data() for row in range(model.rowCount())]


def select(session: Session, title: str) -> None:
    session.window.timeline.table.selectRow(titles(session).index(title))


def apply_and_show(session: Session, fresh: Path) -> None:
    session.open(fresh)
    session.press(session.review(Do.APPLY).accept_button)
    session.finish()
    session.start(Do.TIMELINE_TAB)
    session.qtbot.waitUntil(lambda: len(titles(session)) == 3, timeout=LONG)


def event(kind: EventKind, at: float, title: str = "", version: int | None = None, backup: str = "") -> Event:
    return Event(kind, at, title, version, "", None, backup, "")


def test_what_happened_is_listed_and_drawn_newest_first(session: Session, fresh: Path) -> None:
    apply_and_show(session, fresh)
    page = session.window.timeline
    assert [title.split(":")[0] for title in titles(session)] == ["Applied 2", "Applied 1", "Before migrations 0 → 2"]
    assert [found.title.split(":")[0] for found, _ in page.line.shown] == [
        "Before migrations 0 → 2",
        "Applied 1",
        "Applied 2",
    ]


def test_back_to_before_a_version_is_a_rollback_under_review(session: Session, fresh: Path) -> None:
    apply_and_show(session, fresh)
    page = session.window.timeline
    first = next(found for found, _ in page.line.shown if found.title.startswith("Applied 2"))
    place = page.line.place_of(first)
    assert place is not None
    QTest.mouseClick(page.line, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert page.event_shown == first
    assert page.back_button.text() == "Go back to before this: roll back to version 1…"
    session.press(page.back_button)
    review = session.dialog(ReviewDialog)
    assert review.windowTitle() == "Roll back 1 migration of knowledge"
    session.press(review.accept_button)
    session.finish()
    assert session.component("knowledge").version == 1
    session.window.tabs.setCurrentWidget(page)
    session.qtbot.waitUntil(lambda: titles(session)[0].startswith("Rolled back 2"), timeout=LONG)


def test_back_to_a_backup_is_a_restore_under_review(session: Session, fresh: Path) -> None:
    apply_and_show(session, fresh)
    page = session.window.timeline
    select(session, "Before migrations 0 → 2")
    assert page.back_button.text() == "Go back to this: restore the backup…"
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    restore = session.dialog(RestoreDialog)
    session.press(restore.accept_button)
    session.finish()
    assert session.component("knowledge").version == 0
    session.window.tabs.setCurrentWidget(page)
    session.qtbot.waitUntil(lambda: titles(session)[0].startswith("Restored "), timeout=LONG)
    select(session, titles(session)[0])
    assert "pre_restore_" in page.explanation.text()


def test_what_happened_at_once_has_one_date_and_what_happened_on_one_day_one_day(qtbot: QtBot, look: Look) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    line = TimelineLine(look, parent)
    line.resize(900, 80)
    assert line.dates == ("", "")
    first = time_text(made.WHEN)
    later = {0.0: "", 1.0: time_text(made.WHEN + 1).split()[1], 9e6: time_text(made.WHEN + 9e6)}
    for after, shown in later.items():
        line.show_events((event(EventKind.APPLIED, made.WHEN + after, "2"), event(EventKind.APPLIED, made.WHEN, "1")))
        assert line.dates == (first, shown)


def test_with_no_component_it_says_so_once(session: Session, fresh: Path) -> None:
    session.open(fresh)
    session.start(Do.TIMELINE_TAB)
    tree = session.window.tree.view
    tree.setCurrentIndex(tree.model().index(0, 0))
    shown = [each.text() for each in session.window.timeline.findChildren(QLabel) if each.isVisible()]
    assert shown.count("Select a component") == 1


def test_a_component_without_a_history_says_so(session: Session, fresh: Path) -> None:
    session.open(fresh, "agent_performance")
    page = session.window.timeline
    session.window.tabs.setCurrentWidget(page)
    session.qtbot.waitUntil(lambda: page.empty.isVisible() and "Nothing happened" in page.empty.text, timeout=LONG)


def test_a_rollback_is_offered_only_where_it_leads_there() -> None:
    first, second = made.applied("knowledge", 1), made.applied("knowledge", 2, down=False)
    old = made.backup("pre_migration_felix_knowledge_20251024_165951.db")
    applied = event(EventKind.APPLIED, made.WHEN + 10, "Applied 1: Step 1", 1)
    both = made.component(done=(first, made.applied("knowledge", 2)), backups=(old,))
    found = go_back(applied, both)
    assert found.request is not None
    assert found.request.to == 0
    stuck = go_back(applied, made.component(done=(first, second), backups=(old,)))
    assert (stuck.request, stuck.backup) == (None, old.name)
    assert "newest backup that is older" in stuck.explanation
    lost = go_back(applied, made.component(done=(first, second)))
    assert not lost.possible
    assert lost.explanation == "No backup from before this is left, and no migration leads back."


def test_before_a_restore_is_the_safety_backup_not_what_was_restored() -> None:
    safety = made.backup("pre_restore_felix_knowledge_20251024_165951.db")
    restored = event(
        EventKind.RESTORED, made.WHEN + 10, "Restored x", backup="manual_felix_knowledge_20251024_165951.db"
    )
    assert go_back(restored, made.component(backups=(safety,))).backup == safety.name


def test_a_failed_change_leads_back_to_its_own_backup() -> None:
    own = made.backup()
    failed = event(EventKind.FAILED, made.WHEN, "Apply 1 failed", backup=own.name)
    assert go_back(failed, made.component(backups=(own,))).backup == own.name


def test_ten_thousand_events_are_listed_and_those_that_fit_are_drawn(qtbot: QtBot, look: Look) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    page = TimelinePage(look, parent)
    page.resize(900, 600)
    page.show_component(made.component())
    events = tuple(event(EventKind.APPLIED, made.WHEN - 60 * number, f"Applied {number}") for number in range(10_000))
    page.show_history("knowledge", events)
    parent.show()
    assert page.table.model().rowCount() == 10_000
    assert 10 < len(page.line.shown) < 200
    assert page.line.shown[-1][0] == events[0]
    assert page.line.shown[-1][1] < page.line.width()
    page.show_history("tasks", ())
    assert page.table.model().rowCount() == 10_000
