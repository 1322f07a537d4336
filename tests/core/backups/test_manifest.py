"""The manifest: read back as written, and nonsense is said to be nonsense."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.backups.manifest import Manifest, read_manifest, write_manifest
from felix_dbadmin.core.backups.names import manifest_of
from felix_dbadmin.core.errors import BackupUnusable, OutOfSpace

EXAMPLE = Manifest(
    format=1,
    file="manual_notes_20251024_165951.db",
    sha256="0" * 64,
    bytes=8192,
    reason="manual",
    note="vor dem Urlaub",
    component="notes",
    database="notes.db",
    created=1_761_325_191.5,
    tool="felix-dbadmin 0.1.0",
    sqlite="3.53.0",
    source="/felix/notes.db",
    inode=17,
    page_size=4096,
    encoding="UTF-8",
    journal_mode="wal",
    application_id=0,
    user_version=3,
    schema_digest="1" * 64,
    schema_objects=2,
    rows={"notes": 3},
    versions=((1, "Add an author"),),
    verified_at=1_761_325_192.0,
    verified_how="full",
    problems=(),
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    backup = tmp_path / EXAMPLE.file
    assert read_manifest(backup) is None
    write_manifest(backup, EXAMPLE)
    assert read_manifest(backup) == EXAMPLE
    strange = replace(EXAMPLE, source="/felix/\udcff/notes.db")
    write_manifest(backup, strange)
    assert read_manifest(backup) == strange
    unverified = replace(EXAMPLE, verified_at=None, verified_how="", problems=("page 3 is never used",))
    write_manifest(backup, unverified)
    assert read_manifest(backup) == unverified
    assert [path.name for path in tmp_path.iterdir()] == [manifest_of(backup).name]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(key=st.sampled_from(list(EXAMPLE.__dataclass_fields__)), value=JSON)
def test_a_changed_field_is_understood_or_refused(tmp_path: Path, key: str, value: object) -> None:
    backup = tmp_path / EXAMPLE.file
    write_manifest(backup, EXAMPLE)
    data = json.loads(manifest_of(backup).read_text(encoding="utf-8"))
    data[key] = value
    manifest_of(backup).write_text(json.dumps(data), encoding="utf-8")
    try:
        read = read_manifest(backup)
    except BackupUnusable as error:
        refused = error.summary
    else:
        assert read is not None
        write_manifest(backup, read)
        assert read_manifest(backup) == read
        return
    assert refused.startswith(f"The manifest of {backup.name} has no usable {key}")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_other_content_is_refused(tmp_path: Path, content: bytes) -> None:
    backup = tmp_path / EXAMPLE.file
    manifest_of(backup).write_bytes(content)
    with pytest.raises(BackupUnusable, match="The manifest of manual_notes"):
        read_manifest(backup)


def test_a_manifest_of_a_later_program_is_refused(tmp_path: Path) -> None:
    write_manifest(tmp_path / "x.db", replace(EXAMPLE, format=2))
    with pytest.raises(BackupUnusable, match="this program reads format 1"):
        read_manifest(tmp_path / "x.db")


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    write_manifest(tmp_path / "x.db", EXAMPLE)
    path = manifest_of(tmp_path / "x.db")
    data = json.loads(path.read_text(encoding="utf-8"))
    del data["sha256"]
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(BackupUnusable, match="has no usable sha256"):
        read_manifest(tmp_path / "x.db")


def test_a_full_disk_leaves_the_old_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = tmp_path / EXAMPLE.file
    write_manifest(backup, EXAMPLE)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutOfSpace):
        write_manifest(backup, replace(EXAMPLE, note="other"))
    assert read_manifest(backup) == EXAMPLE
    assert len(list(tmp_path.iterdir())) == 1
