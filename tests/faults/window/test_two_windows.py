"""Two windows, or a window and the command line, on one workspace: the second is told who holds it, then goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.main_window import MainWindow
from felix_dbadmin.views.notice import Kind
from felix_dbadmin.views.settings import WindowSettings
from tests.cli.running import run_program
from tests.faults.window.held import Held
from tests.views.session import LONG, FakeAsker, Session


@pytest.fixture
def another(qtbot: QtBot, look: Look, tmp_path: Path) -> Iterator[Callable[[], Session]]:
    """Opens a second window, with an engine of its own."""
    opened: list[Session] = []

    def open_another() -> Session:
        jobs = JobRunner()
        window = MainWindow(jobs, look, WindowSettings(tmp_path / "second.ini"), FakeAsker())
        window.show()
        opened.append(Session(window, jobs, FakeAsker(), qtbot))
        return opened[-1]

    yield open_another
    for session in opened:
        session.window.close()
        session.jobs.shutdown()
        session.window.deleteLater()
        session.jobs.deleteLater()


def test_a_second_window_is_told_who_holds_a_database_and_goes_on_when_it_is_free(
    session: Session, held: Held, another: Callable[[], Session]
) -> None:
    second = another()
    second.open(held.workspace, "notes")
    assert second.component("notes").version == 0
    second.start(Do.BACK_UP)
    assert session.jobs.engine is not None
    words = f"Back up notes: Waits for another felix-dbadmin (process {session.jobs.engine.pid} on "
    second.qtbot.waitUntil(lambda: second.window.job_bar.text.startswith(words), timeout=LONG)

    held.let_go()
    session.finish()
    second.finish()
    assert session.notice().kind is Kind.SUCCESS
    assert "is taken and verified" in second.notice().summary
    second.qtbot.waitUntil(lambda: second.component("notes").version == 1, timeout=LONG)


def test_the_command_line_is_told_of_the_window_and_can_go_on_after_it(session: Session, held: Held) -> None:
    arguments = ("backup", "create", "--component", "notes", "--workspace", held.workspace, "--wait")
    assert session.jobs.engine is not None
    process = f"another felix-dbadmin (process {session.jobs.engine.pid} on "
    run_program(*arguments, "0.1").refused(5, "notes.db is being worked on by", process, "hint: Wait until")
    held.let_go()
    session.finish()
    assert run_program(*arguments, "10").code == 0
