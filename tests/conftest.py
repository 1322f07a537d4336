"""What every test gets: the guard over live database files, copies of the real databases, no leftovers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from felix_dbadmin.core.live_files import guard_live_files

# How long a test takes on a busy machine says nothing: speed is a benchmark here.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

guard_live_files()

# Child processes too keep what a user accepted there, and never among the tester's own files.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="felix-dbadmin-tests-")


@pytest.fixture(scope="session", autouse=True)
def _user_files() -> Iterator[None]:
    """Away with them at the end."""
    yield
    shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)


REAL = Path(__file__).resolve().parent.parent.parent / "shared" / "felix"


def _copy(name: str, tmp_path: Path) -> Path:
    source = REAL / name
    if not source.is_dir():
        pytest.skip(f"the real databases ({name}) are not beside this checkout")
    target = tmp_path / name
    shutil.copytree(source, target)
    for path in [target, *target.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    return target


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A copy of the real databases at base schema, nothing applied."""
    return _copy("fresh", tmp_path)


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    """A copy of the databases that the original program migrated."""
    return _copy("migrated", tmp_path)
