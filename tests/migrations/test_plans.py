"""Which index answers which question: EXPLAIN QUERY PLAN, because a plan is exact and a duration is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.component import load_components
from felix_dbadmin.core.connection import create_database, open_memory
from felix_dbadmin.core.paths import migrations_folder
from tests.migrations.felix_child import FelixChild
from tests.migrations.helpers import COMPONENTS, apply_all

QUERIES = {
    (component.name, query.name): query.sql
    for component in load_components([migrations_folder()])
    for query in component.queries
}

COVERED = {
    ("agent_performance", "Average confidence by agent type"): "idx_agent_type_confidence",
    ("agent_performance", "Confidence progression through helix phases"): "idx_phase_performance",
    ("agent_performance", "Token efficiency by agent type"): "idx_agent_type_confidence",
    ("system_actions", "Most successful command patterns"): "idx_command_outcome",
    ("system_actions", "Common failure patterns"): "idx_command_failure",
    ("knowledge", "Entries per agent"): "idx_source_agent",
    ("knowledge", "What each agent knows, by domain"): "idx_source_agent_domain",
    ("workflows", "Newest workflow of each conversation"): "idx_thread_created",
    ("tasks", "Outcomes by task type"): "idx_task_type_outcome_time",
    ("tasks", "Duration by complexity"): "idx_complexity_duration",
    ("tasks", "Success rate by agent type"): "idx_agent_executions",
    ("tasks", "Success rate by matched pattern"): "idx_pattern_executions",
}
FOUND_AND_SORTED = {
    ("knowledge", "Newest trusted entries of a domain"): "idx_domain_confidence_time",
    ("knowledge", "Most reliable verified entries"): "idx_confidence_success",
    ("workflows", "Newest finished workflows"): "idx_status_created",
    ("workflows", "Most confident workflows"): "idx_confidence_time",
    ("tasks", "Newest failures of a task type"): "idx_task_type_outcome_time",
    ("tasks", "Longest failures"): "idx_outcome_duration",
    ("agent_performance", "Newest checkpoints"): "idx_timestamp",
    ("system_actions", "Open approvals, newest first"): "idx_pending_status",
}
OTHERS = {
    "SELECT * FROM task_pattern_matches WHERE pattern_id = 'p'": "idx_pattern_executions",
    "SELECT outcome, COUNT(*), AVG(duration) FROM task_executions GROUP BY outcome": "idx_outcome_duration",
}

Databases = dict[str, apsw.Connection]


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    opened = {component: open_memory() for component in COMPONENTS}
    made = {component: context.__enter__() for component, context in opened.items()}
    for component, db in made.items():
        apply_all(db, component)
    yield made
    for context in opened.values():
        context.__exit__(None, None, None)


def plan(db: apsw.Connection, sql: str) -> list[str]:
    return [row[3] for row in db.execute(f"explain query plan {sql}")]


@pytest.mark.parametrize("query", COVERED, ids=" - ".join)
def test_answered_from_the_index_alone(query: tuple[str, str], databases: Databases) -> None:
    steps = plan(databases[query[0]], QUERIES[query])
    assert any(f"USING COVERING INDEX {COVERED[query]}" in step for step in steps), steps
    assert not any("GROUP BY" in step for step in steps), steps


@pytest.mark.parametrize("query", FOUND_AND_SORTED, ids=" - ".join)
def test_found_in_order_without_sorting(query: tuple[str, str], databases: Databases) -> None:
    (step,) = plan(databases[query[0]], QUERIES[query])
    assert f"USING INDEX {FOUND_AND_SORTED[query]}" in step


@pytest.mark.parametrize("sql", OTHERS)
def test_other_questions_to_task_memory(sql: str, databases: Databases) -> None:
    (step,) = plan(databases["tasks"], sql)
    assert f"INDEX {OTHERS[sql]}" in step


def test_felix_finds_the_same_indexes(tmp_path: Path) -> None:
    """With the SQLite of its own Python, which is older than ours."""
    with FelixChild() as felix:
        for component in ("agent_performance", "system_actions"):
            path = tmp_path / f"{component}.db"
            with create_database(path) as db:
                apply_all(db, component)
            felix.open(path)
            for query, index in COVERED.items():
                if query[0] == component:
                    (answer,) = felix.run(f"explain query plan {QUERIES[query]}")
                    assert f"USING COVERING INDEX {index}" in str(answer.rows)


@pytest.mark.parametrize(
    ("component", "index"),
    [
        ("knowledge", "knowledge_fts"),
        ("tasks", "task_executions_fts"),
        ("workflows", "workflow_fts"),
        ("system_actions", "command_fts"),
    ],
)
def test_no_trigger_scans_the_index(component: str, index: str, databases: Databases) -> None:
    """A full-text index finds a row by its rowid ('0:=') or reads every row there is ('0:')."""
    db = databases[component]
    triggers = [row[0] for row in db.execute("select sql from sqlite_schema where type = 'trigger'")]
    deletes = 0
    for sql in triggers:
        table = sql.split(" ON ", 1)[1].split()[0]
        key = next(row[0] for row in db.execute("select name from pragma_table_info(?) where pk = 1", (table,)))
        body = sql.split(" BEGIN", 1)[1].replace(f"new.{key}", "1").replace(f"old.{key}", "2")
        for statement in body.split(";"):
            if statement.strip().startswith(f"DELETE FROM {index}\n") or f"DELETE FROM {index} " in statement:
                deletes += 1
                assert any(step == f"SCAN {index} VIRTUAL TABLE INDEX 0:=" for step in plan(db, statement))
    assert deletes == 3
