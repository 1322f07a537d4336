"""The layers hold at run time too: what opens databases never loads Qt, nor a second SQLite."""

from __future__ import annotations

import subprocess
import sys

import pytest

FORBIDDEN = {"PySide6", "shiboken6", "qtawesome", "pyqtgraph", "numpy", "sqlite3", "_sqlite3"}


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(name.partition('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "felix_dbadmin.cli",
        "felix_dbadmin.engine.process",
        "felix_dbadmin.core.migrate.apply",
        "felix_dbadmin.core.rehearse.run",
        "felix_dbadmin.core.backups.operations",
        "felix_dbadmin.core.sample",
    ],
)
def test_no_qt_and_no_second_sqlite_where_databases_are_opened(module: str) -> None:
    assert loaded_by(f"import {module}") & FORBIDDEN == set()


def test_the_window_loads_no_second_sqlite_and_its_charts_late() -> None:
    assert loaded_by("import felix_dbadmin.app") & {"sqlite3", "_sqlite3", "pyqtgraph", "numpy", "qtawesome"} == set()
