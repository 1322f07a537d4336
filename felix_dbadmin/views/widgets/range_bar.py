"""One line that says what a page of figures looks at: the span of time, the filters, and how often it reads again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from felix_dbadmin.core.analytics.choices import Choices
from felix_dbadmin.models.analytics_pages import PageSpec
from felix_dbadmin.models.analytics_view import TITLES, Spell, View
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, icon_button, named
from felix_dbadmin.views.widgets.choice_button import ChoiceButton
from felix_dbadmin.views.widgets.filter_button import FilterButton
from felix_dbadmin.views.widgets.flow_layout import FlowLayout
from felix_dbadmin.views.widgets.links import LinkButton

REFRESHES = ((0, "Refresh: off"), (10, "Every 10 s"), (60, "Every minute"))
"""Seconds, and how it is called."""
_SHORT = {Spell.HOUR: "1 h", Spell.DAY: "24 h", Spell.WEEK: "7 d", Spell.MONTH: "30 d", Spell.ALL: "All"}
_FORM = "yyyy-MM-dd HH:mm"


class RangeBar(QWidget):
    view_changed = Signal(object)
    """View"""
    refresh_wanted = Signal()
    interval_changed = Signal(int)
    """Seconds between two readings, 0 for only when asked."""

    def __init__(self, look: Look, spec: PageSpec, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._view = View()
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.spells = {spell: self._spell_button(spell) for spell in Spell}
        self.since, self.until = QDateTimeEdit(self), QDateTimeEdit(self)
        self.show_button = QPushButton("&Show", self)
        self._custom = QWidget(self)
        self.filters = {column: FilterButton(look, column, self) for column in spec.filters}
        self.clear_button = LinkButton("Clear filters", self)
        self.least = QSpinBox(self)
        self.refresh_button = icon_button(look.icons, "refresh", "Read it again", self)
        self.interval = QComboBox(self)
        self._lay_out(spec)
        self._group.buttonClicked.connect(self._choose_spell)
        self.show_button.clicked.connect(self._show_custom)
        for button in self.filters.values():
            button.changed.connect(self._narrow)
        self.clear_button.clicked.connect(self._clear)
        self.least.valueChanged.connect(self._set_least)
        self.refresh_button.clicked.connect(self.refresh_wanted)
        self.interval.activated.connect(self._set_interval)
        look.theme.changed.connect(self._dress)
        self.show_view(self._view)

    @property
    def view(self) -> View:
        return self._view

    def show_view(self, view: View) -> None:
        """Without telling anybody."""
        self._view = view
        self.spells[view.spell].setChecked(True)
        self._custom.setVisible(view.spell is Spell.CUSTOM)
        for column, button in self.filters.items():
            button.show_wanted(view.values(column))
        self.clear_button.setVisible(bool(view.where))
        self.least.blockSignals(True)
        self.least.setValue(view.least_uses)
        self.least.blockSignals(False)
        for edit, moment in ((self.since, view.since), (self.until, view.until)):
            if moment is not None and 0 <= moment < 250_000_000_000:
                edit.setDateTime(QDateTime.fromSecsSinceEpoch(int(moment)))

    def show_interval(self, seconds: int) -> None:
        place = self.interval.findData(seconds)
        self.interval.setCurrentIndex(max(0, place))

    def show_choices(self, choices: Sequence[Choices]) -> None:
        known = {each.column: each for each in choices}
        for column, button in self.filters.items():
            button.show_choices(known.get(column))

    def set_view(self, view: View) -> None:
        """As if somebody had chosen it here."""
        if view != self._view:
            self.show_view(view)
            self.view_changed.emit(view)

    @Slot(object)
    def _choose_spell(self, button: object) -> None:
        spell = next(each for each, known in self.spells.items() if known is button)
        if spell is not Spell.CUSTOM:
            self.set_view(self._view.over(spell))
            return
        self._custom.show()
        if self._view.spell is not Spell.CUSTOM:  # begin with what is in sight
            now = QDateTime.currentDateTime()
            self.until.setDateTime(now)
            self.since.setDateTime(now.addDays(-7))
        self.since.setFocus()

    @Slot()
    def _show_custom(self) -> None:
        since, until = (float(edit.dateTime().toSecsSinceEpoch()) for edit in (self.since, self.until))
        self.set_view(self._view.over(Spell.CUSTOM, min(since, until), max(since, until)))

    @Slot(str, object)
    def _narrow(self, column: str, wanted: tuple[str, ...]) -> None:
        self.set_view(self._view.narrowed_to(column, wanted))

    @Slot()
    def _clear(self) -> None:
        view = self._view
        for column, _ in view.where:
            view = view.narrowed_to(column, ())
        self.set_view(view)

    @Slot(int)
    def _set_least(self, least: int) -> None:
        view = self._view
        self.set_view(View(view.spell, view.since, view.until, view.where, least))

    @Slot()
    def _set_interval(self) -> None:
        self.interval_changed.emit(int(self.interval.currentData()))

    @Slot()
    def _dress(self) -> None:
        self.refresh_button.setIcon(self._look.icons.icon("refresh"))

    def _spell_button(self, spell: Spell) -> ChoiceButton:
        button = ChoiceButton(self._look, _SHORT.get(spell, "Custom…"), TITLES[spell], self._group, self)
        button.setToolTip(TITLES[spell])
        return button

    def _lay_out(self, spec: PageSpec) -> None:
        for edit, name in ((self.since, "From"), (self.until, "Until")):
            edit.setDisplayFormat(_FORM)
            edit.setCalendarPopup(True)
            named(edit, name)
        custom = QHBoxLayout(self._custom)
        custom.setContentsMargins(0, 0, 0, 0)
        custom.addWidget(PlainLabel("From", self._custom))
        custom.addWidget(self.since)
        custom.addWidget(PlainLabel("until", self._custom))
        custom.addWidget(self.until)
        custom.addWidget(self.show_button)
        self.least.setRange(1, 1_000_000)
        self.least.setPrefix("At least ")
        self.least.setSuffix(" runs")
        self.least.setKeyboardTracking(False)
        self.least.setToolTip("How often a command must have run to be listed as successful")
        self.least.setVisible(spec.threshold)
        named(self.least, "Least runs of a command")
        for seconds, text in REFRESHES:
            self.interval.addItem(text, seconds)
        named(self.interval, "How often to read again")
        spells = QHBoxLayout()
        spells.setSpacing(0)
        together = QWidget(self)
        together.setLayout(spells)
        spells.setContentsMargins(0, 0, 0, 0)
        for button in self.spells.values():
            spells.addWidget(button)
        flow = FlowLayout(gap=8)
        for part in (together, self._custom, *self.filters.values(), self.clear_button, self.least):
            flow.addWidget(part)
        flow.addWidget(self.interval)
        flow.addWidget(self.refresh_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(flow)
