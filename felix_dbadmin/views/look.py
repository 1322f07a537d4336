"""How the window looks: theme, icons, and the delegate that uses both; handed to whatever draws."""

from __future__ import annotations

from dataclasses import dataclass

from felix_dbadmin.views.icons import Icons
from felix_dbadmin.views.theme import Theme
from felix_dbadmin.views.widgets.tone_delegate import ToneDelegate


@dataclass(frozen=True, slots=True)
class Look:
    theme: Theme
    icons: Icons
    delegate: ToneDelegate


def make_look(theme: Theme) -> Look:
    icons = Icons(theme)
    return Look(theme, icons, ToneDelegate(theme, icons, theme))
