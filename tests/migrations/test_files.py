"""What the ten migrations make, what they take away again, and that they say so when it is not there."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.component import Component, load_components
from felix_dbadmin.core.connection import open_memory, open_reader, open_writer
from felix_dbadmin.core.paths import migrations_folder
from felix_dbadmin.core.schema import compare, read_schema
from felix_dbadmin.core.sql import normalised
from tests.migrations.helpers import (
    COMPONENTS,
    apply,
    apply_all,
    failures,
    file,
    files,
    make_base,
    roll_back,
    section,
)

DESCRIPTIONS = {
    "knowledge": (
        "Add composite indexes for efficient filtering and sorting",
        "Add FTS5 virtual table for fast content search",
    ),
    "tasks": (
        "Add composite indexes for performance analytics",
        "Create task_pattern_matches table and migrate JSON data",
        "Create task_execution_agents table and migrate JSON data",
        "Add FTS5 virtual table for task search",
    ),
    "workflows": (
        "Add composite indexes for efficient workflow queries",
        "Add FTS5 virtual table for workflow search",
    ),
    "agent_performance": ("Create agent_performance table with indexes for analytics",),
    "system_actions": ("Create command executions, patterns, and approval tables",),
}
"""Felix's own: a version with another description counts as foreign."""

MADE = {
    ("knowledge", 1): {"index": 4},
    ("knowledge", 2): {"virtual table": 1, "table": 1, "trigger": 3},
    ("tasks", 1): {"index": 3},
    ("tasks", 2): {"table": 1, "index": 1},
    ("tasks", 3): {"table": 1, "index": 1},
    ("tasks", 4): {"virtual table": 1, "table": 1, "trigger": 3},
    ("workflows", 1): {"index": 3},
    ("workflows", 2): {"virtual table": 1, "trigger": 3},
    ("agent_performance", 1): {"table": 1, "index": 5},
    ("system_actions", 1): {"table": 4, "virtual table": 1, "index": 14, "trigger": 3},
}
ALL = [
    (component, file(component, number + 1))
    for component, texts in DESCRIPTIONS.items()
    for number in range(len(texts))
]
each_migration = pytest.mark.parametrize(
    ("component", "path"), ALL, ids=[f"{component}-{path.stem}" for component, path in ALL]
)


@pytest.fixture
def components() -> dict[str, Component]:
    return {component.name: component for component in load_components([migrations_folder()])}


def prepared(db: apsw.Connection, component: str, path: Path) -> None:
    """The database as the migration in `path` finds it."""
    make_base(db, component)
    for earlier in files(component):
        if earlier < path:
            apply(db, earlier)


def test_the_five_components_come_in_their_order(components: dict[str, Component]) -> None:
    assert tuple(components) == COMPONENTS
    assert [item.database for item in components.values()] == [
        "felix_knowledge.db",
        "felix_task_memory.db",
        "felix_workflow_history.db",
        "felix_agent_performance.db",
        "felix_system_actions.db",
    ]


@pytest.mark.parametrize("component", COMPONENTS)
def test_descriptions_are_those_that_felix_records(component: str) -> None:
    first_lines = [path.read_text(encoding="utf-8").partition("\n")[0] for path in files(component)]
    assert first_lines == [f"-- migrate:description {text}" for text in DESCRIPTIONS[component]]


@each_migration
def test_a_migration_makes_what_the_summary_names_and_down_leaves_nothing(component: str, path: Path) -> None:
    with open_memory() as db:
        prepared(db, component, path)
        before = read_schema(db)
        apply(db, path)
        after = read_schema(db)
        made: dict[str, int] = {}
        for item in compare(before, after).added:
            made[item.kind] = made.get(item.kind, 0) + 1
        assert made == MADE[component, int(path.name[:3])]
        roll_back(db, path)
        assert compare(before, read_schema(db)).empty
        apply(db, path)
        assert compare(after, read_schema(db)).empty


@each_migration
def test_verify_names_each_object_that_is_missing(component: str, path: Path) -> None:
    with open_memory() as db:
        prepared(db, component, path)
        before = read_schema(db)
        apply(db, path)
        for item in compare(before, read_schema(db)).added:
            if "table" in item.kind:
                continue
            db.execute(f"savepoint one; drop {item.kind} {item.name}")
            assert failures(db, path) == [f"{item.kind} {item.name} is there"]
            db.execute("rollback to one; release one")


