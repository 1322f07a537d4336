"""Statuses made by hand, for models and everything else that is only told."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.health import Drift
from felix_dbadmin.core.migrate.plan import AppliedMigration
from felix_dbadmin.core.migrate.script import Migration, parse_migration
from felix_dbadmin.core.migrate.status import ComponentStatus, Trouble, WorkspaceStatus

FOLDER = Path("/somewhere")
WHEN = 1_761_300_000.0


@cache
def migration(component: str, version: int, *, down: bool = True) -> Migration:
    way_down = f"-- migrate:down\nDROP TABLE t{version};\n" if down else ""
    source = f"-- migrate:description Step {version}\n-- migrate:up\nCREATE TABLE t{version}(a);\n{way_down}"
    return parse_migration(component, f"{version:03}_step.sql", source)


def applied(component: str, version: int, state: str = "ours", *, down: bool = True) -> AppliedMigration:
    text = None if state == "foreign" else migration(component, version, down=down)
    return AppliedMigration(version, f"Step {version}", WHEN, state, text, sequence=version)


def backup(name: str = "manual_felix_knowledge_20251024_165951.db") -> Backup:
    return Backup(
        FOLDER / "backups" / name, 4096, 0, WHEN, "manual", "felix_knowledge.db", "knowledge", (), None, None, ""
    )


def component(
    name: str = "knowledge",
    *,
    done: tuple[AppliedMigration, ...] = (),
    pending: tuple[int, ...] = (),
    backups: tuple[Backup, ...] = (),
    drift: tuple[Drift, ...] = (),
    exists: bool = True,
    trouble: Trouble | None = None,
) -> ComponentStatus:
    waiting = tuple(migration(name, version) for version in pending)
    version = max((item.version for item in done), default=0)
    return ComponentStatus(
        name=name,
        title=name.capitalize(),
        database=f"felix_{name}.db",
        exists=exists,
        initialised=exists,
        version=version,
        latest=max([version, *pending]),
        applied=done,
        pending=waiting,
        drift=drift,
        backups=backups,
        size=4096,
        trouble=trouble,
    )


def workspace(*components: ComponentStatus) -> WorkspaceStatus:
    return WorkspaceStatus(FOLDER, components, WHEN)
