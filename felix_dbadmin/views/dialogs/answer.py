"""Yes or no to one command, with the name of who says so and the reason."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QFormLayout, QLineEdit, QPlainTextEdit, QWidget

from felix_dbadmin.models.approval_rows import ApprovalRow, details_of
from felix_dbadmin.models.plain import breakable
from felix_dbadmin.views.dialogs.consent import ConsentDialog
from felix_dbadmin.views.widgets.basics import fixed_font, named

_LINES = 5


class AnswerDialog(ConsentDialog):
    """Says what is answered and what comes of it. A denial needs a reason, and either needs a name."""

    def __init__(self, row: ApprovalRow, name: str, parent: QWidget, *, approve: bool) -> None:
        verb = "Approve" if approve else "Deny"
        heading = f"{verb} this command?"
        super().__init__(f"{verb} request {row.approval.ident}", heading, verb, parent)
        self.row, self.approve = row, approve
        self.command = QPlainTextEdit(breakable(row.approval.command), self)
        self.command.setReadOnly(True)
        self.command.setFont(fixed_font())
        self.command.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)  # between words it takes seconds for 100 kB
        self.command.setTabChangesFocus(True)
        self.command.setMaximumHeight(self.command.fontMetrics().lineSpacing() * _LINES)
        named(self.command, "The command")
        self.body.addWidget(self.command)
        self.add_text(details_of(row))
        if row.warning:
            self.add_text(row.warning).make_bold()
        form = QFormLayout()
        self.name = QLineEdit(name, self)
        self.reason = QLineEdit(self)
        self.reason.setPlaceholderText("kept in the activity" if approve else "needed: Felix keeps it")
        form.addRow("Your &name", self.name)
        form.addRow("&Reason", self.reason)
        self.body.addLayout(form)
        said = "Felix may run it from then on" if approve else "Felix will not run it"
        self.add_text(f"Only the answer is written; nothing is run here. {said}.")
        self.name.textChanged.connect(self._settle)
        self.reason.textChanged.connect(self._settle)
        self._settle()
        self.reason.setFocus()

    @Slot()
    def _settle(self) -> None:
        ready = bool(self.name.text().strip()) and (self.approve or bool(self.reason.text().strip()))
        self.accept_button.setEnabled(ready)
