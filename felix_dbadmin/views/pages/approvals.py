"""The approval queue: commands that wait for a person's yes or no. Nothing is run from here."""

from __future__ import annotations

import time

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent, QTextOption
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from felix_dbadmin.core.analytics.panel import State
from felix_dbadmin.core.analytics.requests import Queue
from felix_dbadmin.models.approval_rows import (
    COLUMNS,
    COMMAND,
    ApprovalRow,
    Part,
    details_of,
    part_title,
    queue_text,
    rows_of,
)
from felix_dbadmin.models.panel_text import Message, Way
from felix_dbadmin.models.plain import breakable
from felix_dbadmin.models.table_model import TableModel
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Notice
from felix_dbadmin.views.widgets.banner import Banner
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable, fixed_font, icon_button, named
from felix_dbadmin.views.widgets.choice_button import ChoiceButton
from felix_dbadmin.views.widgets.panel_message import PanelMessage
from felix_dbadmin.views.widgets.tone_delegate import ToneDelegate

_ABOUT = "An answer is written to the queue. Nothing is run here: Felix runs what has a yes."
_SECOND = 1000
_LINES = 6
"""Of a command; a longer one scrolls."""


class ApprovalsPage(QWidget):
    """Shows the queue that it is told; the times that are left run on."""

    shown = Signal()
    refresh_wanted = Signal()
    answer_wanted = Signal(object, bool)
    """ApprovalRow, and whether it is approved."""
    way_wanted = Signal(object)
    """Message"""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._queue: Queue | None = None
        self._part = Part.WAITING
        self.banner = Banner(look, self)
        self._line = PlainLabel("Reading the queue…", self)
        self._line.make_bold()
        self._about = PlainLabel(
            "An answer is written to the queue. Nothing is run here: Felix runs what has a yes.", self
        )
        self._about.make_muted()
        self._group = QButtonGroup(self)
        self.parts = {part: self._part_button(part) for part in Part}
        self.refresh_button = icon_button(look.icons, "refresh", "Read the queue again", self)
        self.model: TableModel[ApprovalRow] = TableModel(COLUMNS, lambda row: row.approval.ident, self)
        self.view = RowTable(self.model, look.delegate, "Approval queue", self, stretch=COMMAND)
        self.view.setItemDelegateForColumn(COMMAND, _Fixed(look.theme, look.icons, self.view))
        self.command = QPlainTextEdit(self)
        self._details = PlainLabel(parent=self)
        self.approve_button = QPushButton("&Approve…", self)
        self.deny_button = QPushButton("&Deny…", self)
        self.message = PanelMessage(look, self)
        self._stack = QStackedWidget(self)
        self._second = QTimer(self, interval=_SECOND)
        self._lay_out()
        self._second.timeout.connect(self._count_down)
        self._group.buttonClicked.connect(self._choose_part)
        self.refresh_button.clicked.connect(self.refresh_wanted)
        self.view.selectionModel().currentRowChanged.connect(self._show_current)
        self.approve_button.clicked.connect(self._ask_approve)
        self.deny_button.clicked.connect(self._ask_deny)
        self.message.pressed.connect(self.way_wanted)
        look.theme.changed.connect(self._dress)
        self._dress()
        self._settle()

    @property
    def queue(self) -> Queue | None:
        return self._queue

    @property
    def status(self) -> str:
        """The line over the list."""
        return self._line.text()

    @property
    def details(self) -> str:
        return self._details.text()

    @property
    def current(self) -> ApprovalRow | None:
        """The request that is selected."""
        return self.model.row_of(self.view.currentIndex())

    def show_queue(self, queue: Queue) -> None:
        self._queue = queue
        self._line.setText(queue_text(queue))
        for part, button in self.parts.items():
            button.setText(part_title(queue, part))
        self._fill()
        if queue.state is State.NOT_MIGRATED:
            way = Message(
                "Not migrated yet", queue_text(queue), "pending", Way.MIGRATE, f"Apply migration {queue.migration}…"
            )
            self.show_message(way)
        elif not self.model.rows:
            self.show_message(Message(f"{self._part}: none", queue_text(queue), "good"))
        else:
            self._stack.setCurrentIndex(0)

    def show_message(self, message: Message) -> None:
        """In place of the list."""
        self.message.show_message(message)
        self._stack.setCurrentWidget(self.message)
        self._settle()

    def forget(self) -> None:
        self._queue = None
        self.model.set_rows(())
        self._line.setText("Reading the queue…")
        self.banner.close_notice()
        self._settle()

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        self.banner.show_notice(notice)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._second.start()
        self.shown.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()

    def _fill(self) -> None:
        if self._queue is None:
            return
        new = not self.model.rows
        self.model.set_rows(rows_of(self._queue, self._part, time.time()))
        self.view.setColumnHidden(len(COLUMNS) - 1, self._part is Part.WAITING)
        self.view.setColumnHidden(2, self._part is Part.DECIDED)
        if new and self.model.rows:
            self.view.fit_columns()
        if self.current is None and self.model.rows:
            self.view.selectRow(0)
        self._settle()

    @Slot()
    def _count_down(self) -> None:
        self._fill()

    @Slot(object)
    def _choose_part(self, button: object) -> None:
        self._part = next(part for part, known in self.parts.items() if known is button)
        if self._queue is not None:
            self.show_queue(self._queue)

    @Slot()
    def _show_current(self) -> None:
        self._settle()

    def _settle(self) -> None:
        """Details and buttons follow what is selected."""
        row = self.current
        text = breakable(row.approval.command) if row is not None else ""
        if text != self.command.toPlainText():
            self.command.setPlainText(text)
        lines = [details_of(row)] if row is not None else []
        if row is not None and row.warning:
            lines.append(row.warning)
        self._details.setText("\n".join(lines))
        open_ = row is not None and row.answerable
        readable = row is None or not row.approval.hidden
        self.approve_button.setEnabled(open_ and readable)
        self.deny_button.setEnabled(open_)
        reason = "" if open_ else "It cannot be answered any more." if row is not None else "Select a request first."
        self.approve_button.setToolTip(reason or ("" if readable else "The command cannot be shown as it is."))
        self.deny_button.setToolTip(reason)

    @Slot()
    def _ask_approve(self) -> None:
        if (row := self.current) is not None:
            self.answer_wanted.emit(row, True)

    @Slot()
    def _ask_deny(self) -> None:
        if (row := self.current) is not None:
            self.answer_wanted.emit(row, False)

    @Slot()
    def _dress(self) -> None:
        icons = self._look.icons
        self.refresh_button.setIcon(icons.icon("refresh"))
        self.approve_button.setIcon(icons.icon("approve"))
        self.deny_button.setIcon(icons.icon("deny"))

    def _part_button(self, part: Part) -> ChoiceButton:
        button = ChoiceButton(self._look, part, part, self._group, self)
        button.setChecked(part is self._part)
        return button

    def _lay_out(self) -> None:
        self.command.setReadOnly(True)
        self.command.setFont(fixed_font())
        self.command.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)  # between words it takes seconds for 100 kB
        self.command.setTabChangesFocus(True)
        self.command.setMaximumHeight(self.command.fontMetrics().lineSpacing() * _LINES)
        named(self.command, "The selected command")
        head = QHBoxLayout()
        head.addWidget(self._line, 1)
        for button in self.parts.values():
            head.addWidget(button)
        head.addWidget(self.refresh_button)
        buttons = QHBoxLayout()
        buttons.addWidget(self.approve_button)
        buttons.addWidget(self.deny_button)
        buttons.addStretch()
        below = QWidget(self)
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.command)
        column.addWidget(self._details)
        column.addLayout(buttons)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self.view)
        split.addWidget(below)
        split.setStretchFactor(0, 1)
        split.setChildrenCollapsible(False)
        self._stack.addWidget(split)
        self._stack.addWidget(self.message)
        page = QVBoxLayout(self)
        page.addWidget(self.banner)
        page.addLayout(head)
        page.addWidget(self._about)
        page.addWidget(self._stack, 1)


class _Fixed(ToneDelegate):
    """Commands in letters of one width."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.font = fixed_font()
