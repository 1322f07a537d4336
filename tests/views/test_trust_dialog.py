"""The dialog in which code is read: nothing hides, and what was not seen to its end cannot be accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.trust import Code
from felix_dbadmin.views.dialogs import trust
from felix_dbadmin.views.dialogs.trust import TrustDialog
from felix_dbadmin.views.look import Look

Opened = Callable[..., TrustDialog]

HIDDEN = "-- harmless \u202e;seton MORF ETELED\n"
LONG_TEXT = "-- one line of very many\n" * 300


@pytest.fixture
def opened(look: Look, qtbot: QtBot) -> Iterator[Opened]:
    window = QWidget()
    window.resize(900, 600)
    window.show()

    def open_on(*texts: str) -> TrustDialog:
        code = tuple(Code("notes", "notes.db", f"/w/{at}.sql", text) for at, text in enumerate(texts))
        dialog = TrustDialog(look, code, window)
        dialog.open()
        qtbot.waitExposed(dialog)
        return dialog

    yield open_on
    window.deleteLater()


def read(dialog: TrustDialog) -> list[bool]:
    return [row.read for row in dialog.model.rows]


def press(dialog: TrustDialog) -> None:
    QTest.mouseClick(dialog.read_on, Qt.MouseButton.LeftButton)


def test_what_hides_is_shown(opened: Opened) -> None:
    dialog = opened(HIDDEN + "\0", "select 1;")
    assert dialog.code.toPlainText() == "-- harmless ⟨U+202E⟩;seton MORF ETELED\n⟨U+0000⟩"
    assert dialog.notes.text() == "2 hidden characters shown by their codes, as ⟨U+202E⟩."
    dialog.table.selectRow(1)
    assert dialog.code.toPlainText() == "select 1;"
    assert not dialog.notes.isVisible()


def test_a_text_is_read_when_its_end_was_in_sight(opened: Opened) -> None:
    dialog = opened("select 1;", LONG_TEXT, "select 2;", "x" * 20_000 + "; drop table notes")
    dialog.table.selectRow(1)
    dialog.table.selectRow(3)
    assert read(dialog) == [True, False, False, False]
    dialog.table.selectRow(1)
    dialog.code.verticalScrollBar().setValue(dialog.code.verticalScrollBar().maximum())
    assert read(dialog) == [True, True, False, False]
    assert dialog.progress.text() == "2 of 4 read"
    assert not dialog.accept_button.isEnabled()
    press(dialog)
    assert read(dialog) == [True, True, True, False]


def test_one_button_leads_through_everything(opened: Opened) -> None:
    dialog = opened(LONG_TEXT, "x" * 20_000, "select 1;")
    dialog.table.selectRow(2)
    for _ in range(100):
        if not dialog.read_on.isEnabled():
            break
        press(dialog)
    assert read(dialog) == [True, True, True]
    assert dialog.accept_button.isEnabled()
    QTest.keyClick(dialog.table, Qt.Key.Key_Return)
    assert dialog.isVisible()


def test_what_is_too_long_to_be_shown_cannot_be_accepted_here(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "LONGEST", 250)
    dialog = opened("select 1;", LONG_TEXT)
    for _ in range(5):
        press(dialog)
    assert dialog.code.toPlainText() == ""
    assert "7,500 characters are too many" in dialog.notes.text()
    assert "felix-dbadmin trust --component notes shows them" in dialog.notes.text()
    assert read(dialog) == [True, False]
    assert not dialog.accept_button.isEnabled()
