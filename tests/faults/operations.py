"""Everything that changes a workspace, made ready on a copy and run in this process or, limited, in one of its own."""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.backups.bring_back import bring_back
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.operations import back_up, preview_prune, prune_backups, restore
from felix_dbadmin.core.backups.retention import RetentionPolicy
from felix_dbadmin.core.connection import create_database, open_reader
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.live_files import guard_live_files
from felix_dbadmin.core.migrate.apply import carry_out, make_plan
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.sample.knowledge import generate_entries, insert_entries
from felix_dbadmin.core.task import Progress, Task
from felix_dbadmin.core.workspace import open_workspace
from tests.helpers.workspaces import dump, run_sql
from tests.migrations.helpers import make_base

COMPONENT = "knowledge"
DATABASE = "felix_knowledge.db"
OPERATIONS = ("apply", "roll back", "back up", "restore", "repair", "prune", "bring back")

ROOT = Path(__file__).resolve().parents[2]

_LEDGERS = ("schema_migrations", "schema_migrations_log")


@dataclass(frozen=True, slots=True)
class Ready:
    """A workspace to copy for one operation, and every state of its database that the operation may leave."""

    operation: str
    folder: Path
    states: tuple[str, ...]
    """Old first, new last; between them those after each whole migration."""

    def copy(self, target: Path, journal: str = "delete") -> Path:
        shutil.copytree(self.folder, target)
        if journal != "delete":
            run_sql(target / DATABASE, f"pragma journal_mode = {journal}")
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
    made = {}
    for operation in operations:
        source = shutil.copytree(base if operation == "apply" else migrated, folder / f"before {operation}")
        if operation == "repair":
            name = str(query_one(source, "select name from sqlite_schema where type = 'trigger' order by name"))
            run_sql(source / DATABASE, f'drop trigger "{name}"')
        made[operation] = Ready(operation, source, _states(source, operation, folder / f"after {operation}"))
    return made


def query_one(folder: Path, sql: str) -> object:
    with open_reader(folder / DATABASE) as db:
        return db.execute(sql).fetchall()[0][0]


def _states(source: Path, operation: str, scratch: Path) -> tuple[str, ...]:
    shutil.copytree(source, scratch)
    states = [state_of(scratch)]
    for version in {"apply": (1, 2), "roll back": (1, 0)}.get(operation, (None,)):
        run(scratch, operation, to=version)
        states.append(state_of(scratch))
    return tuple(states)


def state_of(folder: Path) -> str:
    """Every row and object, in short; of the ledgers only which versions are applied."""
    path = folder / DATABASE
    found = dump(path)
    with open_reader(path) as db:
        damage = db.execute("pragma integrity_check").fetchall()
    versions = [row[1] for row in found.get(_LEDGERS[0], [])]
    objects = [row for row in found["objects"] if not str(row[1]).startswith((*_LEDGERS, "sqlite_", "idx_schema_"))]
    rows = [(name, found[name]) for name in sorted(found) if name not in (*_LEDGERS, "objects", "sqlite_sequence")]
    return hashlib.sha256(repr((damage, versions, objects, rows)).encode()).hexdigest()


def run(folder: Path, operation: str, task: Task | None = None, *, to: int | None = None) -> None:
    """Raises what the operation raises."""
    task = task or Task()
    directions = {"apply": Direction.UP, "roll back": Direction.DOWN, "repair": Direction.REPAIR}
    if operation in directions:
        target = 0 if operation == "roll back" and to is None else to
        carry_out_request(folder, Request(COMPONENT, directions[operation], target), task)
    elif operation == "back up":
        back_up(folder, COMPONENT, task=task)
    elif operation == "restore":
        restore(folder, COMPONENT, oldest_manual(folder), task=task)
    elif operation == "bring back":
        bring_back(folder, COMPONENT, oldest_manual(folder), "knowledge_entries", None, task=task)
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation in a process of its own ended. `error` is '' for a good end, else the error's class."""

    error: str
    known: bool
    summary: str
    hint: str


def start(folder: Path, operation: str, *limit: object, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """The operation in a process of its own, which prints a line for each report and its outcome last."""
    code = "from tests.faults.operations import main; main()"
    return subprocess.Popen(
        [*before, sys.executable, "-c", code, str(folder), operation, *map(str, limit)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def outcome(folder: Path, operation: str, *limit: object, before: tuple[str, ...] = ()) -> Outcome:
    """Run it to its end. `limit`: 'file size' or 'memory', and how many bytes."""
    child = start(folder, operation, *limit, before=before)
    out, err = child.communicate(timeout=60)
    lines = out.splitlines()
    assert lines, f"{operation} {limit}: ended with {child.returncode} and no word: {err}"
    return Outcome(**json.loads(lines[-1]))


def main() -> None:
    """In the child: folder, operation, and what it has too little of."""
    folder, operation, *limit = sys.argv[1:]
    guard_live_files()

    def listen(progress: Progress) -> None:
        print(progress.step, progress.note, flush=True)  # noqa: T201 - the parent counts these lines

    if limit and limit[0] == "file size":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit[1]), resource.RLIM_INFINITY))
    if limit and limit[0] == "memory":
        apsw.hard_heap_limit(apsw.memory_used() + int(limit[1]))
    ended = Outcome("", True, "", "")
    try:
        run(Path(folder), operation, Task(listen, lock_wait=5))
    except DbAdminError as error:
        ended = Outcome(type(error).__name__, True, error.summary, error.hint)
    except Exception as error:  # noqa: BLE001 - a bug: the parent fails over it
        ended = Outcome(type(error).__name__, False, repr(error), "")
    finally:
        apsw.hard_heap_limit(0)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(json.dumps({name: getattr(ended, name) for name in Outcome.__slots__}), flush=True)  # noqa: T201
