"""kill -9 in the middle of a change: the database is old or new, and the next run says so and goes on."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.activity import read_activities, settle_interrupted
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.names import COMPRESSED
from felix_dbadmin.core.backups.operations import back_up, verify
from felix_dbadmin.core.backups.verify import verify_backup
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.migrate.status import read_status
from felix_dbadmin.core.migrate.verify import verify_component
from felix_dbadmin.core.paths import migrations_folder
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.sample.knowledge import generate_entries
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.faults.children import Child
from tests.faults.figures import Figure, record
from tests.faults.operations import OPERATIONS, Ready, backups_of, make_ready, partials, run, state_of
from tests.faults.sampling import PATIENCE, SOAK_SECONDS, trials
from tests.helpers.workspaces import query, run_sql

ENTRIES = 4_000

KILLS = 7
"""Of each operation in a normal run."""

OF_BACKUPS = ("prune", "compress")
"""Operations that have no database to be read again."""

RECOVERY = 1.0
"""Seconds from the next start to knowing what was cut off."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge database at base schema that is large enough to be killed in the middle."""
    path = tmp_path_factory.mktemp("killed") / "felix_knowledge.db"
    run_sql(path, (migrations_folder() / "knowledge" / "base.sql").read_text())
    db = apsw.Connection(str(path))
    db.execute("begin")
    db.executemany(f"insert into knowledge_entries values ({','.join('?' * 13)})", generate_entries(ENTRIES))
    db.execute("commit")
    db.close()
    return path


def kill_after(folder: Path, reports: int, operation: str = "apply") -> None:
    """Start it in a process of its own and kill it after so many progress reports, wherever it is then."""
    with Child(folder, operation) as child:
        child.reports(reports + 1)
        child.kill()


@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("reports", [1, 2, 3, 4, 5, 6, 8])
def test_a_killed_migration_leaves_the_old_state_or_the_new(
    template: Path, tmp_path: Path, reports: int, mode: str
) -> None:
    path = tmp_path / template.name
    path.write_bytes(template.read_bytes())
    run_sql(path, f"pragma journal_mode = {mode}")
    kill_after(tmp_path, reports)

    status = read_status(tmp_path, task=Task()).component("knowledge")
    assert status is not None
    assert status.trouble is None
    assert status.drift == ()
    assert verify_component(tmp_path, "knowledge", task=Task()).failed == ()
    assert query(path, "select count(*) from knowledge_entries") == [(ENTRIES,)]
    for backup in list_backups(tmp_path / "backups"):
        if backup.manifest is not None:
            assert verify_backup(backup.path, Task()).ok

    plan = rehearse(tmp_path, Request("knowledge"), task=Task()).plan
    if plan.steps:
        assert carry_out(tmp_path, plan, task=Task()).version == 2
    assert query(path, "select count(*) from knowledge_fts") == [(ENTRIES,)]
    assert not list(tmp_path.glob("backups/*.partial*"))


def test_a_killed_dry_run_leaves_nothing_that_the_next_one_does_not_sweep(template: Path, tmp_path: Path) -> None:
    path = tmp_path / template.name
    path.write_bytes(template.read_bytes())
    kill_after(tmp_path, 2, "dry run")
    assert path.read_bytes() == template.read_bytes()
    rehearse(tmp_path, Request("knowledge"), task=Task())
    assert not list((tmp_path / ".felix-dbadmin").glob("rehearsal_*"))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ready]:
    return make_ready(tmp_path_factory.mktemp("ready"), entries=ENTRIES // 10)


def shown_as_done(ready: Ready, folder: Path, before: set[str]) -> bool:
    """What the journal says of the operation, which is never more than what is there."""
    work = [item for item in read_activities(open_workspace(folder)) if item.ident not in before]
    assert all(item.outcome in ("done", "interrupted") for item in work)
    if not any(item.outcome == "done" for item in work):
        return False
    assert (state_of(folder), backups_of(folder)) == (ready.states[-1], ready.backups)
    return True


def names(folder: Path) -> set[str]:
    """Of the backups, whether compressed or not."""
    return {item.name.removesuffix(COMPRESSED) for item in list_backups(folder / "backups")}


def goes_on(ready: Ready, folder: Path) -> None:
    """No backup is lost, the next one sweeps what is left over, each is whole, and the operation can be done again."""
    state, found, before = state_of(folder), names(folder), names(ready.folder)
    assert before <= found or (ready.operation == "prune" and len(found) >= ready.backups[0])
    back_up(folder, ready.component, task=Task())
    assert partials(folder) == []
    for item in list_backups(folder / "backups"):
        known = ready.folder / "backups" / item.name
        if known.exists():
            assert item.path.read_bytes() == known.read_bytes()
        elif item.manifest is not None:
            assert verify(folder, item.name, task=Task()).ok
    if state == ready.states[0] != ready.states[-1]:
        run(folder, ready.operation)
        assert state_of(folder) == ready.states[-1]


def seconds_of(ready: Ready, folder: Path) -> float:
    """How long it takes when nobody kills it."""
    with Child(ready.copy(folder), ready.operation) as child:
        child.begun()
        started = time.monotonic()
        ended = child.end()
        taken = time.monotonic() - started
    assert ended is not None
    assert ended.error == ""
    shutil.rmtree(folder)
    return taken


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_after_a_kill_at_any_instant_the_next_start_finds_the_old_or_the_new(
    ready: dict[str, Ready], scratch: Path, operation: str
) -> None:
    made, ends, slowest = ready[operation], Counter[str](), 0.0
    seconds = seconds_of(made, scratch / "timed")
    for chance in trials(f"kill, {operation}", KILLS, 0.06 / len(OPERATIONS)):
        folder = made.copy(scratch / "killed", chance.choice(("delete", "wal")))
        before = {item.ident for item in read_activities(open_workspace(folder))}
        with Child(folder, operation) as child:
            child.begun()
            ended = child.kill(seconds * chance.uniform(0.1, 1))

        started = time.monotonic()
        cut_off = settle_interrupted(folder, task=Task())
        slowest = max(slowest, time.monotonic() - started)
        state = state_of(folder)
        assert state in made.states
        done = shown_as_done(made, folder, before)
        assert done or ended is None
        assert operation in OF_BACKUPS or all(f"{made.database} was read again" in item.detail for item in cut_off)
        goes_on(made, folder)
        ends["done" if done else "cut off" if cut_off else "not begun"] += 1
        ends["old" if state == made.states[0] else "new" if state == made.states[-1] else "between"] += 1
        shutil.rmtree(folder)
    if SOAK_SECONDS:
        assert slowest < RECOVERY
    print(f"kill: {operation} {dict(sorted(ends.items()))}, recovery at most {slowest:.2f} s")  # noqa: T201
    killed = ends["done"] + ends["cut off"] + ends["not begun"]
    remark = f"{ends['cut off']} while it was at work; database old {ends['old']}, new {ends['new']}"
    record(Figure(f"kill -9: {operation}", killed, "kills", slowest=slowest, remark=remark))
