"""Text that is shown as it is, also where Qt would take it for HTML."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtGui import Qt

_LONGEST_BLANK = 60_000
"""Qt never ends laying out a line of wrapped text with 65,536 blanks in a row."""

_LONGEST_TIP = 2_000
"""Characters; no screen has room for more."""

_BLANKS = re.compile(rf"(?<![^\S\n])[^\S\n]{{{_LONGEST_BLANK},}}")


def breakable(text: str) -> str:
    """The text for a view that wraps its lines: as long as it was, with line ends in a row of very many blanks."""
    return _BLANKS.sub(_broken, text)


def _broken(found: re.Match[str]) -> str:
    blanks = found.group()
    pieces = (blanks[at : at + _LONGEST_BLANK - 1] for at in range(0, len(blanks), _LONGEST_BLANK))
    return "\n".join(pieces).ljust(len(blanks))


def plain_tooltip(text: str) -> str:
    """The text for a tooltip: there Qt looks into the text and guesses, and SQL may well hold a tag."""
    if len(text) > _LONGEST_TIP:
        text = f"{text[: _LONGEST_TIP - 1]}…"
    if not Qt.mightBeRichText(text):
        return text
    return f'<span style="white-space: pre-wrap">{escape(text)}</span>'
