"""What models say of a cell beside its text, and what the views make of it."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from PySide6.QtCore import Qt


class Tone(StrEnum):
    """How a text is meant. Colour only ever repeats what the words say."""

    NORMAL = "normal"
    MUTED = "muted"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


class Role(IntEnum):
    TONE = Qt.ItemDataRole.UserRole + 1
    """A Tone."""
    ICON = Qt.ItemDataRole.UserRole + 2
    """The name of an icon, '' for none."""
    ROW = Qt.ItemDataRole.UserRole + 3
    """The row as it was given to the model."""
    SEARCH = Qt.ItemDataRole.UserRole + 4
    """What a filter looks at."""
