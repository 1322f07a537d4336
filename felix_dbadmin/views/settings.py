"""What the window remembers. A file that cannot be understood is put aside, and counts as empty."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from felix_dbadmin.views.settings_file import set_damaged_aside
from felix_dbadmin.views.theme import Scheme

_LAYOUT = 1
"""Raised when the window's parts change, so that an old layout is not forced onto a new window."""

_DIGITS = 9
"""Of a number that a box in a dialog can show."""


class WindowSettings:
    """Last folder, theme, geometry: each saved when it changes, not only at the end."""

    def __init__(self, path: Path | None = None, *, remember: bool = True) -> None:
        """`path` None: the file in the user's configuration folder. Without `remember` nothing is written."""
        self._remember = remember
        if path is None:
            location = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppConfigLocation)
            path = Path(location) / "window.ini"
        self.put_aside = set_damaged_aside(path) if remember else ""
        """A sentence on the file that was there and cannot be understood; '' where there was none."""
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def folder(self) -> Path | None:
        """The workspace that was open last, None where it is not there any more."""
        text = self._text("folder")
        try:
            return Path(text) if text and Path(text).is_dir() else None
        except OSError:
            return None  # too long a name, or nothing that we may look at

    @folder.setter
    def folder(self, folder: Path) -> None:
        self._keep("folder", str(folder))

    @property
    def scheme(self) -> Scheme:
        text = self._text("scheme")
        return Scheme(text) if text in list(Scheme) else Scheme.SYSTEM

    @scheme.setter
    def scheme(self, scheme: Scheme) -> None:
        self._keep("scheme", str(scheme))

    def layout(self, part: str) -> QByteArray | None:
        """What Qt saved of a part's geometry, None where nothing usable is kept."""
        value = self._store.value(f"layout{_LAYOUT}/{part}")
        return value if isinstance(value, QByteArray) else None

    def keep_layout(self, part: str, state: QByteArray) -> None:
        self._keep(f"layout{_LAYOUT}/{part}", state)

    def number(self, folder: Path, name: str, default: int) -> int:
        """What was chosen last in this workspace; `default` where nothing usable is kept."""
        text = str(self._store.value(_workspace_key(folder, name)))
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else default

    def keep_number(self, folder: Path, name: str, value: int) -> None:
        self._keep(_workspace_key(folder, name), value)

    def lines(self, folder: Path, name: str) -> tuple[str, ...]:
        """What was kept in this workspace, in the order in which it was given."""
        try:
            kept = json.loads(str(self._store.value(_workspace_key(folder, name))))
        except (ValueError, RecursionError):
            return ()
        return tuple(str(each) for each in kept) if isinstance(kept, list) else ()

    def keep_lines(self, folder: Path, name: str, lines: tuple[str, ...]) -> None:
        self._keep(_workspace_key(folder, name), json.dumps(lines))

    def _keep(self, key: str, value: object) -> None:
        if self._remember:
            self._store.setValue(key, value)

    def _text(self, key: str) -> str:
        value = self._store.value(key)
        return value if isinstance(value, str) else ""


def _workspace_key(folder: Path, name: str) -> str:
    """Quoted, because a slash makes a group."""
    return f"workspaces/{quote(str(folder), safe='')}/{name}"
