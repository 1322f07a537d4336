"""What nobody expected: it is reported in a dialog, and the program goes on. Known errors become notices instead."""

from __future__ import annotations

import platform
import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, qVersion
from PySide6.QtWidgets import QApplication, QWidget

from felix_dbadmin import __version__
from felix_dbadmin.views.dialogs.report import ReportDialog


class CrashReporter(QObject):
    """While installed, an exception that leaves a slot opens one report; later ones go to standard error only."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: ReportDialog | None = None
        self._before = sys.excepthook

    @property
    def dialog(self) -> ReportDialog | None:
        """The report that is open now."""
        return self._dialog

    def install(self) -> None:
        sys.excepthook = self._report

    def uninstall(self) -> None:
        sys.excepthook = self._before

    def _report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._before(kind, error, trace)
        if not issubclass(kind, Exception):
            QApplication.quit()  # Ctrl-C
            return
        if self._dialog is not None:
            return
        self._dialog = ReportDialog(report_text(error), self._window)
        self._dialog.finished.connect(self._forget)
        self._dialog.open()

    def _forget(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


def report_text(error: BaseException) -> str:
    """Versions and traceback."""
    parts = f"felix-dbadmin {__version__}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}"
    return f"{parts}\n\n{''.join(traceback.format_exception(error))}"
