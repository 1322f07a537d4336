"""A library that comes late: beside the event loop, once, and its absence is no crash."""

from __future__ import annotations

import subprocess
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


_LIBRARY = """
import sys
from threading import current_thread
sys.stdin.readline()
print(current_thread().name)
"""

_LEAVING = """
import sys
sys.path.insert(0, sys.argv[1])
from PySide6.QtCore import QCoreApplication
from felix_dbadmin.jobs.late_import import LateImport
app = QCoreApplication([])
late = LateImport("a_slow_library")
late.start()
print("left", flush=True)
"""


def test_who_leaves_meanwhile_waits_for_its_end(tmp_path: Path) -> None:
    """Leaving Python in the middle of the import of a C library was seen to crash."""
    (tmp_path / "a_slow_library.py").write_text(_LIBRARY)
    with subprocess.Popen(
        [sys.executable, "-c", _LEAVING, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "left\n"
        out, err = process.communicate("go on\n", timeout=60)
    assert (out, err, process.returncode) == ("import a_slow_library\n", "", 0)
