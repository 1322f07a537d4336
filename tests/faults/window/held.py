"""A migration that the engine of a window holds open."""

from __future__ import annotations

import os
from pathlib import Path

from felix_dbadmin.views.do import Do
from tests.helpers.workspaces import add_component, notes_database
from tests.views.session import LONG, Session

WAITING = """
import os
description = "Shout, and wait in the middle of it where {armed} is there"
def up(db):
    db.execute("UPDATE notes SET title = upper(title)")
    if os.path.exists({armed!r}):
        open({gate!r}).read()
def down(db):
    db.execute("UPDATE notes SET title = lower(title)")
"""


class Held:
    """A window whose migration stands still in its open transaction until `let_go`."""

    def __init__(self, folder: Path) -> None:
        self.workspace, self._armed, self._gate = folder / "notes", folder / "armed", folder / "gate"
        self.workspace.mkdir()
        os.mkfifo(self._gate)
        text = WAITING.format(armed=str(self._armed), gate=str(self._gate))
        add_component(self.workspace, files={"001_shout.py": text})
        self.database = notes_database(self.workspace)
        self._writer: int | None = None

    def begin(self, session: Session) -> None:
        """Returns when the migration stands still."""
        session.open(self.workspace, "notes")
        review = session.review(Do.APPLY)
        self._armed.touch()
        session.press(review.accept_button)
        session.qtbot.waitUntil(self._stands, timeout=LONG)

    def _stands(self) -> bool:
        """Whether somebody reads at the gate."""
        try:
            self._writer = os.open(self._gate, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return False
        self._armed.unlink()  # status runs it too, in memory, and must not wait
        return True

    def let_go(self) -> None:
        if self._writer is not None:
            os.close(self._writer)
            self._writer = None
