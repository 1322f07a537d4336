"""What happened to a component through time, as rows; and for each event the way back to before it."""

from __future__ import annotations

from dataclasses import dataclass

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.history import Event, EventKind
from felix_dbadmin.core.migrate.plan import AppliedMigration, Direction, Request
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import duration_text, time_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column

KINDS = {
    EventKind.APPLIED: "● Applied",
    EventKind.ROLLED_BACK: "◀ Rolled back",
    EventKind.REPAIRED: "◇ Repaired",
    EventKind.OPTIMISED: "◇ Optimised",
    EventKind.BASE: "○ Base schema",
    EventKind.FAILED: "✕ Failed",
    EventKind.BACKUP: "■ Backup",
    EventKind.RESTORED: "◆ Restored",
    EventKind.CANCELLED: "⊘ Cancelled",
    EventKind.INTERRUPTED: "▲ Interrupted",
}
"""In words, behind the mark that stands on the line."""

TONES = {
    EventKind.APPLIED: Tone.GOOD,
    EventKind.FAILED: Tone.BAD,
    EventKind.INTERRUPTED: Tone.WARNING,
    EventKind.ROLLED_BACK: Tone.WARNING,
    EventKind.RESTORED: Tone.WARNING,
    EventKind.BACKUP: Tone.MUTED,
    EventKind.CANCELLED: Tone.MUTED,
}


def mark_of(event: Event) -> str:
    """One character."""
    return KINDS[event.kind][0]


def tone_of(event: Event) -> Tone:
    return TONES.get(event.kind, Tone.NORMAL)


def version_of(event: Event) -> str:
    return "" if event.version is None else str(event.version)


EVENT_COLUMNS: tuple[Column[Event], ...] = (
    Column("When", lambda row: time_text(row.at)),
    Column("Kind", lambda row: KINDS[row.kind], tone=tone_of),
    Column("Version", version_of, number=True),
    Column("What", lambda row: row.title, tooltip=lambda row: row.detail),
    Column("Who", lambda row: row.who),
    Column("Took", lambda row: "" if row.duration is None else duration_text(row.duration), number=True),
    Column("Backup", lambda row: row.backup),
)


@dataclass(frozen=True, slots=True)
class GoBack:
    """The way to before an event: a rollback, or else a backup to restore, or else the `reason` why there is none."""

    text: str
    explanation: str
    request: Request | None = None
    backup: str = ""

    @property
    def possible(self) -> bool:
        return self.request is not None or bool(self.backup)


def go_back(event: Event, status: ComponentStatus) -> GoBack:
    """By our own migrations where they lead there, else by the backup from before it, else by the newest older one."""
    if event.kind is EventKind.APPLIED and (version := _rolls_back_to(event, status)) is not None:
        return GoBack(
            f"Go back to before this: roll back to version {version}…",
            "A rollback keeps what was written since, as far as the older schema can hold it."
            " It is rehearsed on a copy first.",
            request=Request(status.name, Direction.DOWN, to=version),
        )
    backup, own = _backup_before(event, status)
    if backup is None:
        return GoBack("Go back to before this…", "No backup from before this is left, and no migration leads back.")
    taken = f"{backup.name}, taken {time_text(backup.created)}"
    if event.kind is EventKind.BACKUP and own:
        return GoBack("Go back to this: restore the backup…", f"Restores {taken}.", backup=backup.name)
    which = "The backup from before this is" if own else "The newest backup that is older than this is"
    return GoBack(
        "Go back to before this: restore the backup…",
        f"{which} {taken}. What was written since is then only in the safety backup.",
        backup=backup.name,
    )


def _rolls_back_to(event: Event, status: ComponentStatus) -> int | None:
    """The version below what the event applied, where a rollback to it takes back that and what came later."""
    titles = {f"Applied {item.version}: {item.description}": item for item in status.applied}
    applied = titles.get(event.title)
    if applied is None or status.trouble is not None or status.foreign:
        return None
    taken_back = [item for item in status.applied if item.version >= applied.version]
    if not all(_reversible(item) and item.sequence >= applied.sequence for item in taken_back):
        return None
    return max((item.version for item in status.applied if item.version < applied.version), default=0)


def _reversible(item: AppliedMigration) -> bool:
    return item.migration is not None and item.migration.reversible


def _backup_before(event: Event, status: ComponentStatus) -> tuple[Backup | None, bool]:
    """The backup, and whether it is the one that was taken for this event."""
    own = next((each for each in status.backups if event.backup in (each.name, each.plain_name)), None)
    # What a restore names is what was put back, not what was there before.
    if own is not None and event.kind is not EventKind.RESTORED:
        return own, True
    older = [each for each in status.backups if each.created < event.at]
    return max(older, key=lambda each: each.created, default=None), False
