"""A workspace and a plain model of it: the rules by which both are changed, and what must always be the same."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import ClassVar

import apsw
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from felix_dbadmin.core.activity import read_activities, settle_interrupted
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.backups.operations import back_up, preview_prune, prune_backups, restore
from felix_dbadmin.core.backups.retention import RetentionPolicy
from felix_dbadmin.core.backups.verify import verify_backup
from felix_dbadmin.core.connection import create_database, open_published, open_reader
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.ledger import has_table
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.faults.children import Child, outcome
from tests.faults.operations import COMPONENT, DATABASE, oldest_manual, partials, run
from tests.faults.vfs import Fault, Recorder, recording_vfs
from tests.helpers.workspaces import run_sql
from tests.migrations.helpers import make_base

START = {f"k{number}": "text" for number in range(4)}
KEYS = st.integers(0, 5)
WHICH = st.integers(0, 11)
CUT_OFF = st.sampled_from(("apply", "roll back", "back up", "restore"))
SHORTAGES = st.sampled_from((("file size", 300_000), ("memory", 2_000_000)))
IO_FAULTS = st.sampled_from(
    (
        ("read", apsw.SQLITE_IOERR_READ),
        ("write", apsw.SQLITE_FULL),
        ("write", apsw.SQLITE_IOERR_WRITE),
        ("sync", apsw.SQLITE_IOERR_FSYNC),
        ("truncate", apsw.SQLITE_IOERR_TRUNCATE),
        ("delete", apsw.SQLITE_IOERR_DELETE),
        ("open", apsw.SQLITE_CANTOPEN),
    )
)

MEMORY = Path("/dev/shm")

_WRITE = (
    "insert or replace into knowledge_entries(knowledge_id, knowledge_type, content_json, confidence_level,"
    " source_agent, domain, tags_json, created_at, updated_at)"
    " values ('{key}', 'fact', '{text}', 'high', 'model', 'models', '[]', 1, 1)"
)


@dataclass(frozen=True, slots=True)
class State:
    """What the database should hold."""

    version: int = 0
    rows: dict[str, str] = field(default_factory=dict)

    def at(self, version: int) -> State:
        return State(version, self.rows)


def state_in(db: apsw.Connection) -> State:
    version = 0
    if has_table(db, "schema_migrations"):
        sql = "select coalesce(max(version), 0) from schema_migrations where component = ?"
        version = int(str(db.execute(sql, (COMPONENT,)).get))
    found = {
        str(key): str(text) for key, text in db.execute("select knowledge_id, content_json from knowledge_entries")
    }
    if version == 2:
        assert db.execute("select count(*) from knowledge_fts").get == len(found), "the search index lacks rows"
    assert db.execute("pragma integrity_check").get == "ok"
    return State(version, found)


def found_in(path: Path) -> State:
    with open_reader(path) as db:
        return state_in(db)


@cache
def base(journal: str, version: int) -> bytes:
    """A database with the rows of START at this version, of which no backup was kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / DATABASE
        with create_database(path) as db:
            make_base(db, COMPONENT)
            db.pragma("journal_mode", journal)
            for key, text in START.items():
                db.execute(_WRITE.format(key=key, text=text))
        if version:
            run(path.parent, "apply", to=version)
        return path.read_bytes()


