"""A message in the page itself: what happened, what to do, what lies behind it. At most one per page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from felix_dbadmin.models.plain import breakable, plain_tooltip
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Kind, Notice
from felix_dbadmin.views.widgets.basics import PlainLabel, fixed_font, icon_button, named
from felix_dbadmin.views.widgets.search_box import inner_shortcut

_ICONS = {Kind.INFO: "info", Kind.SUCCESS: "good", Kind.WARNING: "warning", Kind.ERROR: "bad"}
_SPOKEN = {Kind.INFO: "Information", Kind.SUCCESS: "Done", Kind.WARNING: "Warning", Kind.ERROR: "Error"}
_DETAIL_LINES = 8
_ACTIONS = 0.3
"""Of the width, for the buttons beside the text."""


class Banner(QFrame):
    """Hidden until there is a notice; Esc or its button closes it."""

    undo_requested = Signal(object)
    """Undo, Returns or TakeBack"""
    again_requested = Signal(object)
    """tuple of Request: what failed."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._look = look
        self._notice: Notice | None = None
        self._icon = QLabel(self)
        self._summary = PlainLabel(parent=self)
        self._summary.make_bold()
        self._hint = PlainLabel(parent=self)
        self._details = QPlainTextEdit(self)
        self._details.setReadOnly(True)
        self._details.setFont(fixed_font())
        self._details.setFrameShape(QFrame.Shape.NoFrame)
        self._details.setTabChangesFocus(True)
        named(self._details, "Details of the message")
        self._more = QToolButton(self)
        self._more.setText("Details")
        self._more.setCheckable(True)
        self._more.setAutoRaise(True)
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.setArrowType(Qt.ArrowType.RightArrow)
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.again_button = QPushButton("Try again…", self)
        self.again_button.setToolTip("Rehearse the same change as things stand now, and review it again")
        self._undo = QPushButton("Undo…", self)
        self._copy = icon_button(look.icons, "copy", "Copy the message", self)
        self._close = icon_button(look.icons, "close", "Close the message", self)
        self._lay_out()
        self._more.toggled.connect(self._show_details)
        self.again_button.clicked.connect(self._ask_again)
        self._undo.clicked.connect(self._ask_undo)
        self._copy.clicked.connect(self.copy)
        self._close.clicked.connect(self.close_notice)
        inner_shortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close_notice)
        look.theme.changed.connect(self._dress)
        self.hide()

    @property
    def notice(self) -> Notice | None:
        return self._notice

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Show this instead of what is shown now, and have a screen reader say it."""
        self._notice = notice
        self._summary.setText(notice.summary)
        self._hint.setText(notice.hint)
        self._hint.setVisible(bool(notice.hint))
        self._details.setPlainText(breakable(notice.details))
        lines = min(_DETAIL_LINES, self._details.blockCount() + 1)
        self._details.setMaximumHeight(self._details.fontMetrics().lineSpacing() * lines)
        self._more.setVisible(bool(notice.details))
        self._more.setChecked(notice.kind is Kind.ERROR and bool(notice.details))
        self._show_details(self._more.isChecked())
        self.again_button.setVisible(bool(notice.again))
        self._undo.setVisible(notice.undo is not None)
        if notice.undo is not None:
            self._undo.setText(notice.undo.text)
            self._undo.setToolTip(plain_tooltip(notice.undo.tip))
        named(self, f"{_SPOKEN[notice.kind]}: {notice.summary}", notice.hint)
        parent = self.parentWidget()
        self._place_actions(parent.width() if parent else self.width())
        self._dress()
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @Slot()
    def close_notice(self) -> None:
        self._notice = None
        self.hide()

    @Slot()
    def copy(self) -> None:
        if self._notice is not None:
            QGuiApplication.clipboard().setText(self._notice.text)

    @Slot()
    def _ask_undo(self) -> None:
        if self._notice is not None and self._notice.undo is not None:
            self.undo_requested.emit(self._notice.undo)

    @Slot()
    def _ask_again(self) -> None:
        if self._notice is not None:
            self.again_requested.emit(self._notice.again)

    @Slot(bool)
    def _show_details(self, shown: bool) -> None:
        self._details.setVisible(shown and self._more.isVisibleTo(self))
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)

    @Slot()
    def _dress(self) -> None:
        if self._notice is None:
            return
        edge = self.fontMetrics().height()
        self.setStyleSheet(self._look.theme.banner_style(self._notice.kind))
        self._icon.setPixmap(self._look.icons.icon(_ICONS[self._notice.kind]).pixmap(edge, edge))
        self._copy.setIcon(self._look.icons.icon("copy"))
        self._close.setIcon(self._look.icons.icon("close"))

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.addWidget(self._summary)
        texts.addWidget(self._hint)
        texts.addWidget(self._details)
        self._actions = QHBoxLayout()
        for button in (self.again_button, self._undo):
            self._actions.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._actions.addStretch()
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.addLayout(texts, 1)
        self._body.addLayout(self._actions)
        row = QHBoxLayout(self)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._body, 1)
        for tool in (self._more, self._copy, self._close):
            row.addWidget(tool, 0, Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_actions(event.size().width())

    def _place_actions(self, width: int) -> None:
        """Beside the text where that still has most of the width, else beneath it."""
        self._actions.invalidate()  # a new text is told to the outer layout only
        beside = self._actions.sizeHint().width() <= _ACTIONS * width
        self._body.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
