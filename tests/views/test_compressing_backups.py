"""Old backups compressed from the window: shown before, done as shown, and what was found afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import locked, open_workspace
from felix_dbadmin.views.dialogs.compressing import CompressDialog
from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from felix_dbadmin.views.settings import WindowSettings
from tests.views.session import LONG, Session


@pytest.fixture
def saved(fresh: Path) -> Path:
    """A workspace with four backups of knowledge and one of tasks."""
    for note in ("first", "second", "third", "fourth"):
        back_up(fresh, "knowledge", task=Task(), note=note)
    back_up(fresh, "tasks", task=Task())
    return fresh


@pytest.fixture
def no_zstd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if zstandard had not been installed, for the engine too: it takes over where modules are looked for."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "zstandard.py").write_text("raise ImportError('not installed')\n")
    monkeypatch.syspath_prepend(folder)


def compress_dialog(session: Session) -> CompressDialog:
    session.start(Do.COMPRESS)
    dialog = session.dialog(CompressDialog)
    session.qtbot.waitUntil(lambda: dialog.sentence.text() != "Looking at the backups…", timeout=LONG)
    return dialog


def choose(session: Session, dialog: CompressDialog, keep_plain: int) -> None:
    dialog.keep_plain.setValue(keep_plain)
    session.qtbot.waitUntil(lambda: dialog.plan is not None, timeout=LONG)


def test_what_is_shown_is_compressed_and_stays_selected(session: Session, saved: Path) -> None:
    session.open(saved)
    backups = session.component("knowledge").backups
    page = session.window.backups
    page.select_backup(backups[-1].name)
    dialog = compress_dialog(session)
    assert dialog.cancel_button.isDefault()
    assert [fate.backup.name for fate in dialog.fates if not fate.kept] == [backups[-1].name]
    assert {fate.kept for fate in dialog.fates if fate.kept} == {"among the newest 3"}
    choose(session, dialog, 1)
    assert dialog.accept_button.text() == "Compress 3 backups"
    assert dialog.sentence.text().startswith("3 backups would be compressed, ")
    assert dialog.sentence.text().endswith("; 2 backups stay as they are.")
    session.press(dialog.accept_button)
    session.finish()
    notice = session.notice()
    assert notice.kind is Kind.SUCCESS
    assert notice.summary.startswith("3 backups compressed: ")
    assert "saved. Each was decompressed again and found the same, byte for byte" in notice.summary
    assert len(list((saved / "backups").glob("*.db.zst"))) == 3
    wanted = f"{backups[-1].name}.zst"
    session.qtbot.waitUntil(lambda: page.backup is not None and page.backup.name == wanted, timeout=LONG)
    rows = session.window.activity.rows
    assert [row.what for row in rows if "ompress" in row.what] == ["Compress old backups"]
    assert session.do(Do.PROVE).kind is Kind.SUCCESS


def test_leaving_the_dialog_compresses_nothing(session: Session, saved: Path) -> None:
    session.open(saved)
    dialog = compress_dialog(session)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    session.finish()
    assert list((saved / "backups").glob("*.zst")) == []


def test_the_number_is_remembered_for_this_folder(session: Session, saved: Path, tmp_path: Path) -> None:
    session.open(saved)
    dialog = compress_dialog(session)
    choose(session, dialog, 7)
    assert not dialog.accept_button.isEnabled()
    assert dialog.sentence.text() == "Nothing would be compressed: 5 backups stay as they are."
    session.press(dialog.cancel_button)
    session.finish()
    assert compress_dialog(session).keep_plain.value() == 7
    assert WindowSettings(tmp_path / "window.ini").number(tmp_path / "elsewhere", "compress_keep_plain", 3) == 3


def test_what_is_kept_and_cannot_be_a_number_counts_as_nothing(tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path / "window.ini")
    settings.keep_number(tmp_path / "a", "n", 4)
    settings.keep_number(tmp_path / "b", "n", -4)
    again = WindowSettings(tmp_path / "window.ini")
    assert [again.number(tmp_path / name, "n", 9) for name in ("a", "b", "c")] == [4, 9, 9]


def test_stopping_says_what_was_done_by_then(session: Session, saved: Path) -> None:
    session.open(saved)
    dialog = compress_dialog(session)
    workspace = open_workspace(saved)
    with locked(workspace, workspace.component("knowledge"), "something else", Task()):
        session.press(dialog.accept_button)
        session.dialog(ProgressDialog).reject()
        session.finish()
    notice = session.notice()
    assert notice.kind is Kind.INFO
    assert "No backup had been compressed by then." in notice.summary
    assert list((saved / "backups").glob("*.zst")) == []


def test_without_the_library_it_says_how_to_get_it(no_zstd: None, session: Session, saved: Path) -> None:
    session.open(saved)
    dialog = compress_dialog(session)
    assert dialog.sentence.text().splitlines() == [
        "Compressing backups needs zstd compression, which is not installed.",
        "Install it: pip install 'felix-dbadmin[zstd]'",
    ]
    assert not dialog.accept_button.isEnabled()
