"""Any order of writes, migrations, backups, restores, prunes, kills and shortages, against a plain model."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from felix_dbadmin.core.activity import read_activities, settle_interrupted
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.backups.operations import back_up, preview_prune, prune_backups, restore
from felix_dbadmin.core.backups.retention import RetentionPolicy
from felix_dbadmin.core.backups.verify import verify_backup
from felix_dbadmin.core.connection import create_database, open_published, open_reader
from felix_dbadmin.core.migrate.ledger import has_table
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.faults.operations import COMPONENT, DATABASE, oldest_manual, outcome, partials, run, start
from tests.faults.sampling import PATIENCE, SOAK_SECONDS
from tests.helpers.workspaces import run_sql
from tests.migrations.helpers import make_base

EXAMPLES = 200 if SOAK_SECONDS else 3
STEPS = 20 if SOAK_SECONDS else 12

KEYS = st.integers(0, 30)
CUT_OFF = st.sampled_from(("apply", "roll back", "back up", "restore"))

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


class Workspace(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="model"))
        self.state = State()
        self.backups: dict[str, State] = {}

    @property
    def path(self) -> Path:
        return self.folder / DATABASE

    @initialize(journal=st.sampled_from(("delete", "wal")))
    def begin(self, journal: str) -> None:
        with create_database(self.path) as db:
            make_base(db, COMPONENT)
            db.pragma("journal_mode", journal)

    @rule(key=KEYS, text=st.integers(0, 9))
    def write(self, key: int, text: int) -> None:
        run_sql(self.path, _WRITE.format(key=f"k{key}", text=f"text {text}"))
        self.state = State(self.state.version, {**self.state.rows, f"k{key}": f"text {text}"})

    @rule(count=st.integers(1, 40), text=st.integers(0, 9))
    def write_many(self, count: int, text: int) -> None:
        new = {f"m{number}": f"text {text}" for number in range(count)}
        run_sql(self.path, "begin;" + ";".join(_WRITE.format(key=k, text=v) for k, v in new.items()) + ";commit")
        self.state = State(self.state.version, {**self.state.rows, **new})

    @rule(key=KEYS, text=st.integers(10, 19))
    def update(self, key: int, text: int) -> None:
        run_sql(self.path, f"update knowledge_entries set content_json = 'text {text}' where knowledge_id = 'k{key}'")
        if f"k{key}" in self.state.rows:
            self.state = State(self.state.version, {**self.state.rows, f"k{key}": f"text {text}"})

    @rule(key=KEYS)
    def delete(self, key: int) -> None:
        run_sql(self.path, f"delete from knowledge_entries where knowledge_id = 'k{key}'")
        self.state = State(self.state.version, {k: v for k, v in self.state.rows.items() if k != f"k{key}"})

    @precondition(lambda self: self.state.version < 2)
    @rule()
    def migrate(self) -> None:
        run(self.folder, "apply")
        self.adopt(self.state)
        self.state = State(2, self.state.rows)

    @precondition(lambda self: self.state.version > 0)
    @rule(all_of_it=st.booleans())
    def roll_back(self, all_of_it: bool) -> None:
        target = 0 if all_of_it else self.state.version - 1
        run(self.folder, "roll back", to=target)
        self.adopt(self.state)
        self.state = State(target, self.state.rows)

    @rule()
    def back_up(self) -> None:
        taken = back_up(self.folder, COMPONENT, task=Task())
        self.backups[taken.path.name] = self.state

    @precondition(lambda self: self.backups)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.backups)))
        restored = restore(self.folder, COMPONENT, name, task=Task())
        assert restored.safety is not None
        self.backups[restored.safety.path.name] = self.state
        self.state = self.backups[name]

    @precondition(lambda self: self.backups)
    @rule(data=st.data())
    def compare(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.backups)))
        tables = compare_with_live(self.folder, COMPONENT, name, task=Task()).tables
        found = next(table for table in tables if table.table == "knowledge_entries")
        old, new = self.backups[name].rows, self.state.rows
        assert (found.added, found.missing) == (len(new.keys() - old.keys()), len(old.keys() - new.keys()))
        assert found.changed == sum(new[key] != text for key, text in old.items() if key in new)

    @rule(keep=st.integers(1, 3))
    def prune(self, keep: int) -> None:
        plan = preview_prune(self.folder, RetentionPolicy(0, keep), time.time() + 1, task=Task())
        pruned = prune_backups(self.folder, plan, task=Task())
        assert len(self.backups) - len(pruned.deleted) >= min(keep, len(self.backups))
        for name in pruned.deleted:
            del self.backups[name]

    @rule(operation=CUT_OFF, reports=st.integers(1, 14))
    def kill(self, operation: str, reports: int) -> None:
        """In a process of its own, killed after some reports, wherever it is then."""
        if not self.possible(operation):
            return
        allowed = self.ends_of(operation)
        child = start(self.folder, operation)
        assert child.stdout is not None
        assert child.stderr is not None
        with child.stdout, child.stderr:
            for _ in range(reports):
                if not child.stdout.readline():
                    break
            child.kill()
            child.stdout.read()
        child.wait(timeout=30)
        settle_interrupted(self.folder, task=Task())
        assert all(item.outcome for item in read_activities(open_workspace(self.folder)))
        self.settle(allowed)

    @rule(operation=CUT_OFF, most=st.integers(1, 300_000))
    def fault(self, operation: str, most: int) -> None:
        """In a process of its own that may not make a file larger than `most` bytes."""
        if not self.possible(operation):
            return
        allowed = self.ends_of(operation)
        ended = outcome(self.folder, operation, "file size", most)
        assert ended.known, ended
        assert partials(self.folder) == []
        self.settle(allowed, done=not ended.error)

    def possible(self, operation: str) -> bool:
        manual = any(item.reason == "manual" for item in list_backups(self.folder / "backups"))
        return {"apply": self.state.version < 2, "roll back": self.state.version > 0, "restore": manual}.get(
            operation, True
        )

    def ends_of(self, operation: str) -> list[State]:
        """Every state that the operation may leave, the last one when it comes to its end."""
        if operation == "restore":
            return [self.state, self.backups[oldest_manual(self.folder)]]
        versions = {
            "apply": range(self.state.version, 3),
            "roll back": range(self.state.version, -1, -1),
            "back up": (self.state.version,),
        }[operation]
        return [State(version, self.state.rows) for version in versions]

    def settle(self, allowed: list[State], *, done: bool = False) -> None:
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
        there = list_backups(self.folder / "backups")
        assert {item.name for item in there} == set(self.backups)
        for item in there:
            assert verify_backup(item.path, Task()).ok
            with open_published(item.path) as db:
                assert state_in(db) == self.backups[item.name]
        shutil.rmtree(self.folder)


@pytest.mark.timeout(PATIENCE + 1200)
def test_any_order_of_operations_against_a_plain_model() -> None:
    run_state_machine_as_test(
        Workspace,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
