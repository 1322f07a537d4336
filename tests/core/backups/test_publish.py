"""Files that are whole or not there; and what failed is told, also where nothing can be removed after it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from felix_dbadmin.core.backups import remake
from felix_dbadmin.core.backups.contents import Contents
from felix_dbadmin.core.backups.publish import write_whole
from felix_dbadmin.core.backups.remake import replace_broken
from felix_dbadmin.core.errors import CheckFailed, WorkspaceUnusable
from felix_dbadmin.core.task import Task

REMOVE = Path.unlink


@pytest.fixture
def _nothing_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is there cannot be removed."""

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.exists():
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        REMOVE(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)


@pytest.mark.usefixtures("_nothing_goes")
def test_what_failed_is_told_though_the_partial_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(WorkspaceUnusable, match="Input/output error"):
        write_whole(tmp_path / "a", b"new", tmp_path / "a.partial")
    assert not (tmp_path / "a").exists()


@pytest.mark.usefixtures("_nothing_goes")
def test_a_copy_that_nobody_sweeps_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_arguments: object, **_options: object) -> None:
        raise CheckFailed("The copy is not what the backup is.", "Check the disk.")

    monkeypatch.setattr(remake, "_fill", failing)
    (tmp_path / "notes.db").write_bytes(b"no database")
    nothing = Contents("", 0, {}, (), ())
    told = r"The copy is not what the backup is\. broken_notes_\d+_\d+\.bin could not be removed\."
    with pytest.raises(CheckFailed, match=told):
        replace_broken(tmp_path / "b.db", nothing, tmp_path / "notes.db", tmp_path, Task(), wal=False)
    assert (tmp_path / "notes.db").read_bytes() == b"no database"
