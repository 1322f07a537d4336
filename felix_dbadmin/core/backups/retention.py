"""Which old backups can go, said before any does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from felix_dbadmin.core.backups.catalogue import Backup, read_backup
from felix_dbadmin.core.backups.names import manifest_of
from felix_dbadmin.core.backups.needed import NEWEST_VERIFIED, newest_verified, stranger
from felix_dbadmin.core.backups.publish import writing_to
from felix_dbadmin.core.errors import DbAdminError, WrongUsage
from felix_dbadmin.core.files import sync_folder
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text

PROTECTED = "protected by hand"

_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """A backup may go when it is older than `days` and not among the `keep` newest of its database."""

    days: int
    keep: int

    def __post_init__(self) -> None:
        if self.days < 0 or self.keep < 1:
            raise WrongUsage(
                f"Keeping {self.keep} backups and those of {self.days} days would leave nothing to return to.",
                "Keep at least 1 backup of each database, and 0 or more days.",
            )


@dataclass(frozen=True, slots=True)
class PrunePlan:
    delete: tuple[Backup, ...]
    kept: tuple[tuple[Backup, str], ...]
    """With the reason why."""
    policy: RetentionPolicy | None = None
    """What it follows; None for a backup that was named by hand."""

    @property
    def bytes(self) -> int:
        """What deleting would free."""
        return sum(backup.size for backup in self.delete)


@dataclass(frozen=True, slots=True)
class Pruned:
    deleted: tuple[str, ...]
    freed: int
    """Bytes."""
    skipped: tuple[tuple[str, str], ...]
    """Names that were in the plan and stayed, with the reason why."""


def plan_prune(
    backups: Iterable[Backup], policy: RetentionPolicy, protected: Mapping[str, str], now: float
) -> PrunePlan:
    """What `policy` would delete at `now` (Unix seconds). `protected` says, by file name, why a backup must stay."""
    by_database: defaultdict[str, list[Backup]] = defaultdict(list)
    delete: list[Backup] = []
    kept: list[tuple[Backup, str]] = []
    for backup in backups:
        by_database[backup.database].append(backup)
    for group in by_database.values():
        group.sort(key=lambda backup: (backup.created, backup.name), reverse=True)
        ours = [backup for backup in group if not stranger(backup)]
        newest = {backup.name for backup in ours[: policy.keep]}
        verified = newest_verified(group)
        for backup in group:
            reason = PROTECTED if backup.protected else protected.get(backup.name, "") or stranger(backup)
            if not reason and backup.name == verified:
                reason = NEWEST_VERIFIED
            if not reason and backup.name in newest:
                reason = f"among the newest {policy.keep}"
            if not reason and now - backup.created <= policy.days * _DAY:
                reason = f"not older than {count_text(policy.days, 'day')}"
            if reason:
                kept.append((backup, reason))
            else:
                delete.append(backup)
    return PrunePlan(tuple(delete), tuple(kept), policy)


def prune(plan: PrunePlan, task: Task) -> Pruned:
    """Delete what the plan names, each only if it is still the file that was planned.

    Raises WorkspaceUnusable or Cancelled, which say how many had gone by then.
    """
    deleted: list[str] = []
    skipped: list[tuple[str, str]] = []
    freed = 0
    for position, backup in enumerate(plan.delete):
        try:
            task.report(position, len(plan.delete), backup.name)
            reason = _changed(backup)
            if not reason:
                _delete(backup)
        except DbAdminError as error:
            gone = f"{len(deleted)} of {count_text(len(plan.delete), 'backup')} had been deleted."
            raise error.after(gone) from error
        if reason:
            skipped.append((backup.name, reason))
            continue
        deleted.append(backup.name)
        freed += backup.size
    return Pruned(tuple(deleted), freed, tuple(skipped))


def _delete(backup: Backup) -> None:
    with writing_to(backup.path, "Deleting"):
        # A file without a manifest is nobody's to prune; a manifest without its file would promise a backup.
        manifest_of(backup.path).unlink(missing_ok=True)
        # Or a power cut could keep the later of the two and undo the earlier.
        sync_folder(backup.path.parent)
        backup.path.unlink()
        sync_folder(backup.path.parent)


def _changed(backup: Backup) -> str:
    try:
        state = backup.path.lstat()
    except FileNotFoundError:
        return "already gone"
    if (state.st_size, state.st_mtime_ns) != (backup.size, backup.modified_ns):
        return "changed since the plan was made"
    now = read_backup(backup.path)
    return "protected since the plan was made" if now is not None and now.protected else ""
