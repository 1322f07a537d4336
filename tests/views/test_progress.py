"""What somebody sees while something runs, and how it is stopped or sent to the background."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QListWidget, QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.task import Progress
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.do import Do
from tests.helpers.workspaces import add_component, notes_database
from tests.views.session import LONG, Session
from tests.views.test_migrating import ENDLESS

STEPS = ("Back up", "Apply 1: Add an index", "Apply 2: Search", "Read back")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def job(window: QWidget) -> Job[Any]:
    return Job(1, "Apply 2 migrations to knowledge", "knowledge", window)


def follow(job: Job[Any], parent: QWidget) -> ProgressDialog:
    dialog = ProgressDialog(parent, "Stop", "What is done by then stays.")
    dialog.follow(job, job.title)
    return dialog


def test_where_it_is_what_runs_and_how_long_it_takes(job: Job[Any], window: QWidget) -> None:
    dialog = follow(job, window)
    assert dialog.texts[:2] == ("knowledge", "Waiting for its turn")
    job.report(Progress(STEPS, 2, 4_000, 10_000, "INSERT INTO\n knowledge_fts", (), 6.2, 12_345))
    where, note, elapsed = dialog.texts
    assert where == "knowledge · step 3 of 4"
    assert note == "INSERT INTO knowledge_fts"
    assert elapsed == "12,345 rows · 1.0 s · about 6.2 s left"
    assert dialog.value == (400, 1000)
    assert dialog.lines == ("✓ Back up", "✓ Apply 1: Add an index", "▸ Apply 2: Search", "○ Read back")
    job.report(Progress(STEPS, 3, 9_990, 10_000, "", (), 0.3, 12_345))
    assert dialog.texts[2].endswith("nearly done")
    dialog.leave()


def test_long_lists_and_sentences_have_room(job: Job[Any], window: QWidget) -> None:
    dialog = follow(job, window)
    dialog.open()
    steps = tuple(f"Apply {number}: Make a table and fill it" for number in range(30))
    job.report(Progress(steps, 14, 4_000, 10_000, "INSERT INTO knowledge_fts SELECT " + "column, " * 20, ("begun",)))
    steps_shown, bar = dialog.findChild(QListWidget), dialog.findChild(QProgressBar)
    assert steps_shown is not None
    assert bar is not None
    shown = [each for each in (*dialog.findChildren(QLabel), steps_shown, bar) if each.isVisible()]
    for number, one in enumerate(shown):
        assert not any(one.geometry().intersects(other.geometry()) for other in shown[number + 1 :])
    running = steps_shown.item(14)
    assert running.font().bold()
    assert not steps_shown.item(13).font().bold()
    assert steps_shown.viewport().rect().contains(steps_shown.visualItemRect(running))
    dialog.leave()


def test_the_key_that_was_meant_for_something_else_stops_nothing(qtbot: QtBot, job: Job[Any], window: QWidget) -> None:
    window.show()
    dialog = follow(job, window)
    qtbot.waitUntil(dialog.isVisible, timeout=LONG)
    assert dialog.focusWidget() is dialog.background_button
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert not job.stopping
    assert dialog.isVisible()
    dialog.leave()


def test_what_nobody_can_know_is_not_made_up(job: Job[Any], window: QWidget) -> None:
    dialog = follow(job, window)
    job.report(Progress(STEPS, 0, 512, None, "", ()))
    assert dialog.value[1] == 0
    assert "left" not in dialog.texts[2]
    dialog.leave()


def test_the_work_goes_on_in_the_background_and_its_box_comes_back(session: Session, fresh: Path) -> None:
    add_component(fresh, files={"001_endless.sql": ENDLESS})
    notes_database(fresh)
    session.open(fresh, "notes")
    session.start(Do.DRY_RUN)
    dialog = session.dialog(ProgressDialog)
    assert not session.window.job_bar.show_button.isVisible()
    session.press(dialog.background_button)
    assert not dialog.isVisible()
    assert [each.title for each in session.jobs.jobs if each.lane == "notes"] == ["Dry run of notes"]
    session.window.tree.select_component("tasks")
    assert "felix_task_memory.db" in session.window.migrations.headline
    assert session.window.actions_by_id[Do.BACK_UP].statusTip() == "“Dry run of notes” is running."
    session.window.job_bar.show_button.click()
    assert dialog.isVisible()
    assert not session.window.job_bar.show_button.isVisible()
    session.press(dialog.background_button)
    session.start(Do.STOP)
    session.finish()
    assert session.notice().summary.startswith("Cancelled")
    assert not session.window.job_bar.isVisible()
    session.qtbot.waitUntil(lambda: session.window.actions_by_id[Do.BACK_UP].isEnabled(), timeout=LONG)


def test_a_few_steps_need_no_scroll_bar_and_many_have_one(job: Job[Any], window: QWidget) -> None:
    dialog = follow(job, window)
    dialog.open()
    steps = dialog.findChild(QListWidget)
    assert steps is not None
    for count in (1, 4, 12):
        job.report(Progress(tuple(f"Step {number}" for number in range(count)), count - 1, 1, 2, "", ()))
        assert not steps.verticalScrollBar().isVisible()
        assert steps.viewport().rect().contains(steps.visualItemRect(steps.item(0)))
        assert steps.viewport().rect().contains(steps.visualItemRect(steps.item(count - 1)))
    job.report(Progress(tuple(f"Step {number}" for number in range(30)), 3, 1, 2, "", ()))
    assert steps.verticalScrollBar().isVisible()
    dialog.leave()
