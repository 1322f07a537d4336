"""A library that comes late: beside the event loop, once, and its absence is no crash."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from felix_dbadmin.jobs.late_import import LateImport


def test_it_is_there_when_it_says_so_and_is_imported_once(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_large_library.py").write_text("import threading\nwhere = threading.current_thread().name\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    late = LateImport("a_large_library")
    with qtbot.waitSignal(late.ready):
        late.start()
        late.start()
    assert late.module is sys.modules.pop("a_large_library")
    assert late.module.where == "import a_large_library"


def test_what_is_not_installed_is_said(qtbot: QtBot) -> None:
    late = LateImport("no_such_library_here")
    with qtbot.waitSignal(late.ready):
        late.start()
    assert late.module is None
    assert "no_such_library_here" in late.trouble
