"""Which backups there are, told by their names and manifests; no database is opened for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from felix_dbadmin.core.backups.manifest import Manifest, read_manifest
from felix_dbadmin.core.backups.names import COMPRESSED, parse_name
from felix_dbadmin.core.errors import BackupUnusable, WorkspaceUnusable

_CHANGES = {"pre_migration": "Before migrations", "pre_rollback": "Before a rollback"}
_WHY = {
    "pre_migration": "Before a migration",
    "pre_rollback": "Before a rollback",
    "pre_repair": "Before a repair",
    "pre_rebuild": "Before a rebuild of search indexes",
    "pre_optimise": "Before search indexes were optimised",
    "pre_restore": "Before a restore",
    "manual": "By hand",
    "scheduled": "Scheduled",
}


@dataclass(frozen=True, slots=True)
class Backup:
    """`reason`, `database` (its file's stem) and `component` are '' where nothing says. Times in Unix seconds."""

    path: Path
    size: int
    """Bytes."""
    modified_ns: int
    """With the size, tells whether the file is still the one that was listed."""
    created: float
    reason: str
    database: str
    component: str
    versions: tuple[tuple[int, str], ...]
    """Of the migrations inside: empty also where there is no manifest to say."""
    verified_at: float | None
    manifest: Manifest | None
    problem: str
    """Why the manifest cannot be used; '' where it can, or where there is none."""

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def plain_name(self) -> str:
        """The name it had before it was compressed: what logs, journals and notes call it."""
        return self.name.removesuffix(COMPRESSED)

    @property
    def protected(self) -> bool:
        return self.manifest is not None and self.manifest.protected

    @property
    def proven_at(self) -> float | None:
        """When it was last restored into a temporary file and found whole there; None for never."""
        return self.manifest.proven_at if self.manifest is not None else None

    @property
    def compressed(self) -> bool:
        return self.path.suffix == COMPRESSED

    @property
    def why(self) -> str:
        """'Before migrations 0 → 2', 'Before a restore', 'By hand'; '' where nothing says."""
        if self.reason in _CHANGES and self.manifest is not None and self.manifest.to_version is not None:
            return f"{_CHANGES[self.reason]} {self.manifest.from_version} → {self.manifest.to_version}"
        return _WHY.get(self.reason, "")


def list_backups(folder: Path) -> tuple[Backup, ...]:
    """The backups in `folder`, newest first; none where there is no such folder. Raises WorkspaceUnusable."""
    try:
        paths = [path for path in folder.iterdir() if path.name.endswith((".db", f".db{COMPRESSED}"))]
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise WorkspaceUnusable(f"{folder} cannot be read: {error.strerror}.", "Check its permissions.") from error
    found = [backup for path in paths if (backup := read_backup(path)) is not None]
    return tuple(sorted(found, key=lambda backup: (backup.created, backup.name), reverse=True))


def read_backup(path: Path) -> Backup | None:
    """What is known of one backup without opening it; None where it is gone or not a file."""
    try:
        state = path.stat()
    except OSError:
        return None
    if not path.is_file():
        return None
    manifest, problem = None, ""
    try:
        manifest = read_manifest(path)
    except BackupUnusable as error:
        problem = error.summary
    name = parse_name(path.name)
    if manifest is not None:
        created, reason, database = manifest.created, manifest.reason, Path(manifest.database).stem
    elif name is not None:
        created, reason, database = name.moment, name.reason, name.database
    else:
        created, reason, database = state.st_mtime, "", ""
    return Backup(
        path=path,
        size=state.st_size,
        modified_ns=state.st_mtime_ns,
        created=created,
        reason=reason,
        database=database,
        component=manifest.component if manifest else "",
        versions=manifest.versions if manifest else (),
        verified_at=manifest.verified_at if manifest else None,
        manifest=manifest,
        problem=problem,
    )
