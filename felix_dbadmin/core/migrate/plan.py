"""What is going to happen, as a value: the exact ordered steps of one apply, rollback, repair or care of an index."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass, replace
from enum import StrEnum

from felix_dbadmin.core.component import Component
from felix_dbadmin.core.errors import Conflict, WrongUsage
from felix_dbadmin.core.migrate.script import Migration
from felix_dbadmin.core.sql import Statement
from felix_dbadmin.core.text import count_text, list_text


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
    REPAIR = "repair"
    REBUILD = "rebuild"
    OPTIMISE = "optimise"

    @property
    def mends(self) -> bool:
        """Whether it may start from a damaged database: that may be what it is for."""
        return self in (Direction.REPAIR, Direction.REBUILD)


_VERBS = {Direction.UP: "migrate", Direction.DOWN: "rollback", Direction.REPAIR: "repair"}


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for. `to` is the version to end at; None means all the way up, or one step down."""

    component: str
    direction: Direction = Direction.UP
    to: int | None = None
    out_of_order: bool = False
    """Apply pending migrations below the highest applied version too."""
    index: str = ""
    """The full-text index to rebuild or optimise, '' for every one of the component."""

    @property
    def command(self) -> str:
        """The command line that asks for the same."""
        return f"felix-dbadmin {_VERBS.get(self.direction) or f'search {self.direction}'} {self.options}"

    @property
    def rehearsal_command(self) -> str:
        """The command line that rehearses the same."""
        which = "" if self.direction is Direction.UP else f"--{_VERBS.get(self.direction, self.direction)} "
        return f"felix-dbadmin dry-run {which}{self.options}"

    @property
    def options(self) -> str:
        """What the commands for this have in common."""
        to = "" if self.to is None else f" --to {self.to}"
        index = f" --index {shlex.quote(self.index)}" if self.index else ""
        return f"--component {self.component}{to}{' --out-of-order' if self.out_of_order else ''}{index}"


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction: all of it happens, or none."""

    action: str
    """base, up, down, repair, rebuild or optimise."""
    version: int
    description: str
    statements: tuple[Statement, ...]
    """Empty for Python migrations, whose SQL shows when they are rehearsed."""
    checks: tuple[Statement, ...] = ()
    """SELECTs that must hold before the statements run."""
    verify: tuple[Statement, ...] = ()
    report: tuple[Statement, ...] = ()
    foreign_keys: bool = True
    migration: Migration | None = None

    @property
    def title(self) -> str:
        match self.action:
            case "base":
                return "Create the base schema"
            case "repair" | "rebuild" | "optimise":
                return self.description
            case "down":
                return f"Roll back {self.version}: {self.description}"
        return f"Apply {self.version}: {self.description}"

    @property
    def where(self) -> str:
        """The file that the statements come from."""
        return f"{self.migration.component}/{self.migration.file}" if self.migration else "base.sql"


@dataclass(frozen=True, slots=True)
class Plan:
    request: Request
    database: str
    """The file's name."""
    steps: tuple[Step, ...]
    applied: tuple[int, ...]
    """The versions that must be found applied when the plan starts."""

    @property
    def component(self) -> str:
        return self.request.component

    @property
    def title(self) -> str:
        """'Apply 2 migrations to knowledge'."""
        match self.request.direction:
            case Direction.REPAIR:
                return f"Repair {self.component}"
            case Direction.REBUILD | Direction.OPTIMISE as care:
                which = self.request.index or count_text(len(self.steps), "search index", "search indexes")
                return f"{care.value.capitalize()} {which} of {self.component}"
            case Direction.DOWN:
                return f"Roll back {count_text(len(self.steps), 'migration')} of {self.component}"
        count = count_text(sum(step.action == "up" for step in self.steps), "migration")
        return f"Apply {count} to {self.component}"

    @property
    def ends_with(self) -> tuple[int, ...]:
        """The versions that are applied when every step was done."""
        versions = set(self.applied)
        for step in self.steps:
            if step.action == "up":
                versions.add(step.version)
            elif step.action == "down":
                versions.discard(step.version)
        return tuple(sorted(versions))

    @property
    def fingerprint(self) -> str:
        """Equal for two plans that would do the same to the same starting point."""
        parts = [self.component, self.database, self.request.direction, repr(self.applied)]
        for step in self.steps:
            parts += [
                step.action,
                str(step.version),
                step.migration.source if step.migration and step.migration.python else "",
            ]
            parts += [statement.sql for statement in (*step.checks, *step.statements, *step.verify)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AppliedMigration:
    """A version that the database records, and what it is to us."""

    version: int
    description: str
    applied_at: float
    state: str
    """ours, adopted (recorded by another tool, same description), changed, missing or foreign."""
    migration: Migration | None
    """The text that was applied where our log has it, else the file's; None for a foreign one."""
    backup: str = ""
    """The backup that was taken before it was applied."""
    duration: float | None = None
    who: str = ""
    sequence: int = 0
    """Position in the order of application."""
    current: Migration | None = None
    """The file's text now, where there is a file."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a component stands: what planning needs to know, and nothing else."""

    component: Component
    initialised: bool
    base: tuple[Statement, ...]
    """The statements of base.sql; none for a component that has no base schema."""
    files: tuple[Migration, ...]
    applied: tuple[AppliedMigration, ...]

    @property
    def recorded(self) -> frozenset[int]:
        return frozenset(item.version for item in self.applied)

    @property
    def pending(self) -> tuple[Migration, ...]:
        return tuple(migration for migration in self.files if migration.version not in self.recorded)

    @property
    def version(self) -> int:
        """The highest applied version that is ours, 0 for none."""
        return max((item.version for item in self.applied if item.state != "foreign"), default=0)


def plan_for(request: Request, standing: Standing) -> Plan:
    """The steps from where the component stands to what is asked for; no steps when it is there already.

    Raises Conflict (foreign or late migrations), or WrongUsage (a version that does not exist).
    """
    refuse_foreign(standing)
    steps = _down_steps(request, standing) if request.direction is Direction.DOWN else _up_steps(request, standing)
    return Plan(request, standing.component.database, steps, tuple(sorted(standing.recorded)))


def refuse_foreign(standing: Standing) -> None:
    """Raises Conflict where another tool recorded migrations that we do not have."""
    foreign = [f"{item.version} “{item.description}”" for item in standing.applied if item.state == "foreign"]
    if foreign:
        highest = max((migration.version for migration in standing.files), default=0)
        raise Conflict(
            f"{standing.component.database} has {count_text(len(foreign), 'migration')} that this program does not"
            f" know: {list_text(foreign)}. It knows {standing.component.name} up to version {highest}.",
            "Update felix-dbadmin, or add the missing migration files; until then the database is only read.",
        )


def _up_steps(request: Request, standing: Standing) -> tuple[Step, ...]:
    name = standing.component.name
    versions = {migration.version for migration in standing.files}
    if request.to is not None and request.to not in versions | {0}:
        raise WrongUsage(f"{name} has no migration {request.to}.", f"It has {_versions_text(versions)}.")
    top = request.to if request.to is not None else max(versions, default=0)
    pending = [migration for migration in standing.pending if migration.version <= top]
    late = [migration.file for migration in pending if migration.version < standing.version]
    if late and not request.out_of_order:
        raise Conflict(
            f"{name} is at version {standing.version}, but {list_text(late)} below that was never applied.",
            "Look at it with dry-run, then apply it late on purpose: felix-dbadmin migrate --out-of-order"
            f" --component {name}",
        )
    steps = [up_step(migration) for migration in pending]
    if not standing.initialised and standing.base and (steps or not versions):
        steps.insert(0, Step("base", 0, "Base schema", standing.base))
    return tuple(steps)


def up_step(migration: Migration) -> Step:
    return Step(
        action="up",
        version=migration.version,
        description=migration.description,
        statements=migration.up.statements,
        checks=migration.check.statements,
        verify=migration.verify.statements,
        report=migration.report.statements,
        foreign_keys="up" in migration.foreign_keys,
        migration=migration,
    )


def _down_steps(request: Request, standing: Standing) -> tuple[Step, ...]:
    name = standing.component.name
    latest_first = sorted(standing.applied, key=lambda item: (item.sequence, item.version), reverse=True)
    if request.to is None:
        chosen = latest_first[:1]
    else:
        if request.to != 0 and request.to not in standing.recorded:
            raise WrongUsage(
                f"{name} cannot be rolled back to version {request.to}, which is not applied.",
                f"Applied: {_versions_text(standing.recorded)}; 0 rolls back everything.",
            )
        chosen = [item for item in latest_first if item.version > request.to]
    return tuple(_down_step(standing, item) for item in chosen)


def _down_step(standing: Standing, item: AppliedMigration) -> Step:
    migration = item.migration
    label = f"{standing.component.name} {item.version} “{item.description}”"
    if migration is None or not migration.reversible:
        reason = migration.irreversible if migration else "its file is missing"
        backup = f" {item.backup}" if item.backup else ""
        raise Conflict(
            f"{label} cannot be rolled back: {reason}.",
            f"Restore the backup{backup} from before it: felix-dbadmin backup list",
        )
    if migration.python and item.state == "changed":
        raise Conflict(
            f"{label} cannot be rolled back: {migration.file} was changed since it was applied.",
            "Put the file back as it was; Python code is only ever run from its file.",
        )
    return replace(down_step(migration), description=item.description)


def down_step(migration: Migration) -> Step:
    return Step(
        action="down",
        version=migration.version,
        description=migration.description,
        statements=migration.down.statements,
        foreign_keys="down" in migration.foreign_keys,
        migration=migration,
    )


def _versions_text(versions: set[int] | frozenset[int]) -> str:
    return list_text([str(version) for version in sorted(versions)], limit=20) or "none"
