"""The full look at one component: structure, verify statements, drift."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import DatabaseUnusable
from felix_dbadmin.core.migrate.health import Drift, find_drift, integrity_checks, verify_checks
from felix_dbadmin.core.migrate.plan import Standing
from felix_dbadmin.core.migrate.results import Check
from felix_dbadmin.core.migrate.standing import standing_of
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text
from felix_dbadmin.core.workspace import open_workspace


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at. `drift` names objects that differ from what the applied migrations make."""

    component: str
    version: int
    checks: tuple[Check, ...]
    drift: tuple[Drift, ...]
    conflicts: tuple[str, ...]
    """Foreign, changed and missing migrations, in words."""

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.ok)


def verify_component(folder: Path, component: str, *, task: Task) -> Verified:
    """Read the whole database. Raises DatabaseUnusable where there is none to read."""
    workspace = open_workspace(folder)
    item = workspace.component(component)
    database = workspace.database(item)
    if not database.exists():
        raise DatabaseUnusable(
            f"{database.name} does not exist yet: there is nothing to verify.",
            f"It is made by Felix, or by: felix-dbadmin migrate --component {component}",
        )
    command = f"felix-dbadmin verify --component {component}"
    with (
        recorded(workspace, component, f"Verify {component}", kind="verify", command=command) as entry,
        open_reader(database, task) as db,
    ):
        standing = standing_of(db, item, task)
        checks = (*integrity_checks(db, task), *verify_checks(db, standing, task))
        drift = find_drift(standing, read_schema(db), task)
        good = f"{sum(check.ok for check in checks)} of {count_text(len(checks), 'check')} passed"
        entry.detail = f"{good}, {count_text(len(drift), 'object')} drifted" if drift else good
        conflicts = _conflicts(standing)
        entry.faulty = bool(drift or conflicts) or not all(check.ok for check in checks)
    return Verified(component, standing.version, checks, drift, conflicts)


def _conflicts(standing: Standing) -> tuple[str, ...]:
    words = {
        "foreign": "is not known here",
        "changed": "has another text in its file now",
        "missing": "has no file any more",
    }
    return tuple(
        f"migration {entry.version} “{entry.description}” {words[entry.state]}"
        for entry in standing.applied
        if entry.state in words
    )
