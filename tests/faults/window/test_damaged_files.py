"""Files of the program itself that are damaged: kept under another name, named once, and the window opens."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.activity import JOURNAL, activities
from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.damaged import set_damaged_aside
from felix_dbadmin.core.paths import state_folder
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.trust import ACCEPTED_FILE
from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.notice import Kind
from felix_dbadmin.views.settings import WindowSettings
from felix_dbadmin.views.theme import Scheme
from tests.faults.operations import COMPONENT, Ready
from tests.faults.window.visits import NOTHING, visit
from tests.views.session import LONG, Session

Damage = Callable[[Path], None]


def _bytes(content: bytes) -> Damage:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def _cut(path: Path) -> None:
    """In the middle of its last line."""
    path.write_bytes(path.read_bytes()[:-7])


def _loop(path: Path) -> None:
    """What even root cannot open."""
    path.unlink()
    path.symlink_to(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").write_text("kept")


SETTINGS: dict[str, tuple[Damage, str]] = {
    "garbage": (_bytes(b"\x00\xff\xfe garbage \x80" * 40), "is not text"),
    "control characters": (_bytes(b"[General]\nscheme=da\x02rk\n"), "is not text"),
    "empty": (_bytes(b""), "is empty"),
    "truncated": (_cut, "ends in the middle of a line"),
    "other text": (_bytes(b"Dear diary,\nnothing here is a setting.\n"), "cannot be understood (line 1)"),
    "a scheme that is none": (_bytes(b"[General]\nscheme=pink\n"), "cannot be understood (line 2)"),
    "a list for a folder": (_bytes(b"[General]\nfolder=/a, /b\n"), "cannot be understood (line 2)"),
    "an object of Qt": (_bytes(b"[General]\nfolder=@Variant(\\0\\0\\0\\x7f)\n"), "cannot be understood (line 2)"),
    "a folder in its place": (_folder, "cannot be opened (not a file)"),
    "unreadable": (_loop, "cannot be opened (Too many levels of symbolic links)"),
}


@pytest.fixture
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What this program keeps about its user, for this test alone; to be asked for before the engine starts."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "state" / "felix-dbadmin"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("damage", SETTINGS)
def test_damaged_settings_are_put_aside_and_named_once(qapp: QApplication, tmp_path: Path, damage: str) -> None:
    path, (spoil, words) = tmp_path / "window.ini", SETTINGS[damage]
    sound = WindowSettings(path)
    sound.scheme, sound.folder = Scheme.DARK, tmp_path
    del sound
    assert WindowSettings(path).put_aside == ""
    spoil(path)
    settings = WindowSettings(path)
    kept = next(tmp_path.glob("window.ini.damaged_*"))
    assert settings.put_aside.endswith(f"{path} {words}. It is kept as {kept.name}.")
    assert (settings.scheme, settings.folder) == (Scheme.SYSTEM, None)
    settings.scheme = Scheme.LIGHT
    del settings
    again = WindowSettings(path)
    assert (again.put_aside, again.scheme) == ("", Scheme.LIGHT)


def test_settings_that_cannot_be_put_aside_are_named_and_the_window_starts_without(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "window.ini"
    path.mkdir()

    def refuse(*_: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "rename", refuse)
    settings = WindowSettings(path)
    assert settings.put_aside.endswith("It cannot be put aside either: Permission denied.")
    assert settings.folder is None


@pytest.mark.parametrize("folder", ["x" * 300, "a/" * 3000])
def test_a_remembered_folder_that_no_system_has_is_none(qapp: QApplication, tmp_path: Path, folder: str) -> None:
    (tmp_path / "window.ini").write_text(f"[General]\nfolder=/{folder}\n")
    assert WindowSettings(tmp_path / "window.ini").folder is None


def test_remembered_numbers_and_lines_that_make_no_sense_count_as_none(qapp: QApplication, tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path / "window.ini")
    settings.keep_number(tmp_path, "days", 10**12)
    settings.keep_lines(tmp_path, "views", ())
    assert settings.number(tmp_path, "days", 30) == 30
    del settings
    text = (tmp_path / "window.ini").read_text()
    (tmp_path / "window.ini").write_text(text.replace("[]", f'"{"[" * 100_000}"'))
    assert WindowSettings(tmp_path / "window.ini").lines(tmp_path, "views") == ()


def test_the_program_starts_beside_damaged_settings_and_says_so(ready: dict[str, Ready], tmp_path: Path) -> None:
    folder = ready["apply"].copy(tmp_path / "opened")
    settings = tmp_path / "home" / "felix-dbadmin" / "window.ini"
    settings.parent.mkdir(parents=True)
    settings.write_bytes(b"\xff" * 100)
    with visit(folder, "look", tmp_path / "home") as window:
        said = json.loads(window.line())["boxes"]
        assert window.end() == (NOTHING, "")
    kept = next(settings.parent.glob("*.damaged_*"))
    assert said == [f"The window's settings could not be read: {settings} is not text. It is kept as {kept.name}."]
    assert kept.read_bytes() == b"\xff" * 100
    assert WindowSettings(settings).folder == folder


def test_what_is_told_in_a_box_of_its_own_does_not_hold_anything_up(session: Session) -> None:
    Asker().tell(session.window, "The settings were damaged.", "Nothing else was.")
    box = session.window.findChild(QMessageBox)
    assert box is not None
    assert box.isVisible()
    box.accept()
    session.qtbot.waitUntil(lambda: session.window.findChild(QMessageBox) is None, timeout=LONG)


STARTED = b'{"time": 5.0, "id": "a", "event": "started", "what": "x", "component": "", "kind": "", "command": ""}\n'

JOURNALS: dict[str, Damage] = {
    "garbage": _bytes(bytes(range(256)) * 20),
    "empty": _bytes(b""),
    "wrong types": _bytes(b'[1, 2]\n{"time": [], "id": 3, "event": null}\n5\n'),
    "a time that no clock has": _bytes(b'{"time": 1e300, "id": "a", "event": "started"}\n'),
    "no number": _bytes(b'{"time": NaN, "id": "a", "event": "started"}\n'),
    "deep": _bytes(b"[" * 200_000 + b"\n"),
    "no end of a line": _bytes(b"x" * 1000),
    "zeros": _bytes(b"\x00" * 4096 + b"\n"),
    "a folder in its place": _folder,
    "unreadable": _loop,
}


@pytest.mark.parametrize("damage", JOURNALS)
def test_a_damaged_journal_is_put_aside_and_named_once(
    own_state: Path, ready: dict[str, Ready], tmp_path: Path, damage: str
) -> None:
    folder = ready["apply"].copy(tmp_path / "damaged")
    path = state_folder(folder) / JOURNAL
    path.touch()
    JOURNALS[damage](path)
    assert activities(folder, task=Task()) == ()
    said = set_damaged_aside(folder, task=Task())
    kept = next(path.parent.glob(f"{JOURNAL}.damaged_*"))
    assert said == (f"The record of what was done here was damaged: {path} is kept as {kept.name}.",)
    assert set_damaged_aside(folder, task=Task()) == ()
    back_up(folder, COMPONENT, task=Task())
    assert [item.outcome for item in activities(folder, task=Task())] == ["done"]


def test_what_can_be_read_of_a_damaged_journal_stays(own_state: Path, ready: dict[str, Ready], tmp_path: Path) -> None:
    folder = ready["restore"].copy(tmp_path / "damaged")
    path = state_folder(folder) / JOURNAL
    before = activities(folder, task=Task())
    assert before
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"time": 9.0, "id": "cut sh\n')
    assert set_damaged_aside(folder, task=Task()) == (), "a line that a crash cut short is no damage"
    path.write_bytes(whole + b"\x00\x00\x00\n" + STARTED)
    assert len(set_damaged_aside(folder, task=Task())) == 1
    assert [item.ident for item in activities(folder, task=Task())] == [*(item.ident for item in before), "a"]


@pytest.mark.parametrize("damage", [_bytes(b""), _bytes(b"{}"), _bytes(b"[1]"), _bytes(b'["a"'), _folder, _loop])
def test_a_damaged_list_of_what_was_accepted_is_put_aside_and_accepts_nothing(
    own_state: Path, ready: dict[str, Ready], tmp_path: Path, damage: Damage
) -> None:
    folder = ready["apply"].copy(tmp_path / "damaged")
    path = own_state / ACCEPTED_FILE
    path.write_text('["a"]')
    assert set_damaged_aside(folder, task=Task()) == ()
    damage(path)
    said = set_damaged_aside(folder, task=Task())
    assert len(said) == 1
    assert said[0].startswith(
        f"The list of accepted migrations was damaged: {path} is kept as {ACCEPTED_FILE}.damaged_"
    )
    assert set_damaged_aside(folder, task=Task()) == ()


def test_the_window_opens_beside_damaged_state_and_names_it(
    own_state: Path, qtbot: QtBot, session: Session, ready: dict[str, Ready], tmp_path: Path
) -> None:
    folder = ready["apply"].copy(tmp_path / "damaged")
    (own_state / ACCEPTED_FILE).write_text("not a list")
    (state_folder(folder) / JOURNAL).write_bytes(b"\xff\x00" * 100 + b"\n" + STARTED)
    session.open(folder, COMPONENT)
    banner = session.window.migrations.banner
    session.qtbot.waitUntil(lambda: banner.notice is not None, timeout=LONG)
    notice = session.notice()
    assert notice.kind is Kind.WARNING
    assert notice.summary.startswith("“x” of the folder was interrupted")
    assert "The record of what was done here was damaged" in notice.hint
    assert "The list of accepted migrations was damaged" in notice.hint
    banner.close_notice()
    session.open(folder, COMPONENT)
    session.finish()
    assert banner.notice is None
