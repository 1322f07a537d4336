"""The report of a fault of this program itself: all that is known of it, to be copied."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from felix_dbadmin.models.plain import breakable
from felix_dbadmin.views.widgets.basics import PlainLabel, fixed_font, named


class ReportDialog(QDialog):
    """The program goes on behind it."""

    def __init__(self, report: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Internal error")
        heading = PlainLabel("Something went wrong in felix-dbadmin itself.", self)
        heading.make_heading()
        hint = PlainLabel(
            "The program goes on. If a change was running, its page says how it ended: verify the component before you"
            " try again. Please send this report to the developers.",
            self,
        )
        self._text = QPlainTextEdit(breakable(report), self)
        self._text.setReadOnly(True)
        self._text.setFont(fixed_font())
        self._text.setTabChangesFocus(True)
        named(self._text, "Report")
        self.enough = QCheckBox("&Do not show this one again", self)
        self.enough.setToolTip("Until the window is closed; it is still written to standard error")
        copy = QPushButton("Copy report", self)
        close = QPushButton("Close", self)
        close.setDefault(True)
        foot = QHBoxLayout()
        foot.addWidget(self.enough)
        foot.addStretch()
        foot.addWidget(copy)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(heading)
        column.addWidget(hint)
        column.addWidget(self._text, 1)
        column.addLayout(foot)
        metrics = self.fontMetrics()
        self.resize(metrics.averageCharWidth() * 100, metrics.height() * 28)
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.accept)

    @property
    def text(self) -> str:
        return self._text.toPlainText()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
