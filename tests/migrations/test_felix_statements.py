"""Felix's own statements, from Python's sqlite3 with default settings, against the real databases after migration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from felix_dbadmin.core.component import load_components
from felix_dbadmin.core.connection import create_database, open_reader, open_writer
from felix_dbadmin.core.paths import migrations_folder
from tests.migrations.felix_child import Answer, FelixChild, Value
from tests.migrations.helpers import apply, apply_all, files

DATABASES = {component.name: component.database for component in load_components([migrations_folder()])}

STORE = (
    "INSERT OR REPLACE INTO knowledge_entries (knowledge_id, knowledge_type, content_json, content_compressed,"
    " confidence_level, source_agent, domain, tags_json, created_at, updated_at, access_count, success_rate,"
    " related_entries_json) VALUES (?, 'insight', ?, NULL, 'high', 'a', 'python', '[]', 1, 1, 0, 1.0, '[]')"
)
SEARCH = (
    "SELECT k.knowledge_id FROM knowledge_fts f JOIN knowledge_entries k ON f.knowledge_id = k.knowledge_id"
    " WHERE knowledge_fts MATCH ? ORDER BY f.rank"
)
SEARCH_COMMANDS = (
    "SELECT ce.execution_id FROM command_executions ce JOIN command_fts cf ON ce.execution_id = cf.execution_id"
    " WHERE cf.command MATCH ?"
)
SEARCH_OUTPUT = SEARCH_COMMANDS.replace("cf.command MATCH", "cf.stdout_preview MATCH")
WORKFLOW = (
    "INSERT INTO workflow_outputs (task_input, status, created_at, completed_at, final_synthesis)"
    " VALUES (?, 'completed', '2025-10-26T10:00:00', '2025-10-26T10:01:00', ?)"
)
SEARCH_WORKFLOWS = (
    "SELECT w.workflow_id FROM workflow_fts f JOIN workflow_outputs w ON f.workflow_id = w.workflow_id"
    " WHERE workflow_fts MATCH ?"
)
EXECUTION = (
    "INSERT INTO task_executions (execution_id, task_description, task_type, complexity, outcome, duration,"
    " agents_used_json, strategies_used_json, context_size, error_messages_json, success_metrics_json,"
    " patterns_matched_json, created_at)"
    " VALUES (?, ?, 'research', 'simple', 'failure', 1.5, '[]', '[]', 1, ?, '{}', '[]', 1)"
)
PATTERN = (
    "INSERT OR REPLACE INTO task_patterns (pattern_id, task_type, complexity, keywords_json, typical_duration,"
    " success_rate, failure_modes_json, optimal_strategies_json, required_agents_json, context_requirements_json,"
    " created_at, updated_at, usage_count)"
    " VALUES (?, 'research', 'simple', '[]', 1, 1, '[]', '[]', '[]', '{}', 1, 1, 9)"
)
SEARCH_TASKS = (
    "SELECT e.execution_id FROM task_executions_fts f JOIN task_executions e ON f.execution_id = e.execution_id"
    " WHERE task_executions_fts MATCH ?"
)
COMMAND = (
    "INSERT INTO command_executions (agent_id, command, command_hash, trust_level, timestamp)"
    " VALUES ('a', ?, 'h', 'SAFE', 1)"
)
FINISH = (
    "UPDATE command_executions SET executed = 1, exit_code = 1, duration = 2.0, stdout_preview = ?,"
    " stderr_preview = NULL, success = 0, error_category = 'timeout' WHERE execution_id = ?"
)


class Felix:
    """Its statements on one file, each of which must succeed; committed at the end of each call."""

    def __init__(self, child: FelixChild, path: Path) -> None:
        self._child = child
        self._child.open(path)

    def run(self, *statements: tuple[str, tuple[Value, ...]] | str) -> list[Answer]:
        answers = self._child.run(*statements)
        assert [answer.error for answer in answers] == [""] * len(answers)
        self._child.commit()
        return answers

    def found(self, search: str, words: str) -> list[Value]:
        return [row[0] for row in self.run((search, (words,)))[0].rows]


@pytest.fixture
def child() -> Iterator[FelixChild]:
    with FelixChild() as running:
        yield running


def migrate(folder: Path, component: str) -> Path:
    path = folder / DATABASES[component]
    with open_writer(path) as db:
        for migration in files(component):
            apply(db, migration)
    return path


def sound(path: Path, index: str) -> bool:
    """What FTS5 says about the whole index, and SQLite about the file; raises where it is not so."""
    with open_writer(path) as db:
        db.execute(f"insert into {index}({index}, rank) values ('integrity-check', 1)")
    with open_reader(path) as db:
        return str(db.execute("pragma integrity_check").get) == "ok"


def test_felix_stores_reads_and_finds_knowledge(fresh: Path, child: FelixChild) -> None:
    path = migrate(fresh, "knowledge")
    felix = Felix(child, path)
    felix.run((STORE, ("new", '{"topic": "zebra crossings"}')), (STORE, ("other", '{"topic": "zebras"}')))
    assert felix.found(SEARCH, "zebra") == ["other", "new"]  # the shorter text ranks first
    felix.run((STORE, ("new", '{"topic": "yaks"}')))
    assert felix.found(SEARCH, "zebra") == ["other"]
    assert felix.found(SEARCH, "yak") == ["new"]
    felix.run(
        "DELETE FROM knowledge_tags WHERE knowledge_id = 'new'",
        "INSERT INTO knowledge_tags (knowledge_id, tag) VALUES ('new', 'herd')",
        "UPDATE knowledge_entries SET success_rate = 0.5 WHERE knowledge_id = 'new'",
        "UPDATE knowledge_entries SET related_entries_json = '[\"other\"]' WHERE knowledge_id = 'new'",
    )
    index = "SELECT count(*), sum(length(block)) FROM knowledge_fts_data"
    before, _, after = felix.run(index, "UPDATE knowledge_entries SET access_count = access_count + 1", index)
    assert before.rows == after.rows
    felix.run("DELETE FROM knowledge_entries WHERE created_at < 1000000 OR domain = 'helix'")
    assert felix.found(SEARCH, "yak OR zebra") == []
    assert felix.found(SEARCH, "domain: helix") == []
    assert len(felix.found(SEARCH, "domain: databases")) == 48
    assert sound(path, "knowledge_fts")


def test_felix_saves_and_deletes_workflows(fresh: Path, child: FelixChild) -> None:
    path = migrate(fresh, "workflows")
    felix = Felix(child, path)
    saved, asked = felix.run(
        (WORKFLOW, ("Count zebras", None)), "SELECT last_insert_rowid(), max(workflow_id) FROM workflow_outputs"
    )
    assert saved.lastrowid == 14
    assert asked.rows == [[14, 14]]
    assert felix.found(SEARCH_WORKFLOWS, "zebra") == [14]
    felix.run("UPDATE workflow_outputs SET final_synthesis = 'Yaks' WHERE workflow_id = 14")
    assert felix.found(SEARCH_WORKFLOWS, "zebra yak") == [14]
    felix.run("DELETE FROM workflow_outputs WHERE workflow_id = 14")
    assert felix.found(SEARCH_WORKFLOWS, "zebra OR yak") == []
    assert sound(path, "workflow_fts")


def test_felix_saves_executions_and_patterns(fresh: Path, child: FelixChild) -> None:
    path = migrate(fresh, "tasks")
    felix = Felix(child, path)
    matches = "SELECT count(*) FROM task_pattern_matches"
    (known,) = felix.run("SELECT pattern_id FROM task_pattern_matches LIMIT 1")[0].rows[0]
    before, *_, after = felix.run(
        matches,
        (EXECUTION, ("new", "Tame a zebra", '["yak not found"]')),
        (PATTERN, (known,)),
        (PATTERN, ("new",)),
        matches,
    )
    assert before.rows == after.rows == [[33]]
    assert felix.found(SEARCH_TASKS, "zebra yak") == ["new"]
    assert sound(path, "task_executions_fts")


def test_felix_records_commands_and_their_end(tmp_path: Path, child: FelixChild) -> None:
    path = tmp_path / DATABASES["system_actions"]
    with create_database(path) as db:
        apply_all(db, "system_actions")
    felix = Felix(child, path)
    answers = felix.run((COMMAND, ("zebra --count",)), (COMMAND, ("yak --tame",)), "SELECT last_insert_rowid()")
    assert [answer.lastrowid for answer in answers[:2]] == [1, 2]
    assert answers[2].rows == [[2]]
    felix.run((FINISH, ("three stripes", 1)))
    assert felix.found(SEARCH_COMMANDS, "zebra") == [1]
    assert felix.found(SEARCH_OUTPUT, "stripe") == [1]
    assert felix.found(SEARCH_OUTPUT, "yak") == []
    felix.run("DELETE FROM command_executions WHERE execution_id = 1")
    assert felix.found(SEARCH_COMMANDS, "zebra OR yak") == [2]
    assert sound(path, "command_fts")


def test_the_summary_s_learning_queries_answer_as_before(migrated: Path, tmp_path: Path, child: FelixChild) -> None:
    """Same rows from Felix's narrow indexes and from ours, on the real commands."""
    components = {component.name: component for component in load_components([migrations_folder()])}
    queries = components["system_actions"].queries[:2]
    ours = tmp_path / "ours.db"
    with open_reader(migrated / DATABASES["system_actions"]) as felix, create_database(ours) as db:
        apply_all(db, "system_actions")
        rows = list(felix.execute("select * from command_executions"))
        with db:
            db.executemany(f"insert into command_executions values ({', '.join('?' * 23)})", rows)
        expected = [sorted(map(str, felix.execute(query.sql))) for query in queries]
        assert [sorted(map(str, db.execute(query.sql))) for query in queries] == expected
        words = list(felix.execute("select execution_id from command_fts where command_fts match 'pip' order by 1"))
        assert (
            list(db.execute("select execution_id from command_fts where command_fts match 'pip' order by 1")) == words
        )
    assert Felix(child, ours).found(SEARCH_COMMANDS + " ORDER BY 1", "pip") == [
        row[0] for row in rows if "pip" in row[4].split()
    ]
