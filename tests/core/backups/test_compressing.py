"""Compressed backups: smaller, never in the way, and as well verified as any other."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from felix_dbadmin.core.backups import compressing
from felix_dbadmin.core.backups.bring_back import bring_back
from felix_dbadmin.core.backups.catalogue import Backup, list_backups
from felix_dbadmin.core.backups.compressing import compress_backups, preview_compress
from felix_dbadmin.core.backups.keeping import delete_backup, export_backup, protect
from felix_dbadmin.core.backups.names import manifest_of
from felix_dbadmin.core.backups.operations import back_up, preview_prune, restore, restore_as_copy, verify
from felix_dbadmin.core.backups.proving import prove_restorable
from felix_dbadmin.core.backups.retention import RetentionPolicy
from felix_dbadmin.core.errors import BackupUnusable, Cancelled, CheckFailed, Conflict, WrongUsage
from felix_dbadmin.core.paths import STATE_FOLDER
from felix_dbadmin.core.task import Progress, Task
from tests.core.backups.beside_helpers import backed_up, change, compared, figures, numbered, table_of
from tests.core.backups.helpers import change_bytes
from tests.helpers.workspaces import dump

TABLE = ("create table t(id integer primary key, a)", numbered(2000, "hex(zeroblob(50))"))


@pytest.fixture
def compressed(tmp_path: Path) -> Backup:
    """The older of two backups; t has lost its first row since."""
    backed_up(tmp_path, *TABLE)
    change(tmp_path, "delete from t where id = 1")
    back_up(tmp_path, "notes", task=Task())
    done = compress_backups(tmp_path, 1, task=Task())
    newest, oldest = list_backups(tmp_path / "backups")
    assert done.names == (oldest.name,)
    assert done.before > 5 * done.after == 5 * oldest.size
    assert (newest.compressed, oldest.compressed) == (False, True)
    return oldest


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in (folder / STATE_FOLDER).iterdir() if path.name.startswith("plain")]


def test_all_that_is_done_with_backups_is_done_with_compressed_ones(compressed: Backup, tmp_path: Path) -> None:
    name = compressed.name
    assert name.endswith(".db.zst")
    assert compressed.why == "By hand"
    assert compressed.manifest is not None
    assert compressed.manifest.compression == "zstd"
    found = verify(tmp_path, name, task=Task())
    assert found.ok
    assert found.path == compressed.path
    assert figures(table_of(compared(tmp_path, name))) == (0, 1, 0)
    assert prove_restorable(tmp_path, name, task=Task()).recorded
    assert protect(tmp_path, name, True, task=Task()).proven_at is not None
    copy = restore_as_copy(tmp_path, name, tmp_path / "copy.db", task=Task()).database
    exported = export_backup(tmp_path, name, tmp_path, task=Task())
    assert exported.name == name.removesuffix(".zst")
    assert dump(exported) == dump(copy)
    assert len(dump(copy)["t"]) == 2000
    assert bring_back(tmp_path, "notes", name, "t", None, task=Task()).inserted == 1
    assert leftovers(tmp_path) == []


def test_it_is_found_by_the_name_it_had(compressed: Backup, tmp_path: Path) -> None:
    old_name = compressed.name.removesuffix(".zst")
    done = restore(tmp_path, "notes", old_name, task=Task())
    assert len(dump(tmp_path / "notes.db")["t"]) == 2000
    assert done.safety is not None
    assert leftovers(tmp_path) == []


def test_retention_treats_it_like_the_others(compressed: Backup, tmp_path: Path) -> None:
    plan = preview_prune(tmp_path, RetentionPolicy(days=0, keep=1), compressed.created + 1e6, task=Task())
    assert plan.delete == (compressed,)
    protect(tmp_path, compressed.name, True, task=Task())
    with pytest.raises(Conflict, match="protected by hand"):
        delete_backup(tmp_path, compressed.name, task=Task())
    protect(tmp_path, compressed.name, False, task=Task())
    delete_backup(tmp_path, compressed.name, task=Task())
    assert len(list((tmp_path / "backups").iterdir())) == 2


def test_a_damaged_one_is_found_out(compressed: Backup, tmp_path: Path) -> None:
    change_bytes(compressed.path, lambda data: data[: len(data) // 2] + b"\xff\xff" + data[len(data) // 2 + 2 :])
    found = verify(tmp_path, compressed.name, task=Task())
    assert not found.ok
    assert "compression" in found.failures
    assert next(item for item in list_backups(tmp_path / "backups") if item.compressed).verified_at is None
    before = dump(tmp_path / "notes.db")
    with pytest.raises(BackupUnusable, match="cannot be decompressed"):
        restore(tmp_path, "notes", compressed.name, task=Task())
    change_bytes(compressed.path, lambda data: data[: len(data) // 2])
    with pytest.raises(BackupUnusable, match="cannot be decompressed"):
        compared(tmp_path, compressed.name)
    assert dump(tmp_path / "notes.db") == before
    assert leftovers(tmp_path) == []


def test_a_damaged_backup_is_not_compressed(tmp_path: Path) -> None:
    name = backed_up(tmp_path, *TABLE)
    path = tmp_path / "backups" / name
    change_bytes(path, lambda data: data[:5000] + b"\xff" + data[5001:])
    with pytest.raises(CheckFailed, match="it was left as it is"):
        compress_backups(tmp_path, 0, task=Task())
    assert [item.name for item in list_backups(tmp_path / "backups")] == [name]
    assert not verify(tmp_path, name, task=Task()).ok
    assert compress_backups(tmp_path, 0, task=Task()).names == ()


def test_a_cancel_leaves_the_plain_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("felix_dbadmin.core.task.REPORT_INTERVAL", 0.0)
    name = backed_up(tmp_path, *TABLE)
    files = sorted((tmp_path / "backups").iterdir())

    def listen(progress: Progress) -> None:
        if progress.note.endswith("compressing"):
            task.cancel()

    task = Task(listen)
    with pytest.raises(Cancelled):
        compress_backups(tmp_path, 0, task=task)
    assert sorted((tmp_path / "backups").iterdir()) == files
    assert verify(tmp_path, name, task=Task()).ok


def test_a_cancel_says_what_was_done_by_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("felix_dbadmin.core.task.REPORT_INTERVAL", 0.0)
    backed_up(tmp_path, *TABLE)
    back_up(tmp_path, "notes", task=Task())

    def listen(progress: Progress) -> None:
        if progress.note.startswith("2 of 2: "):
            task.cancel()

    task = Task(listen)
    with pytest.raises(Cancelled, match="1 of 2 backups had been compressed by then, and stay so"):
        compress_backups(tmp_path, 0, task=task)
    assert sorted(item.compressed for item in list_backups(tmp_path / "backups")) == [False, True]
    assert all(verify(tmp_path, item.name, task=Task()).ok for item in list_backups(tmp_path / "backups"))


def test_after_a_crash_before_the_plain_file_went_the_next_run_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(tmp_path, *TABLE)

    def crash(path: Path) -> Path:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(compressing, "manifest_of", crash)
        with pytest.raises(MemoryError):
            compress_backups(tmp_path, 0, task=Task())
    assert len(list_backups(tmp_path / "backups")) == 2
    compress_backups(tmp_path, 0, task=Task())
    (left,) = list_backups(tmp_path / "backups")
    assert left.compressed
    assert verify(tmp_path, left.name, task=Task()).ok


def test_what_a_killed_process_left_is_removed(compressed: Backup, tmp_path: Path) -> None:
    left = tmp_path / STATE_FOLDER / "plain_0123"
    left.mkdir()
    (left / "notes.db").write_bytes(b"private")
    left.with_suffix(".lock").touch()
    assert verify(tmp_path, compressed.name, task=Task()).ok
    assert leftovers(tmp_path) == []


def test_without_the_library_it_says_how_to_get_it(
    compressed: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    assert len(list_backups(tmp_path / "backups")) == 2
    with pytest.raises(WrongUsage, match="needs zstd compression") as refused:
        compared(tmp_path, compressed.name)
    assert "felix-dbadmin[zstd]" in refused.value.hint
    with pytest.raises(WrongUsage, match="needs zstd compression"):
        compress_backups(tmp_path, 0, task=Task())


def test_the_preview_names_exactly_what_goes_and_comes_near_what_it_saves(tmp_path: Path) -> None:
    backed_up(tmp_path, *TABLE)
    for _ in range(2):
        back_up(tmp_path, "notes", task=Task())
    (tmp_path / "backups" / "manual_notes_20250101_120000.db").write_bytes(b"somebody's own")
    newest, second, oldest, stranger = list_backups(tmp_path / "backups")
    change_bytes(
        manifest_of(second.path), lambda data: data.replace(b'"verified_at": 1', b'"verified_at": null, "x": 1')
    )
    plan = preview_compress(tmp_path, 1, task=Task())
    assert [item.name for item in plan.compress] == [oldest.name]
    assert [(item.name, why) for item, why in plan.kept] == [
        (newest.name, "among the newest 1"),
        (second.name, "not verified yet"),
        (stranger.name, "not made by this program: it has no manifest"),
    ]
    done = compress_backups(tmp_path, 1, task=Task())
    assert done.names == (f"{oldest.name}.zst",)
    assert abs(plan.after - done.after) < 0.1 * done.before
    assert [why for _, why in preview_compress(tmp_path, 1, task=Task()).kept][2] == "compressed already"
    assert preview_compress(tmp_path, 1, task=Task()).sentence.startswith("Nothing would be compressed: 4 backups stay")


def test_only_what_was_shown_is_compressed(tmp_path: Path) -> None:
    backed_up(tmp_path, *TABLE)
    back_up(tmp_path, "notes", task=Task())
    (shown,) = preview_compress(tmp_path, 1, task=Task()).compress
    back_up(tmp_path, "notes", task=Task())
    assert compress_backups(tmp_path, 1, task=Task(), only=[shown.name]).names == (f"{shown.name}.zst",)
    assert [item.compressed for item in list_backups(tmp_path / "backups")] == [False, False, True]


def test_progress_is_of_all_bytes_and_never_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("felix_dbadmin.core.task.REPORT_INTERVAL", 0.0)
    backed_up(tmp_path, *TABLE)
    back_up(tmp_path, "notes", task=Task())
    seen: list[Progress] = []
    done = compress_backups(tmp_path, 0, task=Task(seen.append))
    told = [progress for progress in seen if progress.total]
    assert {progress.total for progress in told} == {2 * done.before}
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert told[-1].done == 2 * done.before
    assert told[-1].note.startswith("2 of 2: ")
