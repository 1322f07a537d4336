"""What the component tree is to show for a status: values, compared with what it shows already."""

from __future__ import annotations

from dataclasses import dataclass

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.plan import AppliedMigration
from felix_dbadmin.core.migrate.script import Migration
from felix_dbadmin.core.migrate.status import ComponentStatus, WorkspaceStatus
from felix_dbadmin.core.text import bytes_text, duration_text, time_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.wording import (
    backups_text,
    drifted_in,
    fleet_health,
    fleet_text,
    health_tone,
    reason_text,
    situation,
    state_text,
    state_tone,
    trouble_icon,
    verified_text,
    verified_tone,
    version_text,
)

HEADINGS = ("Component", "Version", "Pending", "Backups", "Size", "Health")

FLEET = "*"
"""The key of the root row; no component can be named so."""

_ICONS = {
    Tone.GOOD: "good",
    Tone.WARNING: "warning",
    Tone.BAD: "bad",
    Tone.MUTED: "absent",
    Tone.NORMAL: "pending",
}


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One row and what stands under it. `key` tells it from its siblings, also after a change.

    Fleet and components have a text for every column; what stands under a component has one that takes the whole line.
    """

    key: str
    texts: tuple[str, ...]
    component: str
    """'' for the fleet."""
    tone: Tone = Tone.NORMAL
    """Of the last text."""
    icon: str = ""
    """Stands before the first text."""
    health_icon: str = ""
    """Stands before the last text, where that must not be missed."""
    tooltip: str = ""
    backup: Backup | None = None
    version: int | None = None
    """Of the migration that the row is about."""
    search: str = ""
    """What the filter looks at; '' under a component, which is found as a whole."""
    children: tuple[TreeRow, ...] | None = ()
    """None where they are told separately: a component's when somebody opens it."""


def fleet_row(status: WorkspaceStatus, now: float) -> TreeRow:
    """The whole workspace on one line."""
    newest = [component.backups[0] for component in status.components if component.backups]
    count = sum(len(component.backups) for component in status.components)
    health, tone = fleet_health(status)
    return TreeRow(
        key=FLEET,
        texts=(
            fleet_text(status),
            "",
            f"{status.pending:,}",
            backups_text(count, max((backup.created for backup in newest), default=None), now),
            bytes_text(sum(component.size for component in status.components)),
            health,
        ),
        component="",
        tone=tone,
        icon="database",
        tooltip=f"{fleet_text(status)}\n{status.folder}",
        children=None,
    )


def component_row(status: ComponentStatus, now: float) -> TreeRow:
    """A component on one line; what stands under it is for `children_of`, when somebody looks."""
    tone = health_tone(status)
    newest = status.backups[0].created if status.backups else None
    known = status.trouble is None
    return TreeRow(
        key=status.name,
        texts=(
            status.name,
            version_text(status),
            str(len(status.pending)) if known else "?",
            backups_text(len(status.backups), newest, now),
            bytes_text(status.size) if status.exists else "no file",
            status.health,
        ),
        component=status.name,
        tone=tone,
        icon=_ICONS[tone] if known else trouble_icon(status),
        health_icon=trouble_icon(status) if status.locked or status.unaccepted else "",
        tooltip=f"{status.title}: {status.database}\n{situation(status)}",
        search=f"{status.name} {status.title} {status.health}",
        children=None,
    )


def children_of(status: ComponentStatus) -> tuple[TreeRow, ...]:
    """Applied, Pending and Backups of a component, each with its own; of one that cannot be read only its backups."""
    backups = _group(status, "backups", "Backups", tuple(_backup_row(status.name, item) for item in status.backups))
    if status.trouble is not None:
        return (backups,)
    return (
        _group(status, "applied", "Applied", tuple(_applied_row(status, item) for item in status.applied)),
        _group(status, "pending", "Pending", tuple(_pending_row(item) for item in status.pending)),
        backups,
    )


def _group(status: ComponentStatus, key: str, title: str, children: tuple[TreeRow, ...]) -> TreeRow:
    return TreeRow(key, (f"{title} ({len(children)})",), status.name, children=children)


def _applied_row(status: ComponentStatus, item: AppliedMigration) -> TreeRow:
    drifted = drifted_in(item, status)
    tone = Tone.WARNING if drifted else state_tone(item)
    state = state_text(item, drifted=bool(drifted))
    facts = [f"{item.version} {item.description}", state, time_text(item.applied_at)]
    if item.who:
        facts.append(f"by {item.who}")
    if item.duration is not None:
        facts.append(f"took {duration_text(item.duration)}")
    backup = f"\nBackup from before: {item.backup}" if item.backup else ""
    return TreeRow(
        key=str(item.version),
        texts=(" · ".join(facts),),
        component=status.name,
        tone=tone,
        icon=_ICONS[tone],
        tooltip="\n".join(part for part in (*facts, drifted) if part) + backup,
        version=item.version,
    )


def _pending_row(migration: Migration) -> TreeRow:
    way_back = "" if migration.reversible else " · no way down"
    return TreeRow(
        key=str(migration.version),
        texts=(f"{migration.version} {migration.description} · Pending{way_back}",),
        component=migration.component,
        icon="pending",
        tooltip=f"{migration.version} {migration.description}\n{migration.file}",
        version=migration.version,
    )


def _backup_row(component: str, backup: Backup) -> TreeRow:
    when = time_text(backup.created)
    return TreeRow(
        key=backup.name,
        texts=(" · ".join((when, reason_text(backup), bytes_text(backup.size), verified_text(backup))),),
        component=component,
        tone=verified_tone(backup),
        icon="backup",
        tooltip=f"{backup.name}\n{reason_text(backup)}, {when}, {bytes_text(backup.size)}\n{verified_text(backup)}",
        backup=backup,
    )
