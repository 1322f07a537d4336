"""kill -9 in the middle of a change: the database is old or new, and the next run says so and goes on."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.activity import read_activities, settle_interrupted
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.operations import back_up
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
from tests.faults.operations import COMPONENT, OPERATIONS, Ready, make_ready, partials, run, start, state_of
from tests.faults.sampling import PATIENCE, trials
from tests.helpers.workspaces import query, run_sql

ENTRIES = 4_000

CHANGE = """
import sys
from pathlib import Path
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
folder = Path(sys.argv[1])
task = Task(lambda progress: print(progress.step, progress.note, flush=True))
if sys.argv[2] == "dry run":
    rehearse(folder, Request("knowledge"), task=task)
else:
    plan = rehearse(folder, Request("knowledge"), task=Task()).plan
    carry_out(folder, plan, task=task)
"""


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


def kill_after(folder: Path, reports: int, what: str = "migrate") -> None:
    """Start the change in a process of its own and kill it after so many progress reports, wherever it is then."""
    child = subprocess.Popen([sys.executable, "-c", CHANGE, str(folder), what], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout:
        for _ in range(reports):
            if not child.stdout.readline():
                break
        child.kill()
        child.stdout.read()
    child.wait(timeout=30)


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
    return make_ready(tmp_path_factory.mktemp("ready"), entries=ENTRIES // 4)


def kill_at(child: subprocess.Popen[str], reports: int, after: float) -> bool:
    """Kill it so many seconds after a report, wherever it is then. Returns whether it was still at work."""
    assert child.stdout is not None
    assert child.stderr is not None
    with child.stdout, child.stderr:
        for _ in range(reports):
            if not child.stdout.readline():
                break
        try:
            child.wait(timeout=after)
        except subprocess.TimeoutExpired:
            child.kill()
        said = child.stdout.read().strip()
    child.wait(timeout=30)
    return not said.endswith("}")


@pytest.mark.timeout(PATIENCE)
def test_after_a_kill_at_any_instant_the_next_start_finds_the_old_or_the_new(
    ready: dict[str, Ready], tmp_path: Path
) -> None:
    ends: Counter[str] = Counter()
    slowest = 0.0
    for chance in trials("kill", 5, 0.06):
        operation = chance.choice(OPERATIONS)
        states = ready[operation].states
        folder = ready[operation].copy(tmp_path / "killed", chance.choice(("delete", "wal")))
        at_work = kill_at(start(folder, operation), chance.randint(1, 8), 0.12 * chance.random() ** 2)

        started = time.monotonic()
        cut_off = settle_interrupted(folder, task=Task())
        slowest = max(slowest, time.monotonic() - started)
        entries = read_activities(open_workspace(folder))
        assert all(item.outcome in ("done", "interrupted") for item in entries)
        state = state_of(folder)
        assert state in states
        if cut_off and operation != "prune":
            assert "felix_knowledge.db was read again" in cut_off[0].detail
        if not at_work:
            assert (state, cut_off) == (states[-1], ())

        back_up(folder, COMPONENT, task=Task())
        assert partials(folder) == []
        for backup in list_backups(folder / "backups"):
            assert backup.manifest is None or verify_backup(backup.path, Task()).ok
        if state == states[0] != states[-1]:
            run(folder, operation)
            assert state_of(folder) == states[-1]
        new = "new" if state == states[-1] else "old" if state == states[0] else "between two migrations"
        ends[f"{operation}: {'old and new are the same' if states[0] == states[-1] else new}"] += 1
        shutil.rmtree(folder)
    print(f"kill: {dict(sorted(ends.items()))}, recovery at most {slowest:.2f} s")  # noqa: T201