@each_migration
def test_each_statement_of_up_is_about_one_object(component: str, path: Path) -> None:
    """So that a damaged index can be made again by those statements alone."""
    assert component
    for statement in section(path, "up"):
        target = statement.target
        assert target.verb in ("create", "insert")
        assert target.name


@each_migration
def test_check_refuses_a_database_without_its_base(component: str, path: Path) -> None:
    with open_memory() as db:
        refused = failures(db, path, "check")
    assert bool(refused) == (component in ("knowledge", "tasks", "workflows"))


@pytest.mark.parametrize("component", ["knowledge", "tasks", "workflows"])
def test_the_base_schema_is_the_one_that_felix_makes(
    component: str, fresh: Path, components: dict[str, Component]
) -> None:
    with open_memory() as db, open_reader(fresh / components[component].database) as felix:
        make_base(db, component)
        assert compare(read_schema(felix), read_schema(db)).empty
        make_base(db, component)


@pytest.mark.parametrize("component", ["knowledge", "workflows", "agent_performance", "system_actions"])
def test_what_differs_from_felix_is_intended(component: str, migrated: Path, components: dict[str, Component]) -> None:
    """The databases that the original migrated: only its triggers and what was widened or added is drift."""
    with open_memory() as db, open_reader(migrated / components[component].database) as felix:
        apply_all(db, component)
        difference = compare(read_schema(felix), read_schema(db))
    assert difference.removed == ()
    assert {item.name for item in difference.added} == {
        "knowledge": {"knowledge_fts_docs"},
        "system_actions": {"idx_command_outcome", "idx_command_failure"},
    }.get(component, set())
    widened = {"agent_performance": {"idx_agent_type_confidence", "idx_phase_performance"}}.get(component, set())
    changed = {item.name for _, item in difference.changed}
    assert {item.name for _, item in difference.changed if item.kind != "trigger"} == widened
    assert len(changed - widened) == (0 if component == "agent_performance" else 3)


@pytest.mark.parametrize("component", ["knowledge", "tasks", "workflows"])
def test_the_real_databases_migrate_and_come_back(
    component: str, fresh: Path, components: dict[str, Component]
) -> None:
    with open_writer(fresh / components[component].database) as db:
        before = read_schema(db)
        rows = {name: list(db.execute(f"select * from {name} order by rowid")) for name in before.names("table")}
        reported = [apply(db, path) for path in files(component)]
        for path in reversed(files(component)):
            roll_back(db, path)
        assert compare(before, read_schema(db)).empty
        assert rows == {name: list(db.execute(f"select * from {name} order by rowid")) for name in rows}
    compressed = "entries: their content is stored compressed, so search finds them by domain and tags only"
    assert reported == ([{}, {compressed: 332}] if component == "knowledge" else [{}] * len(reported))


def test_what_the_original_migrated_can_be_rolled_back(migrated: Path, components: dict[str, Component]) -> None:
    """Its search has no table of document ids."""
    with open_writer(migrated / components["knowledge"].database) as db:
        for path in reversed(files("knowledge")):
            roll_back(db, path)
        left = read_schema(db)
    with open_memory() as db:
        make_base(db, "knowledge")
        assert compare(left, read_schema(db)).empty


@pytest.mark.parametrize("component", ["knowledge", "tasks", "workflows", "system_actions"])
def test_what_is_searchable_exists(component: str, components: dict[str, Component]) -> None:
    (source,) = components[component].search
    with open_memory() as db:
        apply_all(db, component)
        columns = [source.key, source.title, source.time, *source.filters]
        db.execute(f"select {', '.join(columns)} from {source.table}")
        db.execute(f"select {source.key}, {', '.join(source.text)} from {source.index}")
        if source.documents:
            db.execute(f"select docid, {source.key} from {source.documents}")


@pytest.mark.parametrize("component", COMPONENTS)
def test_named_queries_run(component: str, components: dict[str, Component]) -> None:
    with open_memory() as db:
        apply_all(db, component)
        for query in components[component].queries:
            assert db.execute(query.sql).fetchall() == []


def test_tables_keep_felix_texts_to_the_letter_of_sql(migrated: Path, components: dict[str, Component]) -> None:
    for component in ("agent_performance", "system_actions"):
        with open_reader(migrated / components[component].database) as felix:
            known = {normalised(item.sql) for item in read_schema(felix).objects if "table" in item.kind}
        ours = [statement for statement in section(files(component)[0], "up") if "table" in statement.target.kind]
        created = {normalised(statement.sql) for statement in ours if statement.target.verb == "create"}
        assert created == known
