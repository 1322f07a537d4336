"""What a backup is called: made, read back, and checked where a person typed it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.paths import PARTIAL

REASONS = (
    "pre_migration",
    "pre_rollback",
    "pre_repair",
    "pre_rebuild",
    "pre_optimise",
    "pre_restore",
    "manual",
    "scheduled",
)
MANIFEST_SUFFIX = ".json"
COMPRESSED = ".zst"
"""Ends the name of a compressed backup, after that of the database file inside."""

_STAMP = "%Y%m%d_%H%M%S"
_NAME = re.compile(
    rf"(?P<reason>{'|'.join(REASONS)})_(?P<stem>[A-Za-z0-9._-]+)_(?P<stamp>[0-9]{{8}}_[0-9]{{6}})"
    r"(?:_(?P<number>[1-9][0-9]*))?\.db(?:\.zst)?"
)
_TYPED = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True, slots=True)
class BackupName:
    """What a file name says. `database` is without its suffix; `moment` is in Unix seconds."""

    reason: str
    database: str
    moment: float


def backup_name(reason: str, database_stem: str, moment: float) -> str:
    """'<reason>_<database>_<YYYYMMDD_HHMMSS>.db' in local time. Raises WrongUsage for an unknown reason."""
    if reason not in REASONS:
        raise WrongUsage(f"There is no kind of backup named {reason}.", f"Choose one of {', '.join(REASONS)}.")
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", database_stem)
    return f"{reason}_{stem}_{stamp_of(moment)}.db"


def stamp_of(moment: float) -> str:
    """Unix seconds → local '20251024_165951'."""
    return datetime.fromtimestamp(moment).strftime(_STAMP)


def free_path(folder: Path, reason: str, database_stem: str, moment: float) -> Path:
    """A path in `folder` where nothing is yet: the plain name, or that with _2, _3 and so on before the suffix."""
    plain = folder / backup_name(reason, database_stem, moment)
    path, number = plain, 1
    while any(taken.exists() for taken in (path, partial_of(path), manifest_of(path), compressed_of(path))):
        number += 1
        path = plain.with_name(f"{plain.stem}_{number}.db")
    return path


def parse_name(filename: str) -> BackupName | None:
    """What the name of a backup says; None for a name that is not of that form."""
    match = _NAME.fullmatch(filename)
    if match is None:
        return None
    try:
        moment = datetime.strptime(match["stamp"], _STAMP).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return BackupName(match["reason"], match["stem"], moment)


def find_backup(folder: Path, name: str) -> Path:
    """The backup that a person named, also where it was compressed since.

    Raises WrongUsage unless it is a file directly in `folder`.
    """
    if not _TYPED.fullmatch(name):
        raise WrongUsage(
            f"{name!r:.100} is not the name of a backup.",
            "Give the file name alone, without a folder: at most 200 letters, digits, '.', '_' and '-'.",
        )
    path = folder / name
    if not path.exists() and compressed_of(path).exists():
        path = compressed_of(path)
    if not path.is_file() or path.resolve().parent != folder.resolve():
        raise WrongUsage(
            f"There is no backup named {name} in {folder}.", "See which there are: felix-dbadmin backup list"
        )
    return path


def compressed_of(path: Path) -> Path:
    """Where a backup is when it is compressed."""
    return path.with_name(path.name + COMPRESSED)


def manifest_of(backup: Path) -> Path:
    """Where the manifest of a backup is."""
    return backup.with_name(backup.name + MANIFEST_SUFFIX)


def partial_of(path: Path) -> Path:
    """Where a file is while it is being made."""
    return path.with_name(path.name + PARTIAL)
