"""Compressing older backups: each is read back from its compressed form before the plain file goes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.backups.catalogue import Backup, list_backups
from felix_dbadmin.core.backups.manifest import Manifest, write_manifest
from felix_dbadmin.core.backups.names import compressed_of, manifest_of, partial_of
from felix_dbadmin.core.backups.needed import stranger
from felix_dbadmin.core.backups.plain import METHOD, compress, decompressed
from felix_dbadmin.core.backups.publish import writing_to
from felix_dbadmin.core.errors import CheckFailed, WrongUsage
from felix_dbadmin.core.files import require_space, sync_folder
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import bytes_text, count_text
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace, require_writable


@dataclass(frozen=True, slots=True)
class Compressed:
    """The new names, and the bytes that these backups took before and take now."""

    names: tuple[str, ...]
    before: int
    after: int


def compress_backups(folder: Path, keep_plain: int, *, task: Task) -> Compressed:
    """Compress the verified backups that are not among the `keep_plain` newest of their database.

    Those without a manifest are left alone. Raises WrongUsage, OutOfSpace, CheckFailed, BackupUnusable, Locked or
    Cancelled; what was compressed by then stays so, and every backup is there in one form or the other.
    """
    if keep_plain < 0:
        raise WrongUsage(f"{keep_plain} backups cannot be kept plain.", "Say 0 or more.")
    workspace = open_workspace(folder)
    require_writable(workspace)
    groups: defaultdict[str, list[Backup]] = defaultdict(list)
    for backup in list_backups(workspace.backups):
        groups[backup.database].append(backup)
    names, before, after = [], 0, 0
    command = f"felix-dbadmin backup compress --keep-plain {keep_plain}"
    with recorded(workspace, "", "Compress old backups", kind="compress", command=command) as entry:
        for database, group in groups.items():
            with ExitStack() as stack:
                _hold(stack, workspace, database, task)
                for backup in group[keep_plain:]:
                    if backup.compressed or stranger(backup) or backup.manifest is None or backup.verified_at is None:
                        continue
                    made = _compress(backup.path, backup.manifest, task)
                    names.append(made.name)
                    before += backup.size
                    after += made.stat().st_size
        entry.detail = f"{count_text(len(names), 'backup')}, {bytes_text(before)} → {bytes_text(after)}"
    return Compressed(tuple(names), before, after)


def _hold(stack: ExitStack, workspace: Workspace, database: str, task: Task) -> None:
    """The lock of the component keeps its next run from sweeping the unfinished file away."""
    for component in workspace.components:
        if Path(component.database).stem == database:
            stack.enter_context(locked(workspace, component, "compress backups", task))


def _compress(path: Path, manifest: Manifest, task: Task) -> Path:
    """After a crash there are the plain backup, or both, or the compressed one: the next run starts from there."""
    target = compressed_of(path)
    partial = partial_of(target)
    require_space(path.parent, manifest.bytes, f"compressing {path.name}")
    with writing_to(path.parent):
        partial.unlink(missing_ok=True)
        try:
            read = compress(path, partial, task)
            back = hashlib.sha256()
            for chunk in decompressed(partial, task, manifest.bytes):
                back.update(chunk)
            if not read == back.hexdigest() == manifest.sha256:
                raise CheckFailed(
                    f"{path.name} is not what its manifest says, or did not come back whole; it was left as it is.",
                    f"See what is wrong: felix-dbadmin backup verify {path.name}",
                )
            partial.chmod(0o400)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        sync_folder(path.parent)
        write_manifest(target, replace(manifest, file=target.name, compression=METHOD))
        manifest_of(path).unlink()
        path.unlink()
        sync_folder(path.parent)
    return target
