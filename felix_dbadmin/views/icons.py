"""Icons by what they mean, in the theme's colours. The only caller of the icon library, which is imported late."""

from __future__ import annotations

from importlib import import_module

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import QApplication

from felix_dbadmin.core.paths import resources_folder
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.views.theme import Theme

_NAMES = {
    "open": "mdi6.folder-open-outline",
    "refresh": "mdi6.refresh",
    "rehearse": "mdi6.flask-outline",
    "apply": "mdi6.play",
    "apply_all": "mdi6.playlist-play",
    "roll_back": "mdi6.undo-variant",
    "repair": "mdi6.wrench-outline",
    "back_up": "mdi6.content-save-outline",
    "back_up_all": "mdi6.content-save-all-outline",
    "verify": "mdi6.shield-check-outline",
    "verify_backup": "mdi6.file-check-outline",
    "restore": "mdi6.backup-restore",
    "compare": "mdi6.compare",
    "prove": "mdi6.clipboard-check-outline",
    "restore_copy": "mdi6.content-duplicate",
    "bring_back": "mdi6.table-arrow-up",
    "export": "mdi6.export-variant",
    "protect": "mdi6.lock-outline",
    "unprotect": "mdi6.lock-open-variant-outline",
    "delete": "mdi6.trash-can-outline",
    "retention": "mdi6.calendar-remove-outline",
    "compress": "mdi6.zip-box-outline",
    "command": "mdi6.console",
    "palette": "mdi6.magnify",
    "timeline": "mdi6.timeline-clock-outline",
    "pane": "mdi6.dock-window",
    "go_to": "mdi6.arrow-right-circle-outline",
    "activity": "mdi6.format-list-checks",
    "stop": "mdi6.stop-circle-outline",
    "about": "mdi6.information-outline",
    "quit": "mdi6.exit-to-app",
    "copy": "mdi6.content-copy",
    "close": "mdi6.close",
    "save": "mdi6.download-outline",
    "find": "mdi6.magnify",
    "saved": "mdi6.star-outline",
    "read": "mdi6.text-box-search-outline",
    "table": "mdi6.table",
    "more": "mdi6.dots-horizontal",
    "filter": "mdi6.filter-outline",
    "agents": "mdi6.account-group-outline",
    "commands": "mdi6.console-line",
    "workflows": "mdi6.sitemap-outline",
    "tasks": "mdi6.clipboard-list-outline",
    "approve": "mdi6.check",
    "deny": "mdi6.cancel",
    "up": "mdi6.chevron-up",
    "down": "mdi6.chevron-down",
    "sample": "mdi6.database-plus-outline",
    "database": "mdi6.database-outline",
    "backup": "mdi6.archive-outline",
    "good": "mdi6.check-circle-outline",
    "warning": "mdi6.alert-outline",
    "bad": "mdi6.alert-circle-outline",
    "pending": "mdi6.circle-outline",
    "absent": "mdi6.circle-off-outline",
    "waiting": "mdi6.clock-outline",
    "info": "mdi6.information-outline",
    "locked": "mdi6.lock-outline",
    "trust": "mdi6.file-check-outline",
    "unaccepted": "mdi6.file-question-outline",
}

_TONES = {
    "good": Tone.GOOD,
    "warning": Tone.WARNING,
    "bad": Tone.BAD,
    "locked": Tone.WARNING,
    "unaccepted": Tone.WARNING,
    "absent": Tone.MUTED,
    "backup": Tone.MUTED,
}


class Icons(QObject):
    """Makes each icon once per theme."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._made: dict[tuple[str, bool], QIcon] = {}
        theme.changed.connect(self._forget)

    def icon(self, name: str, *, muted: bool = False) -> QIcon:
        """The icon for a meaning, an empty one for ''. Raises KeyError for one that is not listed here."""
        if not name:
            return QIcon()
        if (name, muted) not in self._made:
            qtawesome = import_module("qtawesome")  # late: it costs more than the rest of the window
            palette = QApplication.palette()
            tone = Tone.MUTED if muted else _TONES.get(name, Tone.NORMAL)
            faded = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
            colour = self._theme.colour(tone) or palette.color(QPalette.ColorRole.ButtonText)
            selected = palette.color(QPalette.ColorRole.HighlightedText)
            made = qtawesome.icon(_NAMES[name], color=colour, color_disabled=faded, color_selected=selected)
            self._made[name, muted] = made
        return self._made[name, muted]

    @Slot()
    def _forget(self) -> None:
        self._made.clear()


def app_icon() -> QIcon:
    return QIcon(str(resources_folder() / "icons" / "felix-dbadmin.svg"))