class Workspace(RuleBasedStateMachine):
    """What is drawn depends on nothing that a run finds, so that hypothesis can make a failure smaller."""

    tried: ClassVar[Counter[str]] = Counter()
    """Of all examples: how often each rule had something to do."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="felix-dbadmin-model-", dir=MEMORY if MEMORY.is_dir() else None))
        self.state = State()
        self.backups: dict[str, State] = {}
        self.tried["example"] += 1

    @property
    def path(self) -> Path:
        return self.folder / DATABASE

    @initialize(journal=st.sampled_from(("delete", "wal")), version=st.integers(0, 2))
    def begin(self, journal: str, version: int) -> None:
        self.path.write_bytes(base(journal, version))
        self.state = State(version, START)

    @rule(key=KEYS, text=st.integers(0, 9))
    def insert(self, key: int, text: int) -> None:
        run_sql(self.path, _WRITE.format(key=f"k{key}", text=f"text {text}"))
        self.wrote("insert", {**self.state.rows, f"k{key}": f"text {text}"})

    @rule(count=st.integers(1, 40), text=st.integers(0, 9))
    def add_many(self, count: int, text: int) -> None:
        new = {f"m{number}": f"text {text}" for number in range(count)}
        run_sql(self.path, "begin;" + ";".join(_WRITE.format(key=k, text=v) for k, v in new.items()) + ";commit")
        self.wrote("insert", {**self.state.rows, **new})

    @rule(key=KEYS, text=st.integers(10, 19))
    def update(self, key: int, text: int) -> None:
        run_sql(self.path, f"update knowledge_entries set content_json = 'text {text}' where knowledge_id = 'k{key}'")
        if f"k{key}" in self.state.rows:
            self.wrote("update", {**self.state.rows, f"k{key}": f"text {text}"})

    @rule(key=KEYS)
    def delete(self, key: int) -> None:
        run_sql(self.path, f"delete from knowledge_entries where knowledge_id = 'k{key}'")
        if f"k{key}" in self.state.rows:
            self.wrote("delete", {k: v for k, v in self.state.rows.items() if k != f"k{key}"})

    def wrote(self, how: str, rows: dict[str, str]) -> None:
        self.tried[how] += 1
        self.state = State(self.state.version, rows)

    @rule()
    def migrate(self) -> None:
        if self.state.version == 2:
            return
        self.tried["migrate"] += 1
        run(self.folder, "apply")
        self.adopt(self.state)
        self.state = self.state.at(2)

    @rule(all_of_it=st.booleans())
    def roll_back(self, all_of_it: bool) -> None:
        if self.state.version == 0:
            return
        self.tried["roll back"] += 1
        target = 0 if all_of_it else self.state.version - 1
        run(self.folder, "roll back", to=target)
        self.adopt(self.state)
        self.state = self.state.at(target)

    @rule()
    def back_up(self) -> None:
        self.tried["back up"] += 1
        taken = back_up(self.folder, COMPONENT, task=Task())
        self.backups[taken.path.name] = self.state

    @rule(which=WHICH)
    def restore(self, which: int) -> None:
        if not self.backups:
            return
        self.tried["restore"] += 1
        name = list(self.backups)[which % len(self.backups)]
        restored = restore(self.folder, COMPONENT, name, task=Task())
        assert restored.safety is not None
        self.backups[restored.safety.path.name] = self.state
        self.state = self.backups[name]

    @rule(which=WHICH)
    def compare(self, which: int) -> None:
        if not self.backups:
            return
        self.tried["compare"] += 1
        name = list(self.backups)[which % len(self.backups)]
        tables = compare_with_live(self.folder, COMPONENT, name, task=Task()).tables
        found = next(table for table in tables if table.table == "knowledge_entries")
        old, new = self.backups[name].rows, self.state.rows
        assert (found.added, found.missing) == (len(new.keys() - old.keys()), len(old.keys() - new.keys()))
        assert found.changed == sum(new[key] != text for key, text in old.items() if key in new)

    @rule(keep=st.integers(1, 3))
    def prune(self, keep: int) -> None:
        self.tried["prune"] += bool(self.backups)
        plan = preview_prune(self.folder, RetentionPolicy(0, keep), time.time() + 1, task=Task())
        pruned = prune_backups(self.folder, plan, task=Task())
        assert len(self.backups) - len(pruned.deleted) >= min(keep, len(self.backups))
        for name in pruned.deleted:
            del self.backups[name]

    @rule(operation=CUT_OFF, calls=st.integers(1, 100))
    def kill(self, operation: str, calls: int) -> None:
        """In a process of its own, killed after so many calls that change a file."""
        if not self.possible(operation):
            return
        allowed = self.ends_of(operation)
        with Child(self.folder, operation, "calls", calls) as child:
            ended = child.end()
        self.tried["kill"] += ended is None
        settle_interrupted(self.folder, task=Task())
        assert all(item.outcome for item in read_activities(open_workspace(self.folder)))
        self.settle(allowed, done=ended is not None)

    @rule(operation=CUT_OFF, shortage=SHORTAGES, part=st.floats(0.01, 1))
    def shortage(self, operation: str, shortage: tuple[str, int], part: float) -> None:
        """In a process of its own that may have files, or memory, up to so many bytes."""
        if not self.possible(operation):
            return
        self.tried["shortage"] += 1
        allowed = self.ends_of(operation)
        ended = outcome(self.folder, operation, shortage[0], int(shortage[1] * part))
        assert ended.known, ended
        assert partials(self.folder) == []
        self.settle(allowed, done=not ended.error)

    @rule(operation=CUT_OFF, fault=IO_FAULTS, nth=st.integers(1, 40), lasting=st.booleans())
    def io_fault(self, operation: str, fault: tuple[str, int], nth: int, lasting: bool) -> None:
        """A call of SQLite's to the system fails, and all of its kind after it if that is `lasting`."""
        if not self.possible(operation):
            return
        allowed = self.ends_of(operation)
        recorder = Recorder(self.folder, Fault(fault[0], nth, fault[1], lasting))
        done = True
        with recording_vfs(recorder):
            try:
                run(self.folder, operation, Task(lock_wait=0.2))
            except DbAdminError:
                done = False
        assert done or recorder.struck
        self.tried["I/O fault"] += bool(recorder.struck)
        self.settle(allowed, done=done)

    def possible(self, operation: str) -> bool:
        manual = any(item.reason == "manual" for item in list_backups(self.folder / "backups"))
        known = {"apply": self.state.version < 2, "roll back": self.state.version > 0, "restore": manual}
        return known.get(operation, True)

    def ends_of(self, operation: str) -> list[State]:
        """Every state that the operation may leave, the last one when it comes to its end."""
        if operation == "restore":
            return [self.state, self.backups[oldest_manual(self.folder)]]
        versions = {
            "apply": range(self.state.version, 3),
            "roll back": range(self.state.version, -1, -1),
            "back up": (self.state.version,),
        }[operation]
        return [self.state.at(version) for version in versions]

    def settle(self, allowed: list[State], *, done: bool) -> None:
        found = found_in(self.path)
        assert found in (allowed[-1:] if done else allowed)
        self.adopt(self.state)
        self.state = found

    def adopt(self, state: State) -> None:
        """Backups that were made by the way are of the state before. One without a manifest promises nothing."""
        for item in list_backups(self.folder / "backups"):
            if item.manifest is None and item.name not in self.backups:
                item.path.unlink()
            else:
                self.backups.setdefault(item.name, state)

    @invariant()
    def the_database_is_as_the_model_says(self) -> None:
        if self.path.exists():
            assert found_in(self.path) == self.state

    def teardown(self) -> None:
        """At the end every backup is there, whole, and what it was taken of."""
        try:
            there = list_backups(self.folder / "backups")
            assert {item.name for item in there} == set(self.backups)
            for item in there:
                assert verify_backup(item.path, Task()).ok
                with open_published(item.path) as db:
                    assert state_in(db) == self.backups[item.name]
        finally:
            shutil.rmtree(self.folder)
