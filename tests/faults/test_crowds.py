"""Other programs write and read all the while: nothing that they were promised is lost, and none gets an error."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.backups.verify import verify_backup
from felix_dbadmin.core.connection import open_published
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.task import Task
from tests.cli.running import run_program
from tests.faults.figures import Figure, record
from tests.faults.operations import COMPONENT, DATABASE, Ready, make_ready, run
from tests.faults.sampling import PATIENCE, trials
from tests.helpers.peers import process
from tests.helpers.workspaces import query

pytestmark = pytest.mark.timeout(PATIENCE)

PATIENT = 60.0
"""Seconds that our side waits for a lock among busy programs."""

_WRITER = """
import json, select, sqlite3, sys, time
path, name, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
db = sqlite3.connect(path, isolation_level=None, timeout=15)
db.execute("pragma synchronous = off")
acknowledged, errors, waits, number = [], [], [], 0
started = time.monotonic()
while True:
    number += 1
    key, begun = f"{name} {number}", time.monotonic()
    try:
        db.execute("insert into knowledge_entries(knowledge_id, knowledge_type, content_json, confidence_level,"
                   " source_agent, domain, tags_json, created_at, updated_at)"
                   " values (?, 'fact', '{}', 'high', 'crowd', 'crowds', '[]', 1, 1)", (key,))
        acknowledged.append(key)
    except sqlite3.Error as error:
        errors.append(str(error))
    waits.append(time.monotonic() - begun)
    if number == 5:
        print("ready", flush=True)
    if select.select([sys.stdin], [], [], pause)[0]:
        break
rate = number / (time.monotonic() - started)
print(json.dumps({"acknowledged": acknowledged, "errors": errors, "waits": waits, "rate": rate}))
"""

_READER = """
import json, select, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=15)
errors, looks = [], 0
while True:
    try:
        db.execute("begin")
        one = db.execute("select count(*) from knowledge_entries not indexed").fetchone()
        other = db.execute("select count(*) from knowledge_entries indexed by idx_domain").fetchone()
        db.execute("commit")
        if one != other:
            errors.append(f"a table of {one[0]} rows has an index of {other[0]}")
    except sqlite3.Error as error:
        errors.append(str(error))
        if db.in_transaction:
            db.execute("rollback")
    looks += 1
    if looks == 1:
        print("ready", flush=True)
    if select.select([sys.stdin], [], [], 0.02)[0]:
        break
print(json.dumps({"errors": errors, "looks": looks}))
"""

_HOLDER = """
import sys
from pathlib import Path
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import locked, open_workspace
workspace = open_workspace(Path(sys.argv[1]))
with locked(workspace, workspace.component("knowledge"), "restore", Task()):
    print("ready", flush=True)
    sys.stdin.read()
