"""What a rehearsal found: every statement as it ran, what would change, and proof that the live file did not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from felix_dbadmin.core.migrate.losses import Loss
from felix_dbadmin.core.migrate.plan import Plan, Step
from felix_dbadmin.core.migrate.results import Check, StatementRun, StepRun
from felix_dbadmin.core.pace import StepCost
from felix_dbadmin.core.schema import SchemaDifference
from felix_dbadmin.core.sql import meaningful, unquoted
from felix_dbadmin.core.text import count_text


@dataclass(frozen=True, slots=True)
class LiveState:
    """The live file at one moment. Hashes are SHA-256 of all bytes, '' where there is no such file."""

    sha256: str
    wal_sha256: str
    schema_version: int
    data_version: int
    """Moves when another connection commits; only comparable on one connection."""


@dataclass(frozen=True, slots=True)
class LiveProof:
    """The live file before and after the rehearsal."""

    before: LiveState | None
    """None where the database does not exist yet."""
    after: LiveState | None

    @property
    def unchanged(self) -> bool:
        return self.before == self.after

    @property
    def text(self) -> str:
        if self.before is None and self.after is None:
            return "Live file unchanged: it did not exist before, and does not now."
        if self.unchanged:
            return "Live file unchanged: bytes, schema_version and data_version are the same before and after."
        return (
            "The live file changed meanwhile: another program wrote to it. This rehearsal opened it for reading only."
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a rehearsal stopped: the words of the error, and the statement."""

    summary: str
    hint: str
    statement: str
    where: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class WayBack:
    """How the step that goes to `version` can be undone. `proven` when that was done on the copy, and was right."""

    version: int
    proven: bool
    text: str


class Risk(StrEnum):
    """What a statement does to what is there already."""

    SAFE = "safe"
    REWRITES = "rewrites table"
    DELETES = "deletes data"
    FINAL = "cannot be undone"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What carrying the plan out is expected to take: estimates, from what it took on the copy."""

    lock_seconds: float
    """How long other programs cannot write, for all steps together."""
    disk_bytes: int
    """Room needed while it runs: growth, journal and backup."""
    backup_bytes: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    plan: Plan
    statements: tuple[StatementRun, ...]
    """All that ran, in order; `step` counts the plan's steps from 0. The last one may have failed."""
    steps: tuple[StepRun, ...]
    """The steps that ran to their end."""
    difference: SchemaDifference
    rows_before: dict[str, int]
    rows_after: dict[str, int]
    checks: tuple[Check, ...]
    proof: LiveProof
    failure: Failure | None
    database_bytes: int
    at: float
    seconds: float
    ways_back: tuple[WayBack, ...] = ()
    """One for each step of the plan; none where the rehearsal failed."""
    costs: tuple[StepCost, ...] = ()
    """Of the backup, each step, and the reading back; none where the rehearsal failed."""
    grown_bytes: int = 0
    """What the copy grew by."""
    journal_bytes: int = 0
    """The most that the journal, or the write-ahead log, takes beside it."""

    @property
    def ok(self) -> bool:
        return self.failure is None

    @property
    def sentence(self) -> str:
        """How it went, in one line."""
        if self.failure is not None:
            return f"{self.plan.title} would fail: {self.failure.summary}"
        return f"{self.plan.title} would succeed: {count_text(len(self.checks), 'check')} passed on the copy"

    @property
    def losses(self) -> tuple[Loss, ...]:
        return tuple(loss for step in self.steps for loss in step.losses)

    @property
    def notes(self) -> tuple[tuple[str, int], ...]:
        """What the migrations counted and named."""
        return tuple(note for step in self.steps for note in step.notes)


def forecast(rehearsal: Rehearsal) -> Forecast:
    """What carrying out the rehearsed plan would take. Nothing is backed up where there is no database yet."""
    backup = rehearsal.database_bytes
    return Forecast(
        lock_seconds=sum(step.seconds for step in rehearsal.steps),
        disk_bytes=max(0, rehearsal.grown_bytes) + rehearsal.journal_bytes + backup,
        backup_bytes=backup,
    )


def costs_of(rehearsal: Rehearsal) -> tuple[StepCost, ...]:
    """What lets the progress of carrying the plan out be told in time: for carry_out."""
    return rehearsal.costs


def risk_of(rehearsal: Rehearsal, run: StatementRun) -> Risk:
    """Told by what the statement did on the copy, and by whether its step has a way back other than the backup."""
    step = rehearsal.plan.steps[run.step]
    risk = _effect(rehearsal, run, step)
    if risk is not Risk.SAFE and step.action == "up" and step.migration is not None and step.migration.irreversible:
        return Risk.FINAL
    return risk


def _effect(rehearsal: Rehearsal, run: StatementRun, step: Step) -> Risk:
    ran = rehearsal.steps[run.step] if run.step < len(rehearsal.steps) else None
    held = ran.rows_before if ran is not None else rehearsal.rows_before
    tables = {table.lower(): rows for table, rows in held.items()}
    words = [unquoted(token.text) for token in meaningful(run.sql)]
    loses = ran is not None and bool(ran.losses)
    match run.verb:
        case "delete" if run.rows and run.target in tables:
            return Risk.DELETES
        case "update" if run.rows and run.target in tables:
            return Risk.REWRITES
        case "replace" if tables.get(run.target):
            return Risk.REWRITES
        case "insert" if words[1:3] == ["or", "replace"] and tables.get(run.target):
            return Risk.REWRITES
        case "drop" if words[1:2] == ["table"] and tables.get(run.target):
            return Risk.DELETES if loses else Risk.REWRITES
        case "alter" if "drop" in words and tables.get(run.target):
            return Risk.DELETES if loses else Risk.REWRITES
    return Risk.SAFE
