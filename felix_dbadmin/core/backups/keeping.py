"""Keeping a backup, deleting one, and taking one out of the workspace."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.backups.catalogue import Backup, list_backups
from felix_dbadmin.core.backups.fitting import checked
from felix_dbadmin.core.backups.manifest import read_manifest, write_manifest
from felix_dbadmin.core.backups.names import COMPRESSED, manifest_of, partial_of
from felix_dbadmin.core.backups.needed import NEWEST_VERIFIED, needed_backups, newest_verified
from felix_dbadmin.core.backups.operations import find_backup
from felix_dbadmin.core.backups.plain import plain
from felix_dbadmin.core.backups.publish import copy_raw, place_new, writing_to
from felix_dbadmin.core.backups.retention import Pruned, PrunePlan, prune
from felix_dbadmin.core.errors import CheckFailed, Conflict, WrongUsage
from felix_dbadmin.core.files import require_space, sha256_of
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import bytes_text
from felix_dbadmin.core.workspace import Workspace, open_workspace, require_writable


def protect(folder: Path, backup: str, protected: bool, *, task: Task) -> Backup:
    """Let nothing of ours delete the backup with this name, or let it go again; returns it as it is listed now.

    Raises WrongUsage where it has no manifest to note that in.
    """
    task.check()
    workspace = open_workspace(folder)
    chosen = find_backup(workspace, backup)
    if chosen.manifest is None:
        raise WrongUsage(
            f"{backup} has no manifest to note the protection in.",
            "Backups that this program did not make are never pruned: it stays in any case.",
        )
    verb = "protect" if protected else "unprotect"
    command = f"felix-dbadmin backup {verb} {backup}"
    with recorded(workspace, chosen.component, f"{verb.title()} {backup}", kind=verb, command=command):
        write_manifest(chosen.path, replace(chosen.manifest, protected=protected))
        now = find_backup(workspace, backup)
        if now.protected is not protected:
            raise CheckFailed(f"The manifest of {backup} does not say so after it was written.", "Try again.")
    return now


def delete_backup(folder: Path, backup: str, *, task: Task) -> Pruned:
    """Delete the backup with this name and its manifest. Raises Conflict, saying why, where it must stay."""
    workspace = open_workspace(folder)
    require_writable(workspace)
    chosen = find_backup(workspace, backup)
    require_deletable(workspace, chosen, task)
    command = f"felix-dbadmin backup delete {backup}"
    with recorded(workspace, chosen.component, f"Delete {backup}", kind="delete", command=command) as entry:
        pruned = prune(PrunePlan((chosen,), ()), task)
        for name, why in pruned.skipped:
            raise Conflict(f"{name} was not deleted: {why}.", "Look again: felix-dbadmin backup list")
        entry.detail = f"{bytes_text(pruned.freed)} freed"
    return pruned


def require_deletable(workspace: Workspace, backup: Backup, task: Task) -> None:
    """Raises Conflict, saying why, where the backup must stay."""
    reason = why_kept(workspace, backup, task)
    if reason:
        hint = "Nothing was deleted. Choose another: felix-dbadmin backup list"
        if backup.protected:
            hint = f"Nothing was deleted. To let it go: felix-dbadmin backup unprotect {backup.name}"
        raise Conflict(f"{backup.name} is kept: {reason}.", hint)


def why_kept(workspace: Workspace, backup: Backup, task: Task) -> str:
    """Why this backup must not be deleted; '' where it may be."""
    if backup.protected:
        return "it is protected by hand"
    needed = needed_backups(workspace, task).get(backup.name, "")
    if needed:
        return f"it was {needed}" if needed.startswith("taken") else needed
    same = [item for item in list_backups(workspace.backups) if item.database == backup.database]
    return f"it is {NEWEST_VERIFIED}" if newest_verified(same) == backup.name else ""


def export_backup(folder: Path, backup: str, target: Path, *, task: Task) -> Path:
    """Copy the database in the backup, byte for byte and with its manifest, to `target`; returns the new file.

    A folder as `target` keeps the name. Nothing is overwritten. Raises WrongUsage, BackupUnusable or OutOfSpace.
    """
    workspace = open_workspace(folder)
    chosen = find_backup(workspace, backup)
    target = target.expanduser().absolute()
    if target.is_dir():
        target /= chosen.name.removesuffix(COMPRESSED)
    if not target.parent.is_dir():
        raise WrongUsage(f"There is no folder {target.parent}.", "Make it, or name another target.")
    for path in (target, manifest_of(target)):
        if path.exists():
            raise WrongUsage(f"There is already a file {path}.", "Name another target: nothing is overwritten.")
    command = f"felix-dbadmin backup export {backup} {shlex.quote(str(target))}"
    with recorded(workspace, chosen.component, f"Export {backup}", kind="export", command=command) as entry:
        with plain(chosen.path, folder, task) as path:
            checked(path, task)
            require_space(target.parent, path.stat().st_size, f"a copy of {backup}")
            _copy(path, target, task)
            manifest = read_manifest(path)
        if manifest is not None:
            write_manifest(target, replace(manifest, file=target.name))
        entry.detail = str(target)
    return target


def _copy(source: Path, target: Path, task: Task) -> None:
    partial = partial_of(target)
    with writing_to(target):
        partial.unlink(missing_ok=True)
        try:
            copy_raw(source, partial, task)
            if sha256_of(partial, task) != sha256_of(source, task):
                raise CheckFailed(
                    f"The copy of {source.name} is not what that is. It was thrown away.",
                    "Check the disk of the target, then try again.",
                )
            place_new(partial, target)
        except FileExistsError as error:
            raise WrongUsage(
                f"Another program has just made a file {target}.", "Name another target: nothing is overwritten."
            ) from error
        finally:
            partial.unlink(missing_ok=True)
