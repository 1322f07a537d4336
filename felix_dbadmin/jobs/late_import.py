"""A large library, imported beside the event loop when it is first needed, so that nobody waits for it."""

from __future__ import annotations

import threading
from importlib import import_module
from types import ModuleType

from PySide6.QtCore import QObject, Signal


class LateImport(QObject):
    ready = Signal()
    """`module` is there, or `trouble` says why not. Emitted once."""

    _ended = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._begun = False
        self._found: ModuleType | None = None
        self.module: ModuleType | None = None
        self.trouble = ""
        self._ended.connect(self._take)

    def start(self) -> None:
        """A second call does nothing."""
        if not self._begun:
            self._begun = True
            # No daemon: leaving Python in the middle of the import of a C library was seen to crash.
            threading.Thread(target=self._import, name=f"import {self._name}").start()

    def _import(self) -> None:
        try:
            self._found = import_module(self._name)
        except ImportError as error:
            self.trouble = str(error)
        try:
            self._ended.emit()  # queued: the thread is another one
        except RuntimeError:
            return  # whoever waited for it is gone

    def _take(self) -> None:
        self.module = self._found
        self.ready.emit()
