"""What running a step gives: its statements as they ran, what was checked, what was counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from felix_dbadmin.core.migrate.losses import Loss
from felix_dbadmin.core.migrate.plan import Step


@dataclass(frozen=True, slots=True)
class StatementRun:
    """One statement as it ran. `rows` are those it names itself, `touched` adds triggers, cascades, index pages."""

    step: int
    sql: str
    line: int
    verb: str
    target: str
    seconds: float
    rows: int
    touched: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and whether it was as it should be."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StepRun:
    """A step that ran to its end; the caller commits. `rows_before` and `rows_after` count data tables."""

    step: Step
    statements: tuple[StatementRun, ...]
    checks: tuple[Check, ...]
    notes: tuple[tuple[str, int], ...]
    rows_before: dict[str, int]
    rows_after: dict[str, int]
    losses: tuple[Loss, ...]
    seconds: float

    @property
    def touched(self) -> int:
        return sum(statement.touched for statement in self.statements)


@dataclass(slots=True)
class Recorder:
    """Collects what ran, also when a later statement fails."""

    statements: list[StatementRun] = field(default_factory=list)
    step: int = 0

    def of_step(self, step: int) -> tuple[StatementRun, ...]:
        return tuple(run for run in self.statements if run.step == step)
