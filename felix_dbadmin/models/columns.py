"""The tables of the window as data: what stands in which column."""

from __future__ import annotations

from dataclasses import dataclass

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.plan import AppliedMigration
from felix_dbadmin.core.migrate.results import StatementRun
from felix_dbadmin.core.migrate.script import Migration
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.rehearse.report import Rehearsal, Risk, risk_of
from felix_dbadmin.core.text import bytes_text, duration_text, time_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column
from felix_dbadmin.models.wording import (
    drifted_in,
    inside_text,
    kept_text,
    proven_text,
    proven_tone,
    state_text,
    state_tone,
    verified_text,
    verified_tone,
    why_text,
)


@dataclass(frozen=True, slots=True)
class MigrationRow:
    """A migration in the list: applied, or (`applied` None) pending."""

    version: int
    description: str
    migration: Migration | None
    """None where nothing here knows its text."""
    applied: AppliedMigration | None
    drifted: str = ""
    """What of its objects is not as it makes them."""

    @property
    def state(self) -> str:
        return state_text(self.applied, drifted=bool(self.drifted)) if self.applied else "Pending"

    @property
    def tone(self) -> Tone:
        if self.drifted:
            return Tone.WARNING
        return state_tone(self.applied) if self.applied else Tone.NORMAL

    @property
    def icon(self) -> str:
        return {Tone.GOOD: "good", Tone.WARNING: "warning"}.get(self.tone, "pending")

    @property
    def when(self) -> str:
        return time_text(self.applied.applied_at) if self.applied else ""

    @property
    def duration(self) -> str:
        known = self.applied is not None and self.applied.duration is not None
        return duration_text(self.applied.duration or 0.0) if known and self.applied else ""

    @property
    def backup(self) -> str:
        return self.applied.backup if self.applied else ""


def migration_rows(status: ComponentStatus) -> tuple[MigrationRow, ...]:
    """Applied and pending migrations of a component, by version."""
    applied = (
        MigrationRow(item.version, item.description, item.migration, item, drifted_in(item, status))
        for item in status.applied
    )
    pending = (MigrationRow(item.version, item.description, item, None) for item in status.pending)
    return tuple(sorted((*applied, *pending), key=lambda row: row.version))


MIGRATION_COLUMNS: tuple[Column[MigrationRow], ...] = (
    Column("Version", lambda row: str(row.version), number=True),
    Column("Description", lambda row: row.description),
    Column(
        "State",
        lambda row: row.state,
        tone=lambda row: row.tone,
        tooltip=lambda row: f"{state_text(row.applied)}\n{row.drifted}" if row.applied and row.drifted else "",
        icon=lambda row: row.icon,
    ),
    Column("When", lambda row: row.when),
    Column("Took", lambda row: row.duration, number=True),
    Column("Backup from before", lambda row: row.backup),
)

_VERIFIED_ICONS = {Tone.GOOD: "good", Tone.WARNING: "warning", Tone.BAD: "bad"}

BACKUP_COLUMNS: tuple[Column[Backup], ...] = (
    Column(
        "When",
        lambda row: time_text(row.created),
        tooltip=lambda row: f"{row.name}\n{verified_text(row)}",
        icon=lambda row: _VERIFIED_ICONS.get(verified_tone(row), ""),
    ),
    Column("Why", why_text, tooltip=lambda row: row.manifest.note if row.manifest else ""),
    Column("Size", lambda row: bytes_text(row.size), number=True),
    Column("Inside", inside_text),
    Column("Verified", verified_text, tone=verified_tone, tooltip=lambda row: row.problem),
    Column(
        "Restorable",
        proven_text,
        tone=proven_tone,
        tooltip=lambda row: time_text(row.proven_at) if row.proven_at else "No test restore yet",
    ),
    Column("Kept", kept_text, icon=lambda row: "protect" if row.protected else ""),
)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement of a rehearsal, numbered through."""

    number: int
    step: str
    run: StatementRun
    risk: Risk

    @property
    def result(self) -> str:
        return f"✗ {self.run.error}" if self.run.error else "✓ ok"


def statement_rows(rehearsals: tuple[Rehearsal, ...]) -> tuple[StatementRow, ...]:
    """All statements that ran, in order; the step carries the component's name where there are several."""
    rows: list[StatementRow] = []
    for rehearsal in rehearsals:
        prefix = f"{rehearsal.plan.component} " if len(rehearsals) > 1 else ""
        for run in rehearsal.statements:
            step = rehearsal.plan.steps[run.step]
            label = str(step.version) if step.action in ("up", "down") else step.action
            rows.append(StatementRow(len(rows) + 1, prefix + label, run, risk_of(rehearsal, run)))
    return tuple(rows)


RISK_TONES = {
    Risk.SAFE: Tone.NORMAL,
    Risk.REWRITES: Tone.WARNING,
    Risk.DELETES: Tone.BAD,
    Risk.FINAL: Tone.BAD,
}

STATEMENT_COLUMNS: tuple[Column[StatementRow], ...] = (
    Column("#", lambda row: str(row.number), number=True),
    Column("Step", lambda row: row.step),
    Column("Statement", lambda row: row.run.sql, tooltip=lambda row: row.run.sql),
    Column("Object", lambda row: row.run.target),
    Column("Risk", lambda row: row.risk, tone=lambda row: RISK_TONES[row.risk]),
    Column(
        "Rows",
        lambda row: f"{row.run.rows:,}",
        tooltip=lambda row: f"{row.run.rows:,} named by the statement; {row.run.touched:,} with triggers and cascades",
        number=True,
    ),
    Column("Touched", lambda row: f"{row.run.touched:,}", number=True),
    Column("Time", lambda row: duration_text(row.run.seconds), number=True),
    Column(
        "Result",
        lambda row: row.result,
        tone=lambda row: Tone.BAD if row.run.error else Tone.GOOD,
        tooltip=lambda row: row.run.error,
    ),
)
