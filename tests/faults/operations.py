"""Everything that changes a workspace, made ready on a copy and run."""

from __future__ import annotations

import hashlib
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from felix_dbadmin.core.analytics.approvals import decide
from felix_dbadmin.core.backups.bring_back import bring_back
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.compressing import compress_backups
from felix_dbadmin.core.backups.operations import back_up, preview_prune, prune_backups, restore
from felix_dbadmin.core.backups.retention import RetentionPolicy
from felix_dbadmin.core.connection import create_database, open_reader
from felix_dbadmin.core.migrate.apply import carry_out, make_plan
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.sample.knowledge import generate_entries, insert_entries
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.core.analytics.actions_made import DATABASE as ACTIONS
from tests.core.analytics.actions_made import ask_for, make_actions
from tests.helpers.workspaces import dump, run_sql
from tests.migrations.helpers import make_base

COMPONENT = "knowledge"
DATABASE = "felix_knowledge.db"
OPERATIONS = ("apply", "roll back", "back up", "restore", "repair", "prune", "bring back", "compress", "approve")

ROOT = Path(__file__).resolve().parents[2]

_LEDGERS = ("schema_migrations", "schema_migrations_log")


@dataclass(frozen=True, slots=True)
class Ready:
    """A workspace to copy for one operation, and every state of its database that the operation may leave."""

    operation: str
    folder: Path
    states: tuple[str, ...]
    """Old first, new last; between them those after each whole migration."""
    backups: tuple[int, int]
    """How many there are afterwards, plain and compressed."""

    @property
    def component(self) -> str:
        return "system_actions" if self.operation == "approve" else COMPONENT

    @property
    def database(self) -> str:
        return ACTIONS if self.operation == "approve" else DATABASE

    def copy(self, target: Path, journal: str = "delete") -> Path:
        shutil.copytree(self.folder, target)
        if journal != "delete":
            run_sql(target / self.database, f"pragma journal_mode = {journal}")
        return target


def make_ready(folder: Path, operations: tuple[str, ...] = OPERATIONS, *, entries: int = 300) -> dict[str, Ready]:
    """The workspaces for `operations`, made in `folder`."""
    base = folder / "base"
    base.mkdir()
    with create_database(base / DATABASE) as db:
        make_base(db, COMPONENT)
        db.execute("begin")
        insert_entries(db, generate_entries(entries))
        db.execute("commit")
    migrated = folder / "migrated"
    shutil.copytree(base, migrated)
    run(migrated, "apply")
    back_up(migrated, COMPONENT, task=Task())
    run_sql(migrated / DATABASE, "update knowledge_entries set content_json = '{}' where rowid % 3 = 0")
    for _ in range(2):
        back_up(migrated, COMPONENT, task=Task())
    run_sql(migrated / DATABASE, "delete from knowledge_entries where rowid % 5 = 0")
    asked = folder / "asked"
    path = make_actions(asked)
    for number in range(20):
        ask_for(path, f"make target-{number}", context="x" * 500)
    made = {}
    for operation in operations:
        source = {"apply": base, "approve": asked}.get(operation, migrated)
        source = shutil.copytree(source, folder / f"before {operation}")
        if operation == "repair":
            name = str(query_one(source, "select name from sqlite_schema where type = 'trigger' order by name"))
            run_sql(source / DATABASE, f'drop trigger "{name}"')
        made[operation] = _measured(source, operation, folder / f"after {operation}")
    return made


def query_one(folder: Path, sql: str) -> object:
    with open_reader(folder / DATABASE) as db:
        return db.execute(sql).fetchall()[0][0]


def _measured(source: Path, operation: str, scratch: Path) -> Ready:
    states = [state_of(source)]
    for version in {"apply": (1, 2), "roll back": (1, 0)}.get(operation, (None,)):
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(source, scratch)
        run(scratch, operation, to=version)
        states.append(state_of(scratch))
    return Ready(operation, source, tuple(states), backups_of(scratch))


def state_of(folder: Path) -> str:
    """Every row and object, in short; of the ledgers only which versions are applied, of moments only that they are."""
    return hashlib.sha256(repr([_content(path) for path in sorted(folder.glob("felix_*.db"))]).encode()).hexdigest()


def _content(path: Path) -> tuple[object, ...]:
    found = dump(path)
    with open_reader(path) as db:
        damage = db.execute("pragma integrity_check").fetchall()
        if "pending_approvals" in found:
            sql = "select approval_id, command, approved, approved_by, approved_at is null from pending_approvals"
            found["pending_approvals"] = db.execute(sql).fetchall()
    versions = [row[1] for row in found.get(_LEDGERS[0], [])]
    objects = [row for row in found["objects"] if not str(row[1]).startswith((*_LEDGERS, "sqlite_", "idx_schema_"))]
    rows = [(name, found[name]) for name in sorted(found) if name not in (*_LEDGERS, "objects", "sqlite_sequence")]
    return damage, versions, objects, rows


def backups_of(folder: Path) -> tuple[int, int]:
    """How many have a manifest, plain and compressed."""
    found = [item.compressed for item in list_backups(folder / "backups") if item.manifest is not None]
    return found.count(False), found.count(True)


def run(folder: Path, operation: str, task: Task | None = None, *, to: int | None = None) -> None:
    """Raises what the operation raises."""
    task = task or Task()
    directions = {"apply": Direction.UP, "roll back": Direction.DOWN, "repair": Direction.REPAIR}
    if operation in directions:
        target = 0 if operation == "roll back" and to is None else to
        carry_out_request(folder, Request(COMPONENT, directions[operation], target), task)
    elif operation == "dry run":
        rehearse(folder, Request(COMPONENT), task=task)
    elif operation == "back up":
        back_up(folder, COMPONENT, task=task)
    elif operation == "restore":
        restore(folder, COMPONENT, oldest_manual(folder), task=task)
    elif operation == "bring back":
        bring_back(folder, COMPONENT, oldest_manual(folder), "knowledge_entries", None, task=task)
    elif operation == "compress":
        compress_backups(folder, 1, task=task)
    elif operation == "approve":
        decide(folder, 7, True, "anna", "", task=task)
    else:
        assert operation == "prune"
        plan = preview_prune(folder, RetentionPolicy(0, 1), time.time() + 1, task=task)
        prune_backups(folder, plan, task=task)


def carry_out_request(folder: Path, request: Request, task: Task) -> None:
    workspace = open_workspace(folder)
    component = workspace.component(COMPONENT)
    with open_reader(workspace.database(component), task) as db:
        plan = make_plan(db, component, request, task)
    carry_out(folder, plan, task=task)


def oldest_manual(folder: Path) -> str:
    return min((item.created, item.name) for item in list_backups(folder / "backups") if item.reason == "manual")[1]


def partials(folder: Path) -> list[str]:
    """What is only there while something runs."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if ".partial" in path.name or path.name.startswith("rehearsal_") or _hot(path)
    )


def _hot(path: Path) -> bool:
    """A journal that is still to be played back; SQLite lets a spent one lie after an exclusive lock."""
    return path.name.endswith(".db-journal") and path.read_bytes()[:1] not in (b"", b"\0")
