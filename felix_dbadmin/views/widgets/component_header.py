"""Which component a page is about, and how it is, in words."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.wording import headline, health_tone, situation
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel
from felix_dbadmin.views.widgets.empty_state import ActionButton


class ComponentHeader(QWidget):
    """Offers what leads on where a component cannot be read: `again` reads it once more, `trust` accepts its code."""

    def __init__(
        self, look: Look, parent: QWidget, *, again: QAction | None = None, trust: QAction | None = None
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._tone = Tone.NORMAL
        self._title = PlainLabel(parent=self)
        self._title.make_heading()
        self._facts = PlainLabel(parent=self)
        self._situation = PlainLabel(parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for label in (self._title, self._facts):
            column.addWidget(label)
        self.again_button = QPushButton("Try again", self)
        self.again_button.hide()
        self._again = again
        if again is not None:
            self.again_button.clicked.connect(again.trigger)
        self.trust_button = ActionButton(trust, self) if trust is not None else None
        row = QHBoxLayout()
        row.addWidget(self._situation, 1)
        row.addWidget(self.again_button)
        if self.trust_button is not None:
            self.trust_button.offer(False)
            row.addWidget(self.trust_button)
        column.addLayout(row)
        look.theme.changed.connect(self._dress)

    @property
    def text(self) -> str:
        return " ".join(label.text() for label in (self._title, self._facts, self._situation))

    def show_status(self, status: ComponentStatus | None, *, sentence: bool = True) -> None:
        """Without its `sentence` where the page says that itself, and larger."""
        self._title.setText(status.title if status else "Select a component")
        self._facts.setText(headline(status) if status else "")
        self._situation.setText(situation(status) if status and sentence else "")
        self._situation.setVisible(sentence)
        unaccepted = status is not None and status.unaccepted
        troubled = status is not None and status.trouble is not None and not unaccepted
        self.again_button.setVisible(self._again is not None and troubled)
        if self.trust_button is not None:
            self.trust_button.offer(unaccepted)
        self._tone = health_tone(status) if status else Tone.NORMAL
        self._dress()

    @Slot()
    def _dress(self) -> None:
        palette = QPalette()
        colour = self._look.theme.colour(self._tone)
        if colour is not None:
            palette.setColor(QPalette.ColorRole.WindowText, colour)
        self._situation.setPalette(palette)