"""


class Crowd:
    """Writers and readers, each a process of its own."""

    def __init__(self, writers: list[Popen[str]], readers: list[Popen[str]]) -> None:
        self._writers, self._readers = writers, readers
        self.acknowledged: set[str] = set()
        self.errors: list[str] = []
        self.waits: list[float] = []
        """Seconds that each write took."""
        self.rate = 0.0
        self.looks = 0

    def stop(self) -> None:
        """Gathers what each has seen."""
        for child in (*self._writers, *self._readers):
            out, _ = child.communicate("stop\n", timeout=60)
            told = json.loads(out)
            self.errors += told["errors"]
            self.acknowledged.update(told.get("acknowledged", ()))
            self.waits += told.get("waits", ())
            self.rate += told.get("rate", 0.0)
            self.looks += told.get("looks", 0)

    @property
    def p99(self) -> float:
        """Seconds that a write took at most, but for the slowest hundredth."""
        return sorted(self.waits)[len(self.waits) * 99 // 100]


@contextmanager
def crowd(database: Path, writers: int, readers: int, pause: float) -> Iterator[Crowd]:
    """They have begun; `pause` is the seconds between two writes of a writer."""
    with ExitStack() as stack:
        yield Crowd(
            [stack.enter_context(process(_WRITER, str(database), f"w{n}", str(pause))) for n in range(writers)],
            [stack.enter_context(process(_READER, str(database))) for _ in range(readers)],
        )


def keys_in(path: Path) -> set[str]:
    with open_published(path) as db:
        return {str(key) for (key,) in db.execute("select knowledge_id from knowledge_entries")}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    return make_ready(tmp_path_factory.mktemp("crowds"), ("apply",), entries=400)["apply"]


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_nobody_loses_a_write_or_sees_an_error(ready: Ready, tmp_path: Path, journal: str) -> None:
    writes = looks = backed_up = 0
    waits: list[float] = []
    for number, chance in enumerate(trials(f"crowd, {journal}", 3, 0.03)):
        folder = ready.copy(tmp_path / f"round {number}", journal)
        task = Task(lock_wait=PATIENT)
        with crowd(folder / DATABASE, writers=chance.randint(2, 3), readers=chance.randint(1, 2), pause=0.01) as others:
            run(folder, "apply", task)
            kept = back_up(folder, COMPONENT, task=task).path.name
            for operation in chance.sample(["compare", "roll back", "apply", "restore", "back up"], 5):
                if operation == "compare":
                    compare_with_live(folder, COMPONENT, kept, task=task)
                else:
                    attempted(folder, operation, task)
            others.stop()
        assert others.errors == []
        backups = list_backups(folder / "backups")
        assert [item.name for item in backups if not verify_backup(item.path, Task()).ok] == []
        restored = [item.path for item in backups if item.reason == "pre_restore"]
        found = {str(row[0]) for row in query(folder / DATABASE, "select knowledge_id from knowledge_entries")}
        assert others.acknowledged - found.union(*map(keys_in, restored)) == set()
        assert query(folder / DATABASE, "pragma integrity_check") == [("ok",)]
        writes, looks, backed_up = writes + len(others.waits), looks + others.looks, backed_up + len(backups)
        waits += (others.p99, max(others.waits))
        shutil.rmtree(folder)
    p99 = max(waits[::2]) * 1000
    remark = f"0 lost, 0 errors; {looks:,} looks of others, {backed_up} backups, p99 of a write {p99:.0f} ms"
    record(Figure(f"writes of others all the while ({journal})", writes, "writes", slowest=max(waits), remark=remark))


def attempted(folder: Path, operation: str, task: Task) -> None:
    """What has nothing to do in this order, such as a second apply, says so."""
    try:
        run(folder, operation, task)
    except DbAdminError as error:
        assert re.search("nothing to do|nothing to roll back|[Nn]o migration", error.summary), error.summary  # noqa: PT017


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_backup_ends_under_200_writes_a_second(ready: Ready, tmp_path: Path, journal: str) -> None:
    folder = ready.copy(tmp_path / "busy", journal)
    counts: list[int] = []
    with crowd(folder / DATABASE, writers=3, readers=0, pause=0.008) as others:
        slowest = 0.0
        for _ in trials(f"backups among writes, {journal}", 3, 0.01):
            started = time.monotonic()
            taken = back_up(folder, COMPONENT, task=Task(lock_wait=PATIENT))
            slowest = max(slowest, time.monotonic() - started)
            assert taken.verified
            counts.append(taken.manifest.rows["knowledge_entries"])
            taken.path.unlink()
        others.stop()
    assert others.errors == []
    assert counts == sorted(counts)
    assert others.rate > 0
    remark = f"{others.rate:.0f} writes a second, their p99 {others.p99 * 1000:.0f} ms, 0 errors"
    record(Figure(f"backups among writes ({journal})", len(counts), "backups", slowest=slowest, remark=remark))


@pytest.mark.parametrize(
    "command", [("backup", "create"), ("migrate", "--yes"), ("dry-run",)], ids=lambda words: " ".join(words)
)
def test_the_second_is_told_who_holds_the_workspace(ready: Ready, tmp_path: Path, command: tuple[str, ...]) -> None:
    folder = ready.copy(tmp_path / "held")
    with process(_HOLDER, str(folder)) as holder:
        ran = run_program(*command, "--component", COMPONENT, "--workspace", folder, "--wait", "0.1")
    ran.refused(
        5, DATABASE, f"another felix-dbadmin (process {holder.pid} on ", ": restore, since ", "hint: Wait until"
    )
