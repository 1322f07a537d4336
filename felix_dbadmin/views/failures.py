"""What nobody expected: it is reported in a dialog, and the program goes on. Known errors become notices instead."""

from __future__ import annotations

import platform
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal, Slot, qVersion
from PySide6.QtWidgets import QApplication, QWidget

from felix_dbadmin import __version__
from felix_dbadmin.views.dialogs.report import ReportDialog


class CrashReporter(QObject):
    """While installed, an exception that leaves a slot, or ends a thread, opens a report.

    Those that come meanwhile go to standard error. So do those that somebody has seen enough of: what fails at each
    tick of a timer would never let go of the window.
    """

    _thread_failed = Signal(object)
    """The exception; it arrives in the window's own thread."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: ReportDialog | None = None
        self._shown = ""
        self._enough: set[str] = set()
        self._before = sys.excepthook
        self._before_in_threads = threading.excepthook
        self._thread_failed.connect(self._report_of_thread)

    @property
    def dialog(self) -> ReportDialog | None:
        """The report that is open now."""
        return self._dialog

    def install(self) -> None:
        sys.excepthook = self._report
        threading.excepthook = self._pass_on

    def uninstall(self) -> None:
        sys.excepthook = self._before
        threading.excepthook = self._before_in_threads

    def _pass_on(self, failed: threading.ExceptHookArgs) -> None:
        if isinstance(failed.exc_value, Exception):
            self._thread_failed.emit(failed.exc_value)

    @Slot(object)
    def _report_of_thread(self, error: BaseException) -> None:
        self._report(type(error), error, error.__traceback__)

    def _report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._before(kind, error, trace)
        if not issubclass(kind, Exception):
            QApplication.quit()  # Ctrl-C
            return
        place = _place(error)
        if self._dialog is not None or place in self._enough:
            return
        self._shown = place
        self._dialog = ReportDialog(report_text(error), self._window)
        self._dialog.finished.connect(self._forget)
        self._dialog.open()

    @Slot()
    def _forget(self) -> None:
        if self._dialog is not None:
            if self._dialog.enough.isChecked():
                self._enough.add(self._shown)
            self._dialog.deleteLater()
            self._dialog = None


def _place(error: BaseException) -> str:
    """The same for the same fault: what was raised, and on which line."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__


def report_text(error: BaseException) -> str:
    """Versions and traceback."""
    parts = f"felix-dbadmin {__version__}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}"
    return f"{parts}\n\n{''.join(traceback.format_exception(error))}"
