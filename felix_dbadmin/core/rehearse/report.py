"""What a rehearsal found: every statement as it ran, what would change, and proof that the live file did not."""

from __future__ import annotations

from dataclasses import dataclass

from felix_dbadmin.core.migrate.losses import Loss
from felix_dbadmin.core.migrate.plan import Plan
from felix_dbadmin.core.migrate.results import Check, StatementRun, StepRun
from felix_dbadmin.core.schema import SchemaDifference


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

    @property
    def ok(self) -> bool:
        return self.failure is None

    @property
    def losses(self) -> tuple[Loss, ...]:
        return tuple(loss for step in self.steps for loss in step.losses)

    @property
    def notes(self) -> tuple[tuple[str, int], ...]:
        """What the migrations counted and named."""
        return tuple(note for step in self.steps for note in step.notes)
