"""The engine's process dies under a change: the window says what is in the database, and does the next thing."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from felix_dbadmin.models import activity_rows
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from tests.helpers.workspaces import add_component, dump, notes_database
from tests.views.session import LONG, Session

DYING = """
import faulthandler, os
description = "Shout, and die where {armed} is there"
def up(db):
    db.execute("UPDATE notes SET title = upper(title)")
    if os.path.exists({armed!r}):
        {death}
def down(db):
    db.execute("UPDATE notes SET title = lower(title)")
"""

DEATHS = {
    "exit": ("os._exit(3)", "exit code 3"),
    "segfault": ("faulthandler._sigsegv()", f"signal {signal.SIGSEGV.value}"),
    "kill -9": (f"os.kill(os.getpid(), {signal.SIGKILL.value})", f"signal {signal.SIGKILL.value}"),
}


@pytest.mark.parametrize("death", DEATHS)
def test_a_change_under_which_the_engine_died_says_what_state_the_database_is_in(
    session: Session, tmp_path: Path, death: str
) -> None:
    workspace, armed = tmp_path / "notes", tmp_path / "armed"
    workspace.mkdir()
    code, words = DEATHS[death]
    add_component(workspace, files={"001_shout.py": DYING.format(armed=str(armed), death=code)})
    database = notes_database(workspace)
    before = dump(database)
    session.open(workspace, "notes")
    review = session.review(Do.APPLY)
    armed.touch()
    told: list[str] = []
    session.jobs.engine_stopped.connect(told.append)
    session.press(review.accept_button)
    session.finish()

    assert len(told) == 1
    assert words in told[0]
    notice = session.notice()
    assert notice.kind is Kind.ERROR
    assert notice.summary.startswith("The engine stopped while “")
    assert "notes.db was read again: version 0, whole (quick_check)." in notice.summary
    assert "felix-dbadmin verify" in notice.hint
    assert notice.again
    assert dump(database) == before
    assert session.component("notes").version == 0
    session.qtbot.waitUntil(lambda: not session.jobs.jobs, timeout=LONG)
    assert [each.state for each in session.window.activity.rows] == [activity_rows.FAILED, activity_rows.DONE]

    armed.unlink()
    session.press(session.review(Do.APPLY).accept_button)
    session.finish()
    assert session.notice().kind is Kind.SUCCESS
    session.qtbot.waitUntil(lambda: session.component("notes").version == 1, timeout=LONG)


def test_an_engine_that_dies_while_a_dialog_is_open_leaves_the_window_usable(session: Session, fresh: Path) -> None:
    session.open(fresh)
    review = session.review(Do.APPLY)
    engine = session.jobs.engine
    assert engine is not None
    with session.qtbot.waitSignal(session.jobs.engine_stopped, timeout=LONG):
        os.kill(engine.pid, signal.SIGKILL)
    session.press(review.accept_button)
    session.finish()
    assert session.notice().kind is Kind.SUCCESS
    assert session.component("knowledge").version == 2
