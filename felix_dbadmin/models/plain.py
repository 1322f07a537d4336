"""Text that is shown as it is, also where Qt would take it for HTML."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def plain_tooltip(text: str) -> str:
    """The text for a tooltip: there Qt looks into the text and guesses, and SQL may well hold a tag."""
    if not Qt.mightBeRichText(text):
        return text
    return f'<span style="white-space: pre-wrap">{escape(text)}</span>'
