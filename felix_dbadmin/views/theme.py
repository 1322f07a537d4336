"""Light, dark or as the system has it. The only place that knows a colour."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from string import Template
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from felix_dbadmin.core.paths import resources_folder
from felix_dbadmin.models.roles import Tone


class Scheme(StrEnum):
    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


_QT_SCHEMES = {
    Scheme.LIGHT: Qt.ColorScheme.Light,
    Scheme.DARK: Qt.ColorScheme.Dark,
    Scheme.SYSTEM: Qt.ColorScheme.Unknown,
}

_PALETTE_ROLES = {
    "window": (QPalette.ColorRole.Window,),
    "base": (QPalette.ColorRole.Base,),
    "alternate": (QPalette.ColorRole.AlternateBase,),
    "text": (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.ToolTipText,
    ),
    "button": (QPalette.ColorRole.Button,),
    "highlight": (QPalette.ColorRole.Highlight, QPalette.ColorRole.Accent),
    "highlighted_text": (QPalette.ColorRole.HighlightedText,),
    "placeholder": (QPalette.ColorRole.PlaceholderText,),
    "link": (QPalette.ColorRole.Link,),
    "light": (QPalette.ColorRole.Light, QPalette.ColorRole.Midlight),
    "mid": (QPalette.ColorRole.Mid,),
    "dark": (QPalette.ColorRole.Dark, QPalette.ColorRole.Shadow),
    "tooltip": (QPalette.ColorRole.ToolTipBase,),
}


# Any: PySide's stubs ask for bytes here, and it takes nothing but str.
_WITH_CHECK_BOXES: tuple[Any, ...] = ("QCheckBox", "QRadioButton")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, by what they are for."""

    palette: Mapping[str, str]
    tones: Mapping[str, str]
    banner: Mapping[str, str]
    banner_edge: Mapping[str, str]
    code: Mapping[str, str]
    search: Mapping[str, str]
    chart: Mapping[str, str]


@cache
def load_tokens(name: str) -> Tokens:
    """The tokens in resources/themes/<name>.toml."""
    data = tomllib.loads((resources_folder() / "themes" / f"{name}.toml").read_text(encoding="utf-8"))
    return Tokens(**data)


class Theme(QObject):
    """Sets the application's palette and answers for every colour beside it."""

    changed = Signal()

    def __init__(self, app: QApplication, scheme: Scheme = Scheme.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = scheme
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._follow_system)
        self.set_scheme(scheme)

    @property
    def scheme(self) -> Scheme:
        return self._scheme

    @property
    def tokens(self) -> Tokens:
        if self._scheme is not Scheme.SYSTEM:
            return load_tokens(self._scheme)
        dark = self._app.palette().color(QPalette.ColorRole.Window).lightnessF() < 0.5
        return load_tokens("dark" if dark else "light")

    def set_scheme(self, scheme: Scheme) -> None:
        self._scheme = scheme
        hints = self._app.styleHints()
        if hasattr(hints, "setColorScheme"):  # Qt 6.8 and newer
            hints.setColorScheme(_QT_SCHEMES[scheme])
        palette = self._app.style().standardPalette() if scheme is Scheme.SYSTEM else _palette(load_tokens(scheme))
        self._app.setPalette(palette)
        for kind in _WITH_CHECK_BOXES:
            self._app.setPalette(with_outlines(palette), kind)
        self.changed.emit()

    def colour(self, tone: Tone) -> QColor | None:
        """None for what is written in the ordinary text colour."""
        return QColor(self.tokens.tones[tone]) if tone in self.tokens.tones else None

    def banner_style(self, kind: str) -> str:
        """The style sheet of a banner: info, success, warning or error."""
        template = Template((resources_folder() / "styles" / "banner.qss").read_text(encoding="utf-8"))
        tokens = self.tokens
        return template.substitute(
            background=tokens.banner[kind], edge=tokens.banner_edge[kind], text=tokens.palette["text"]
        )

    @Slot()
    def _follow_system(self) -> None:
        if self._scheme is Scheme.SYSTEM:
            self.set_scheme(Scheme.SYSTEM)


def with_outlines(palette: QPalette) -> QPalette:
    """For check boxes: Fusion draws their edge darker than the window, and on a dark one nobody sees that."""
    outlined = QPalette(palette)
    if palette.color(QPalette.ColorRole.Window).lightnessF() < 0.5:
        outlined.setColor(QPalette.ColorRole.Window, palette.color(QPalette.ColorRole.PlaceholderText))
    return outlined


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    for name, roles in _PALETTE_ROLES.items():
        for role in roles:
            palette.setColor(role, QColor(tokens.palette[name]))
    disabled = QColor(tokens.palette["disabled"])
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, disabled)
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(tokens.palette["mid"]))
    return palette
