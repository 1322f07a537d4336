"""Any action by typing: found, explained, run."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from felix_dbadmin.views.actions import ACTIONS
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from felix_dbadmin.views.widgets.palette import PaletteDialog, PaletteEntry, matching
from tests.views.session import Session


def palette(session: Session, do: Do = Do.PALETTE) -> PaletteDialog:
    session.start(do)
    return session.dialog(PaletteDialog)


def test_typing_finds_an_action_and_return_runs_it(session: Session, fresh: Path) -> None:
    session.open(fresh)
    dialog = palette(session)
    assert {each.key for each in dialog.matches} == {spec.do for spec in ACTIONS}
    QTest.keyClicks(dialog.line, "dry run")
    assert dialog.matches[0].text == "Dry run"
    assert dialog.matches[0].shortcut == "Ctrl+R"
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    session.finish()
    assert session.notice().kind is Kind.SUCCESS
    assert session.window.migrations.rehearsal.proof.startswith("Live file unchanged")


def test_what_cannot_be_used_is_listed_and_says_why(session: Session) -> None:
    dialog = palette(session)
    QTest.keyClicks(dialog.line, "apply all")
    assert dialog.entry is not None
    assert dialog.entry.reason == "No folder is open."
    assert dialog.foot.text() == "Not now: No folder is open."
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert dialog.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_arrows_move_in_the_list_and_ctrl_c_copies_the_command(session: Session, fresh: Path) -> None:
    session.open(fresh)
    dialog = palette(session)
    QTest.keyClicks(dialog.line, "back up")
    first = dialog.entry
    QTest.keyClick(dialog.line, Qt.Key.Key_Down)
    assert dialog.entry == dialog.matches[1] != first
    QTest.keyClick(dialog.line, Qt.Key.Key_Up)
    QTest.keyClick(dialog.line, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == f"felix-dbadmin backup create --workspace {fresh} --component knowledge"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_the_list_stands_still_while_the_line_beneath_it_changes(session: Session, fresh: Path) -> None:
    session.open(fresh)
    session.window.resize(1366, 768)
    dialog = palette(session)
    heights, feet = set(), set()
    layout = dialog.layout()
    assert layout is not None
    for row in range(dialog.table.model().rowCount()):
        dialog.table.selectRow(row)
        layout.activate()
        heights.add(dialog.table.height())
        feet.add(dialog.foot.text())
    assert len(heights) == 1
    assert len(feet) > 5
    dialog.reject()


def test_go_to_a_component(session: Session, fresh: Path) -> None:
    session.open(fresh)
    dialog = palette(session, Do.GO_TO)
    QTest.keyClicks(dialog.line, "work")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    row = session.window.tree.row
    assert row is not None
    assert row.component == "workflows"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["Back up", "Verify backup", "Refresh"]),
        ("ver", ["Verify backup", "Refresh"]),
        ("up", ["Back up", "Verify backup"]),
        ("up back", ["Back up", "Verify backup"]),
        ("every database", ["Refresh"]),
        ("nothing of it", []),
    ],
)
def test_names_come_before_descriptions(typed: str, found: list[str]) -> None:
    entries = (
        PaletteEntry("a", "Back up"),
        PaletteEntry("b", "Verify backup"),
        PaletteEntry("c", "Refresh", "Read every database again; very quick"),
    )
    assert [each.text for each in matching(entries, typed)] == found


def test_the_keys_of_the_window(session: Session, fresh: Path) -> None:
    session.open(fresh)
    window, control = session.window, Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, Qt.Key.Key_2, control)
    assert window.tabs.currentWidget() is window.backups
    QTest.keyClick(window, Qt.Key.Key_3, control)
    assert window.tabs.currentWidget() is window.search
    QTest.keyClick(window, Qt.Key.Key_4, control)
    assert window.tabs.currentWidget() is window.timeline
    QTest.keyClick(window, Qt.Key.Key_K, control)
    assert window.search.bar.box.hasFocus()
    QTest.keyClick(window, Qt.Key.Key_1, control)
    assert window.tabs.currentWidget() is window.migrations
    QTest.keyClick(window, Qt.Key.Key_P, control | Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(session.dialog(PaletteDialog), Qt.Key.Key_Escape)


def test_f6_goes_round_the_panes_and_shift_f6_back(session: Session, fresh: Path) -> None:
    session.open(fresh)
    window = session.window
    window.migrations.table.setFocus()
    start = window.focusWidget()
    seen = []
    for _ in range(20):
        QTest.keyClick(window, Qt.Key.Key_F6)
        seen.append(window.focusWidget())
        if window.focusWidget() is start:
            break
    assert seen[-1] is start
    assert len(set(seen)) == len(seen) >= 3
    names = {widget.accessibleName() for widget in seen}
    assert {"Components", "Migrations"} <= names
    QTest.keyClick(window, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert window.focusWidget() is seen[-2]
