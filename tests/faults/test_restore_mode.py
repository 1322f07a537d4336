"""A restore lends a database in rollback mode a log: whatever cuts it off, the next run takes the log away again."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest

from felix_dbadmin.core.activity import settle_interrupted
from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.files import read_header
from felix_dbadmin.core.leftovers import sweep
from felix_dbadmin.core.paths import STATE_FOLDER
from felix_dbadmin.core.task import Task
from tests.faults.children import Child
from tests.faults.figures import Figure, record
from tests.faults.operations import COMPONENT, DATABASE, Ready, make_ready, partials, run, state_of
from tests.faults.plain import plain_reader
from tests.faults.power import STYLES, Cut, after_power_cut, put
from tests.faults.sampling import PATIENCE, trials
from tests.faults.scenes import KNOWLEDGE, SCENES
from tests.faults.verdicts import record as record_run
from tests.faults.vfs import Recorder, recording_vfs
from tests.helpers.peers import process
from tests.helpers.workspaces import query

KILLS, CUTS = 6, 40
"""In a normal run."""

# Waits for a line between what it does before the restore and what it does after the kill.
IN_USE = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
db.execute("select count(*) from knowledge_entries").fetchone()
print("ready", flush=True)
sys.stdin.readline()
db.execute("update knowledge_entries set access_count = 12345 where rowid = 1")
print(db.execute("pragma integrity_check").fetchone()[0], flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    return make_ready(tmp_path_factory.mktemp("ready"), ("restore",))["restore"]


@pytest.fixture(scope="module")
def lent(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> range:
    """The calls, counted as a child counts them, between which the database has a log that is not its own."""
    calls = count(1)
    with_log: list[int] = []

    class Counting(Recorder):
        def strikes(self, kind: str, path: str) -> bool:
            number = next(calls) if kind != "read" else 0
            if number and path.endswith(f"{DATABASE}-wal") and kind in ("write", "sync"):
                with_log.append(number)
            return False

    folder = ready.copy(tmp_path_factory.mktemp("counted") / "work")
    with recording_vfs(Counting(folder)):
        run(folder, "restore")
    return range(with_log[0], with_log[-1] + 1)


def is_put_back(folder: Path) -> bool:
    left = [folder / f"{DATABASE}-wal", *(folder / STATE_FOLDER).glob("*.journal_mode*")]
    return query(folder / DATABASE, "pragma journal_mode") == [("delete",)] and not any(map(Path.exists, left))


@pytest.mark.timeout(PATIENCE)
def test_after_a_kill_the_next_start_puts_the_journal_mode_back(ready: Ready, lent: range, scratch: Path) -> None:
    new, tried = 0, 0
    for chance in trials("kill a restore while it has a log", KILLS, 0.01):
        folder = ready.copy(scratch / "killed")
        with Child(folder, "restore", "calls", chance.choice(lent)) as child:
            assert child.end() is None
        assert read_header(folder / DATABASE).wal
        (cut_off,) = settle_interrupted(folder, task=Task())
        assert is_put_back(folder)
        assert "whole (quick_check)" in cut_off.detail
        assert state_of(folder) in (ready.states[0], ready.states[-1])
        assert partials(folder) == []
        new += state_of(folder) == ready.states[-1]
        tried += 1
        shutil.rmtree(folder)
    remark = f"rollback mode was put back each time; database new {new}, old {tried - new}"
    record(Figure("kill -9: a restore while it has a log", tried, "kills", remark=remark))


@pytest.mark.timeout(PATIENCE)
def test_after_a_power_cut_it_is_put_back_too(tmp_path: Path, scratch: Path) -> None:
    scene = next(each for each in SCENES if each.name == "restore")
    with plain_reader() as reader:
        made = record_run(scene, "delete", tmp_path, reader)
        of_log = [at for at, event in enumerate(made.log) if event.path.endswith(f"{KNOWLEDGE}-wal")]
        left, tried = 0, 0
        for chance in trials("power cuts of a restore while it has a log", CUTS, 0.01):
            folder = scratch / "cut"
            at = chance.randrange(of_log[0] - 20, of_log[-1] + 20)
            cut = Cut(at, chance.choice(STYLES), chance.randrange(1 << 30))
            put(after_power_cut(made.before, made.log, cut), made.origin, folder)
            left += read_header(folder / KNOWLEDGE).wal
            sweep(folder, folder / "backups", folder / STATE_FOLDER, KNOWLEDGE)
            assert is_put_back(folder), cut
            assert reader.look(folder / KNOWLEDGE).exact in {state.exact for state in made.states}, cut
            tried += 1
            shutil.rmtree(folder)
    assert left
    record(Figure("a restore while it has a log", tried, "states after a power cut", remark=f"{left} with the log"))


def test_a_program_that_had_it_open_goes_on_and_the_mode_waits_for_it(ready: Ready, lent: range, scratch: Path) -> None:
    folder = ready.copy(scratch / "used")
    with process(IN_USE, str(folder / DATABASE)) as other:
        with Child(folder, "restore", "calls", lent[len(lent) // 2]) as child:
            assert child.end() is None
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write("go\n")
        other.stdin.flush()
        assert other.stdout.readline() == "ok\n"
        assert len(settle_interrupted(folder, task=Task())) == 1
        assert not is_put_back(folder)
        changed = query(folder / DATABASE, "select count(*) from knowledge_entries where access_count = 12345")
        assert changed == [(1,)]
    back_up(folder, COMPONENT, task=Task())
    assert is_put_back(folder)
    assert query(folder / DATABASE, "select count(*) from knowledge_entries where access_count = 12345") == [(1,)]
