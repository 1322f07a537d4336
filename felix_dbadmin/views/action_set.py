"""The registry's actions as Qt has them: in menus, on the toolbar, with shortcuts, and able to say why not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar

from felix_dbadmin.models.plain import plain_tooltip
from felix_dbadmin.views.action_spec import MENUS, MIGRATE, ActionSpec
from felix_dbadmin.views.actions import ACTIONS, SPECS
from felix_dbadmin.views.availability import Situation, availability, command_of
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.theme import Scheme
from felix_dbadmin.views.widgets.palette import PaletteEntry


class ActionSet(QMenu):
    """Owns the actions; as a menu it is “Copy as command”, whose entries copy what the terminal would be told."""

    command_copied = Signal(str)

    def __init__(self, look: Look, window: QMainWindow) -> None:
        super().__init__("&Copy as command", window)
        self._look = look
        self._now = Situation()
        self._actions = {spec.do: self._make(spec, window) for spec in ACTIONS}
        self._commands = {spec.do: self.addAction(_plain(spec.text)) for spec in ACTIONS if spec.command}
        for do, entry in self._commands.items():
            entry.setData(do)
        self.setToolTipsVisible(True)
        self.triggered.connect(self._copy_command)
        schemes = QActionGroup(window)
        for do in (Do.LIGHT, Do.DARK, Do.SYSTEM):
            schemes.addAction(self._actions[do])
        look.theme.changed.connect(self._dress)
        self._dress()
        self.set_situation(self._now)

    def __getitem__(self, do: Do) -> QAction:
        return self._actions[do]

    def fill(self, window: QMainWindow) -> QToolBar:
        """Put the actions into the menu bar and onto a new toolbar."""
        menus = {title: window.menuBar().addMenu(title) for title in MENUS}
        toolbar = QToolBar("Actions", window)
        toolbar.setObjectName("actions")
        toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        toolbar.setMovable(False)
        for spec in ACTIONS:
            if spec.divided:
                menus[spec.menu].addSeparator()
            menus[spec.menu].addAction(self._actions[spec.do])
            if spec.toolbar:
                if spec.divided and spec.do is not Do.REFRESH:
                    toolbar.addSeparator()
                toolbar.addAction(self._actions[spec.do])
        menus[MIGRATE].addSeparator()
        self.setIcon(self._look.icons.icon("command"))
        menus[MIGRATE].addMenu(self)
        for menu in menus.values():
            menu.setToolTipsVisible(True)
        window.addToolBar(toolbar)
        return toolbar

    def set_situation(self, now: Situation) -> None:
        """Enable what makes sense; the rest says in tooltip and status line why it does not."""
        self._now = now
        for do, reason in availability(now).items():
            action, spec = self._actions[do], SPECS[do]
            command = command_of(spec, now)
            action.setEnabled(not reason)
            action.setStatusTip(reason or spec.tip)
            shortcut = f" ({action.shortcut().toString()})" if spec.shortcut else ""
            action.setToolTip(plain_tooltip("\n".join(line for line in (spec.tip + shortcut, reason, command) if line)))
            if do in self._commands:
                self._commands[do].setEnabled(bool(command))
                self._commands[do].setToolTip(plain_tooltip(command))

    def entries(self) -> tuple[PaletteEntry, ...]:
        """Every action as things stand now, for the palette; its key is the action's."""
        reasons = availability(self._now)
        return tuple(
            PaletteEntry(
                key=spec.do,
                text=_plain(spec.text),
                hint=spec.tip,
                shortcut=self._actions[spec.do].shortcut().toString(),
                reason=reasons[spec.do],
                command=command_of(spec, self._now),
                icon=spec.icon,
            )
            for spec in ACTIONS
        )

    def set_scheme(self, scheme: Scheme) -> None:
        self._actions[Do(scheme)].setChecked(True)

    def _make(self, spec: ActionSpec, window: QMainWindow) -> QAction:
        action = QAction(spec.text, window)
        action.setObjectName(spec.do)
        action.setCheckable(spec.checkable)
        if spec.toolbar:
            action.setIconText(spec.toolbar)
        if spec.shortcut:
            action.setShortcut(QKeySequence(spec.shortcut))
        return action

    @Slot()
    def _dress(self) -> None:
        for spec in ACTIONS:
            if spec.icon:
                self._actions[spec.do].setIcon(self._look.icons.icon(spec.icon))

    @Slot(QAction)
    def _copy_command(self, entry: QAction) -> None:
        command = command_of(SPECS[Do(entry.data())], self._now)
        QGuiApplication.clipboard().setText(command)
        self.command_copied.emit(command)


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")
