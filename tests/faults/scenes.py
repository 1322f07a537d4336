"""The operations that faults are put into, each with the workspace that it starts from."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import apsw

from felix_dbadmin.core.analytics.approvals import Decision, decide, read_queue, undo
from felix_dbadmin.core.backups.bring_back import bring_back
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.compressing import compress_backups
from felix_dbadmin.core.backups.operations import back_up, prune_backups, restore
from felix_dbadmin.core.backups.retention import PrunePlan, RetentionPolicy, plan_prune
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.migrate.apply import carry_out, make_plan
from felix_dbadmin.core.migrate.plan import Direction, Plan, Request
from felix_dbadmin.core.paths import migrations_folder
from felix_dbadmin.core.sample.knowledge import generate_entries
from felix_dbadmin.core.task import Progress, Task
from felix_dbadmin.core.workspace import open_workspace
from tests.core.analytics.actions_made import DATABASE as ACTIONS
from tests.core.analytics.actions_made import ask_for, make_actions
from tests.faults.system import recording_system
from tests.faults.vfs import Recorder, recording_vfs

KNOWLEDGE = "felix_knowledge.db"
PERFORMANCE = "felix_agent_performance.db"
ENTRIES = 60
LATER = "update knowledge_entries set success_rate = 0.5, content_compressed = zeroblob(300)"


@dataclass(frozen=True, slots=True)
class Scene:
    """One operation. `prepare` makes a workspace for it, `perform` is what people do there."""

    name: str
    database: str
    prepare: Callable[[Path], None]
    perform: Callable[[Path, Task], object]
    changes: bool = True
    """Whether the database is another afterwards."""
    backs_up: bool = True
    """Whether a backup of the old state comes before."""


@cache
def _entries() -> tuple[tuple[str | float | None, ...], ...]:
    return tuple(generate_entries(ENTRIES))


def _knowledge(folder: Path) -> Path:
    path = folder / KNOWLEDGE
    db = apsw.Connection(str(path))
    db.pragma("synchronous", "off")
    db.execute((migrations_folder() / "knowledge" / "base.sql").read_text())
    with db:
        db.executemany(f"insert into knowledge_entries values ({','.join('?' * 13)})", _entries())
    db.close()
    return path


def _nothing(_folder: Path) -> None:
    """The database is still to be made."""


def _base(folder: Path) -> None:
    _knowledge(folder)


def _plan(folder: Path, request: Request, task: Task) -> Plan:
    workspace = open_workspace(folder)
    component = workspace.component(request.component)
    database = workspace.database(component)
    if not database.exists():
        return make_plan(None, component, request, task)
    with open_reader(database, task) as db:
        return make_plan(db, component, request, task)


def _change(
    direction: Direction, to: int | None = None, component: str = "knowledge", index: str = ""
) -> Callable[[Path, Task], object]:
    def perform(folder: Path, task: Task) -> object:
        return carry_out(folder, _plan(folder, Request(component, direction, to=to, index=index), task), task=task)

    return perform


def _migrated(folder: Path) -> None:
    _knowledge(folder)
    _change(Direction.UP)(folder, Task())
    shutil.rmtree(folder / "backups")


def _drifted(folder: Path) -> None:
    _migrated(folder)
    _run(folder / KNOWLEDGE, "drop trigger knowledge_fts_update", "drop index idx_confidence_success")


def _with_backup(folder: Path) -> None:
    _knowledge(folder)
    back_up(folder, "knowledge", task=Task())
    _run(folder / KNOWLEDGE, LATER)


def _with_backups(folder: Path) -> None:
    _knowledge(folder)
    for number in range(3):
        _run(folder / KNOWLEDGE, f"update knowledge_entries set access_count = {number}")
        back_up(folder, "knowledge", task=Task())


def _stale(folder: Path) -> None:
    """Rows are missing from the index, and one is of no row."""
    _migrated(folder)
    _run(
        folder / KNOWLEDGE,
        "delete from knowledge_fts where rowid % 3 = 0",
        "insert into knowledge_fts(rowid, content_text) values (9999, 'of nothing')",
    )


def _in_pieces(folder: Path) -> None:
    _migrated(folder)
    pieces = (f"update knowledge_entries set content_json = '{{\"n\": {n}}}' where rowid = {n}" for n in range(1, 12))
    _run(folder / KNOWLEDGE, *pieces)


def _restored(folder: Path) -> None:
    _with_backup(folder)
    _restore("manual")(folder, Task())


def _restore(reason: str) -> Callable[[Path, Task], object]:
    def perform(folder: Path, task: Task) -> object:
        return restore(folder, "knowledge", _first(folder, reason), task=task)

    return perform


def _first(folder: Path, reason: str) -> str:
    return min(path.name for path in (folder / "backups").glob(f"{reason}_*.db"))


def _rows_lost(folder: Path) -> None:
    _with_backup(folder)
    _run(folder / KNOWLEDGE, "delete from knowledge_entries where rowid % 4 = 0")


def _bring_back(*numbers: int) -> Callable[[Path, Task], object]:
    """The rows with these numbers; without any, the whole table."""

    keys = tuple((_entries()[number][0],) for number in numbers) or None

    def perform(folder: Path, task: Task) -> object:
        return bring_back(folder, "knowledge", _first(folder, "manual"), "knowledge_entries", keys, task=task)

    return perform


def _compress(folder: Path, task: Task) -> object:
    return compress_backups(folder, 1, task=task)


def _back_up(folder: Path, task: Task) -> object:
    return back_up(folder, "knowledge", task=task)


def prune_plan(folder: Path) -> PrunePlan:
    return plan_prune(list_backups(folder / "backups"), RetentionPolicy(days=0, keep=1), {}, time.time() + 86_400)


def _prune(folder: Path, task: Task) -> object:
    return prune_backups(folder, prune_plan(folder), task=task)


def _asked(folder: Path) -> None:
    path = make_actions(folder)
    for number in range(20):
        ask_for(path, f"make target-{number}", context="x" * 500)


def _approve(folder: Path, task: Task) -> object:
    return decide(folder, 7, True, "anna", "", task=task)


def _answered(folder: Path) -> None:
    _asked(folder)
    _approve(folder, Task())


def _undo(folder: Path, task: Task) -> object:
    """The window hands over the answer that it gave; the journal, which tells of it too, is not in the workspace."""
    return undo(folder, 7, "anna", task=task, decision=Decision(read_queue(folder, task=Task()).decided[0]))


def _deny(folder: Path, task: Task) -> object:
    return decide(folder, 8, False, "anna", "not now", task=task)


SCENES = (
    Scene("apply", KNOWLEDGE, _base, _change(Direction.UP)),
    Scene("create", PERFORMANCE, _nothing, _change(Direction.UP, component="agent_performance"), backs_up=False),
    Scene("rollback", KNOWLEDGE, _migrated, _change(Direction.DOWN, 0)),
    Scene("repair", KNOWLEDGE, _drifted, _change(Direction.REPAIR)),
    Scene("rebuild", KNOWLEDGE, _stale, _change(Direction.REBUILD, index="knowledge_fts")),
    Scene("optimise", KNOWLEDGE, _in_pieces, _change(Direction.OPTIMISE, index="knowledge_fts")),
    Scene("restore", KNOWLEDGE, _with_backup, _restore("manual")),
    Scene("undo a restore", KNOWLEDGE, _restored, _restore("pre_restore")),
    Scene("bring a table back", KNOWLEDGE, _rows_lost, _bring_back()),
    Scene("bring rows back", KNOWLEDGE, _rows_lost, _bring_back(1, 4, 8)),
    Scene("backup", KNOWLEDGE, _base, _back_up, changes=False, backs_up=False),
    Scene("prune", KNOWLEDGE, _with_backups, _prune, changes=False, backs_up=False),
    Scene("compress", KNOWLEDGE, _with_backups, _compress, changes=False, backs_up=False),
    Scene("approve", ACTIONS, _asked, _approve, backs_up=False),
    Scene("deny", ACTIONS, _asked, _deny, backs_up=False),
    Scene("undo an answer", ACTIONS, _answered, _undo, backs_up=False),
)


def _run(path: Path, *statements: str) -> None:
    db = apsw.Connection(str(path))
    db.pragma("synchronous", "off")
    for sql in statements:
        db.execute(sql)
    db.close()


def set_mode(path: Path, mode: str) -> None:
    """Put a database in a journal mode; in WAL mode its newest rows are in the log only."""
    if not path.exists():
        return
    db = apsw.Connection(str(path))
    db.pragma("synchronous", "off")
    db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    db.pragma("journal_mode", mode)
    knowledge = path.name == KNOWLEDGE
    db.execute(f"update {'knowledge_entries set access_count' if knowledge else 'command_executions set duration'} = 7")
    db.close()


def perform(scene: Scene, folder: Path, recorder: Recorder) -> object:
    """Do it under the eyes of `recorder`, which marks the beginning of each step and the end."""
    step = 0

    def listen(progress: Progress) -> None:
        nonlocal step
        if progress.step != step:
            step = progress.step
            recorder.mark()

    with ExitStack() as stack:
        stack.enter_context(recording_vfs(recorder))
        stack.enter_context(recording_system(recorder))
        result = scene.perform(folder, Task(listen, lock_wait=0.2))
        recorder.mark()
        return result
