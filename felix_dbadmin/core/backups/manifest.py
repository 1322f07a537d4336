"""The manifest beside a backup: what was copied, from where, and what was found when it was last looked at."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from felix_dbadmin.core.backups.names import manifest_of, partial_of
from felix_dbadmin.core.backups.publish import write_whole
from felix_dbadmin.core.errors import BackupUnusable

FORMAT = 1
FULL = "full"
"""How a backup was verified: hash, integrity_check, schema and row counts, all read back from the file."""

_YEAR_10000 = 253402300800.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """Times are Unix seconds, sizes bytes. `verified_at` is None unless the last look found nothing wrong."""

    format: int
    file: str
    sha256: str
    bytes: int
    reason: str
    note: str
    component: str
    database: str
    """The file name of the database it was made of."""
    created: float
    tool: str
    sqlite: str
    source: str
    inode: int
    page_size: int
    encoding: str
    journal_mode: str
    """Of the source; the backup itself is always in delete mode."""
    application_id: int
    user_version: int
    schema_digest: str
    schema_objects: int
    rows: Mapping[str, int]
    versions: tuple[tuple[int, str], ...]
    verified_at: float | None
    verified_how: str
    problems: tuple[str, ...]
    """What was wrong at the last look; a backup of a damaged database is as damaged as that was."""
    compression: str = ""
    to_version: int | None = None
    """Where the migration or rollback that it was made before was to end; None for other reasons."""
    protected: bool = False
    """Set by hand: nothing of ours deletes it."""
    proven_at: float | None = None
    """When it was last restored into a temporary file and found whole there."""

    @property
    def from_version(self) -> int:
        """The highest version inside, 0 for none."""
        return max((version for version, _ in self.versions), default=0)


def write_manifest(backup: Path, manifest: Manifest) -> None:
    """Raises OutOfSpace or WorkspaceUnusable; then the old manifest is still there."""
    content = json.dumps(asdict(manifest), ensure_ascii=False, indent=2) + "\n"
    path = manifest_of(backup)
    # A file name that is not UTF-8 holds surrogates; backslashreplace writes them as JSON does.
    write_whole(path, content.encode("utf-8", "backslashreplace"), partial_of(path))


def read_manifest(backup: Path) -> Manifest | None:
    """None where there is none. Raises BackupUnusable where it cannot be understood."""
    path = manifest_of(backup)
    try:
        if path.exists() and not path.is_file():  # reading a pipe might never end
            raise _unusable(backup, "is not a file")
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(backup, f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _unusable(backup, "is not valid JSON") from error
    if not isinstance(data, dict):
        raise _unusable(backup, "is not a JSON object")
    try:
        return _parsed(data)
    except (ValueError, KeyError) as error:
        raise _unusable(backup, f"has no usable {error.args[0]}") from error


def _unusable(backup: Path, what: str) -> BackupUnusable:
    return BackupUnusable(
        f"The manifest of {backup.name} {what}.",
        "The backup itself may be whole: move the manifest away, then verify: felix-dbadmin backup verify",
    )


def _parsed(data: dict[str, Any]) -> Manifest:
    if _whole(data, "format") != FORMAT:
        raise ValueError(f"format: this program reads format {FORMAT}")
    verified = None if data["verified_at"] is None else _time(data, "verified_at")
    return Manifest(
        format=FORMAT,
        file=_text(data, "file"),
        sha256=_text(data, "sha256"),
        bytes=_whole(data, "bytes"),
        reason=_text(data, "reason"),
        note=_text(data, "note"),
        component=_text(data, "component"),
        database=_text(data, "database"),
        created=_time(data, "created"),
        tool=_text(data, "tool"),
        sqlite=_text(data, "sqlite"),
        source=_text(data, "source"),
        inode=_whole(data, "inode"),
        page_size=_whole(data, "page_size"),
        encoding=_text(data, "encoding"),
        journal_mode=_text(data, "journal_mode"),
        application_id=_whole(data, "application_id"),
        user_version=_whole(data, "user_version"),
        schema_digest=_text(data, "schema_digest"),
        schema_objects=_whole(data, "schema_objects"),
        rows=_rows(data),
        versions=_versions(data),
        verified_at=verified,
        verified_how=_text(data, "verified_how"),
        problems=_texts(data, "problems"),
        compression=_text(data, "compression"),
        to_version=_whole(data, "to_version") if data.get("to_version") is not None else None,
        protected=_flag(data, "protected"),
        proven_at=_time(data, "proven_at") if data.get("proven_at") is not None else None,
    )


def _text(data: dict[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str):
        raise ValueError(key)
    return value


def _texts(data: dict[str, Any], key: str) -> tuple[str, ...]:
    values = data[key]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(key)
    return tuple(values)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(data: dict[str, Any], key: str) -> int:
    value = data[key]
    if not _is_whole(value):
        raise ValueError(key)
    return int(value)


def _flag(data: dict[str, Any], key: str) -> bool:
    """False where it is missing: manifests of earlier programs have none."""
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(key)
    return value


def _time(data: dict[str, Any], key: str) -> float:
    value = data[key]
    if not (_is_whole(value) or isinstance(value, float)) or not 0 <= value < _YEAR_10000 or math.isnan(value):
        raise ValueError(key)
    return float(value)


def _rows(data: dict[str, Any]) -> dict[str, int]:
    rows = data["rows"]
    if not isinstance(rows, dict) or not all(_is_whole(count) for count in rows.values()):
        raise ValueError("rows")
    return rows


def _versions(data: dict[str, Any]) -> tuple[tuple[int, str], ...]:
    versions = data["versions"]
    if not isinstance(versions, list):
        raise ValueError("versions")
    found = []
    for item in versions:
        if not (isinstance(item, list) and len(item) == 2 and _is_whole(item[0]) and isinstance(item[1], str)):
            raise ValueError("versions")
        found.append((item[0], item[1]))
    return tuple(found)
