"""Texts made fit for what shows them: nothing is taken for HTML, and nothing holds the window up."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from felix_dbadmin.models.plain import breakable, plain_tooltip


@pytest.mark.parametrize("blank", [" ", "\N{EM SPACE}"])
def test_very_many_blanks_do_not_hold_the_window_up(qtbot: QtBot, blank: str) -> None:
    """Without it the layout of this text never ends."""
    text = f"rm{blank * 150_000}x"
    view = QPlainTextEdit()
    qtbot.addWidget(view)
    view.setPlainText(breakable(text))
    view.show()
    assert len(view.toPlainText()) == len(text)
    assert view.toPlainText().split() == ["rm", "x"]


@pytest.mark.parametrize("text", ["", "a  b\n\tc", " " * 59_999, "a " * 100_000, ("x" + " " * 50_000) * 2])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert breakable(text) == text


def test_a_tooltip_shows_tags_as_they_are() -> None:
    assert plain_tooltip("select 1 < 2") == "select 1 < 2"
    assert "<b" not in plain_tooltip("<b>bold</b><img src='http://example.org/x.png'>")


def test_a_tooltip_has_room_on_a_screen() -> None:
    assert len(plain_tooltip("x" * 200_000)) == 2_000
