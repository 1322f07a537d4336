"""What the component tree is to show for a status: a value, compared with what it shows already."""

from __future__ import annotations

from dataclasses import dataclass

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.plan import AppliedMigration
from felix_dbadmin.core.migrate.script import Migration
from felix_dbadmin.core.migrate.status import ComponentStatus, WorkspaceStatus
from felix_dbadmin.core.text import bytes_text, time_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.wording import (
    health_tone,
    reason_text,
    situation,
    state_text,
    state_tone,
    verified_text,
    verified_tone,
    version_text,
)

HEADINGS = ("Component", "Version", "Pending", "Backups", "Health")

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

    A component has a text for every column; all that stands under one has a single text that takes the whole line.
    """

    key: str
    texts: tuple[str, ...]
    component: str
    tone: Tone = Tone.NORMAL
    """Of the last text."""
    icon: str = ""
    tooltip: str = ""
    backup: Backup | None = None
    version: int | None = None
    """Of the migration that the row is about."""
    children: tuple[TreeRow, ...] = ()


def rows_of(status: WorkspaceStatus) -> tuple[TreeRow, ...]:
    return tuple(_component_row(component) for component in status.components)


def _component_row(status: ComponentStatus) -> TreeRow:
    tone = health_tone(status)
    return TreeRow(
        key=status.name,
        texts=(
            status.name,
            version_text(status),
            str(len(status.pending)),
            str(len(status.backups)),
            status.health,
        ),
        component=status.name,
        tone=tone,
        icon=_ICONS[tone],
        tooltip=f"{status.title}: {status.database}\n{situation(status)}",
        children=(
            _group(status, "applied", "Applied", tuple(_applied_row(status.name, item) for item in status.applied)),
            _group(status, "pending", "Pending", tuple(_pending_row(item) for item in status.pending)),
            _group(status, "backups", "Backups", tuple(_backup_row(status.name, item) for item in status.backups)),
        ),
    )


def _group(status: ComponentStatus, key: str, title: str, children: tuple[TreeRow, ...]) -> TreeRow:
    return TreeRow(key, (f"{title} ({len(children)})",), status.name, children=children)


def _applied_row(component: str, item: AppliedMigration) -> TreeRow:
    return TreeRow(
        key=str(item.version),
        texts=(f"{item.version}  {item.description} · {state_text(item)}",),
        component=component,
        tone=state_tone(item),
        icon=_ICONS[state_tone(item)],
        tooltip=f"{item.version} {item.description}\n{state_text(item)}, {time_text(item.applied_at)}",
        version=item.version,
    )


def _pending_row(migration: Migration) -> TreeRow:
    return TreeRow(
        key=str(migration.version),
        texts=(f"{migration.version}  {migration.description} · Pending",),
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
