"""Code that came with a workspace: read by a person, accepted, and only then of any use."""

from __future__ import annotations

import shlex
from abc import abstractmethod
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog

from felix_dbadmin.core.migrate.accepting import accept_code, accepted_text
from felix_dbadmin.core.text import count_text
from felix_dbadmin.core.trust import Code, unaccepted_in
from felix_dbadmin.views.dialogs.trust import TrustDialog
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.notice import Kind, Notice

ASKED_AGAIN = "This code may run from now on; a text that changes is asked about again."

SEVERAL = "all components"
"""Whose code it is, as the activity names it, where it is that of more than one component."""


class TrustingFlow(Flow):
    """Shows code that nobody has accepted, and goes on when exactly what was shown is accepted."""

    def __init__(self, title: str, around: Surroundings) -> None:
        super().__init__(title, around)
        self._code: tuple[Code, ...] = ()
        self._reading: TrustDialog | None = None

    def read_code(self, components: tuple[str, ...]) -> None:
        """Show what of these components nobody has accepted; `go_on` or `give_up` follows."""
        work = partial(unaccepted_in, self.around.folder, components)
        lane = components[0] if len(components) == 1 else SEVERAL
        self.run_job("Look for code that is not accepted", work, lane, self._take_code, writes=False)

    @abstractmethod
    def go_on(self, news: Notice | None) -> None:
        """It is accepted, which is the news; None: everything is accepted already."""

    def tell(self, news: Notice) -> None:
        """News before the end."""
        self.noticed.emit(news)

    @Slot(object)
    def _take_code(self, code: tuple[Code, ...]) -> None:
        self._code = code
        self.hide_progress()
        if code:
            self.ask_person(self._show_code, "its code waits to be read and accepted")
        else:
            self.go_on(None)

    def _show_code(self) -> None:
        self._reading = TrustDialog(self.around.look, self._code, self.around.window)
        self._reading.finished.connect(self._take_verdict)
        self._reading.open()

    @Slot(int)
    def _take_verdict(self, answer: int) -> None:
        if self._reading is not None:
            self._reading.deleteLater()
            self._reading = None
        if answer != QDialog.DialogCode.Accepted:
            self.give_up()
            return
        components = tuple(dict.fromkeys(each.component for each in self._code))
        words = [word for name in components for word in ("--component", name)]
        command = shlex.join(["felix-dbadmin", "trust", *words, "--workspace", str(self.around.folder)])
        title = f"Accept {count_text(len(self._code), 'text')}"
        work = partial(accept_code, self.around.folder, self._code)
        lane = components[0] if len(components) == 1 else SEVERAL
        self.run_job(title, work, lane, self._take_accepted, writes=False, command=command)

    @Slot(object)
    def _take_accepted(self, code: tuple[Code, ...]) -> None:
        self.go_on(Notice(Kind.SUCCESS, accepted_text(code), ASKED_AGAIN, place=self.place))


class TrustFlow(TrustingFlow):
    """Reading and accepting alone."""

    def __init__(self, title: str, around: Surroundings, components: tuple[str, ...]) -> None:
        super().__init__(title, around)
        self._components = components

    def start(self) -> None:
        self.read_code(self._components)

    def go_on(self, news: Notice | None) -> None:
        self.end(news or Notice(Kind.INFO, "There is nothing that has to be accepted.", "Everything may run already."))
