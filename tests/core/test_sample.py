"""The demo workspace: whole or not at all, the same every time, with something of everything in it."""

from __future__ import annotations

import errno
import hashlib
import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.connection import create_database, open_memory, open_reader
from felix_dbadmin.core.errors import Cancelled, Conflict, WorkspaceUnusable
from felix_dbadmin.core.migrate.script import load_migrations
from felix_dbadmin.core.sample import SampleMade, make_sample
from felix_dbadmin.core.sample.agents import generate_checkpoints
from felix_dbadmin.core.sample.knowledge import COMMON_WORD, UNCOMMON_WORD, generate_entries, insert_entries
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace

NOW = 1_761_300_000.0
KNOWLEDGE = "felix_knowledge.db"
TASKS = "felix_task_memory.db"
WORKFLOWS = "felix_workflow_history.db"
AGENTS = "felix_agent_performance.db"
ACTIONS = "felix_system_actions.db"
ALL = (KNOWLEDGE, TASKS, WORKFLOWS, AGENTS, ACTIONS)


def migrate(folder: Path, name: str) -> None:
    """What the engine does for a new database, without its ledger, backups and checks."""
    workspace = open_workspace(folder)
    component = workspace.component(name)
    with create_database(workspace.database(component)) as db:
        for migration in load_migrations(component):
            for statement in migration.up.statements:
                db.execute(statement.sql).fetchall()


def made_in(folder: Path, now: float = NOW, migrate: Callable[[Path, str], None] = migrate) -> SampleMade:
    return make_sample(folder, Task(), now=now, migrate=migrate)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> SampleMade:
    return made_in(tmp_path_factory.mktemp("workspace") / "new" / "demo")


def ask(demo: SampleMade, database: str, sql: str) -> list[tuple[apsw.SQLiteValue, ...]]:
    with open_reader(demo.folder / database) as db:
        return db.execute(sql).fetchall()


def contents(folder: Path) -> dict[str, object]:
    """Every row of every table of every database."""
    found: dict[str, object] = {}
    for name in ALL:
        with open_reader(folder / name) as db:
            for table in read_schema(db).names("table"):
                found[f"{name} {table}"] = db.execute(f"select * from {quoted(table)}").fetchall()
    return found


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_five_private_databases_and_nothing_else_appear(demo: SampleMade) -> None:
    files = {path.name: path.stat().st_mode & 0o777 for path in demo.folder.iterdir() if path.is_file()}
    assert files == dict.fromkeys(ALL, 0o600)
    leftovers = [path.name for path in demo.folder.rglob("*") if path.is_file() and path.suffix not in (".db", ".lock")]
    assert leftovers == []


def test_the_result_tells_what_the_files_hold(demo: SampleMade) -> None:
    rows = dict(demo.databases)
    assert tuple(rows) == ALL
    assert ask(demo, KNOWLEDGE, "select count(*) from knowledge_entries") == [(443,)]
    assert ask(demo, WORKFLOWS, "select count(*) from workflow_outputs") == [(13,)]
    assert 950 < rows[KNOWLEDGE] - 443 < 1_150
    assert rows[TASKS] == 0
    assert 4_500 < rows[AGENTS] < 5_500
    assert ask(demo, ACTIONS, "select count(*) from command_executions") == [(4_000,)]


def test_base_schemas_are_laid_but_nothing_is_recorded_as_applied(demo: SampleMade) -> None:
    ledger = "select count(*) from sqlite_schema where name = 'schema_migrations'"
    assert ask(demo, KNOWLEDGE, ledger) == [(0,)]
    assert ask(demo, WORKFLOWS, ledger) == [(0,)]
    assert ask(demo, TASKS, "select name from sqlite_schema where type = 'table'") == [("schema_migrations",)]
    assert ask(demo, TASKS, "select * from schema_migrations") == []


def test_the_same_moment_gives_the_same_rows(demo: SampleMade, tmp_path: Path) -> None:
    again = made_in(tmp_path / "again")
    assert contents(again.folder) == contents(demo.folder)


def test_another_moment_moves_the_times_and_leaves_the_texts(demo: SampleMade, tmp_path: Path) -> None:
    later = made_in(tmp_path / "later", now=NOW + 1_000)
    texts = "select content_json from knowledge_entries order by created_at"
    assert ask(later, KNOWLEDGE, texts) == ask(demo, KNOWLEDGE, texts)
    newest = "select max(timestamp) from command_executions"
    ((then,),), ((before,),) = ask(later, ACTIONS, newest), ask(demo, ACTIONS, newest)
    assert isinstance(then, float)
    assert isinstance(before, float)
    assert then - before == pytest.approx(1_000)


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_damaged_and_every_link_leads_somewhere(demo: SampleMade, name: str) -> None:
    assert ask(demo, name, "pragma integrity_check") == [("ok",)]
    assert ask(demo, name, "pragma foreign_key_check") == []


REPRESENTED = {
    "knowledge types": (KNOWLEDGE, "select distinct knowledge_type from knowledge_entries", 6),
    "confidence levels": (KNOWLEDGE, "select distinct confidence_level from knowledge_entries", 4),
    "domains": (KNOWLEDGE, "select distinct domain from knowledge_entries", 10),
    "entries without a tag": (KNOWLEDGE, "select 1 from knowledge_entries where tags_json = '[]'", 3),
    "long texts": (KNOWLEDGE, "select 1 from knowledge_entries where length(content_json) > 8000", 3),
    "texts beyond ASCII": (KNOWLEDGE, "select 1 from knowledge_entries where content_json glob '*[^ -~]*'", 10),
    "related entries": (KNOWLEDGE, "select 1 from knowledge_entries where related_entries_json <> '[]'", 50),
    "statuses": (WORKFLOWS, "select distinct status from workflow_outputs", 3),
    "no synthesis": (WORKFLOWS, "select 1 from workflow_outputs where final_synthesis is null", 2),
    "threads": (WORKFLOWS, "select distinct conversation_thread_id from workflow_outputs", 4),
    "follow-ups": (WORKFLOWS, "select 1 from workflow_outputs where parent_workflow_id is not null", 5),
    "repeated agents": (
        WORKFLOWS,
        "select workflow_id from workflow_outputs, json_each(metadata, '$.agents_spawned')"
        " group by workflow_id having count(*) > count(distinct value)",
        1,
    ),
    "empty logs": (WORKFLOWS, "select 1 from workflow_outputs where json_array_length(metadata, '$.log') = 0", 1),
    "phases": (AGENTS, "select distinct phase from agent_performance", 3),
    "agent types": (AGENTS, "select distinct agent_type from agent_performance", 5),
    "workflows of agents": (
        AGENTS,
        "select distinct workflow_id from agent_performance where workflow_id is not null",
        40,
    ),
    "no position": (AGENTS, "select 1 from agent_performance where position_x is null", 5),
    "trust levels": (ACTIONS, "select distinct trust_level from command_executions", 3),
    "error categories": (
        ACTIONS,
        "select distinct error_category from command_executions where error_category is not null",
        10,
    ),
    "failures with a message": (
        ACTIONS,
        "select 1 from command_executions where success = 0 and stderr_preview like '%_%'",
        100,
    ),
    "output of many lines": (
        ACTIONS,
        "select 1 from command_executions"
        " where length(stdout_preview) - length(replace(stdout_preview, char(10), '')) > 9",
        10,
    ),
    "inside and outside a virtual environment": (ACTIONS, "select distinct venv_active from command_executions", 2),
    "pending": (ACTIONS, f"select 1 from pending_approvals where approved is null and expires_at > {NOW}", 3),
    "pending without an end": (
        ACTIONS,
        "select 1 from pending_approvals where approved is null and expires_at is null",
        1,
    ),
    "expired": (ACTIONS, f"select 1 from pending_approvals where approved is null and expires_at < {NOW}", 30),
    "approved": (ACTIONS, "select 1 from pending_approvals where approved = 1 and approved_by is not null", 100),
    "denied": (ACTIONS, "select distinct denial_reason from pending_approvals where approved = 0", 5),
    "patterns": (ACTIONS, "select 1 from command_patterns", 5),
    "a pattern that was never used": (ACTIONS, "select 1 from command_patterns where usage_count = 0", 1),
}


@pytest.mark.parametrize("what", REPRESENTED)
def test_everything_that_the_program_can_show_is_in_the_demo(demo: SampleMade, what: str) -> None:
    database, sql, at_least = REPRESENTED[what]
    assert len(ask(demo, database, sql)) >= at_least


def test_a_search_for_virtual_environments_finds_several_entries(demo: SampleMade) -> None:
    texts = ask(demo, KNOWLEDGE, "select content_json from knowledge_entries")
    with open_memory() as db:
        db.execute("create virtual table f using fts5(t, tokenize = 'porter unicode61')")
        db.executemany("insert into f values (?)", texts)
        for phrase in ("virtual environments", "write-ahead log", "event loop", "rollback"):
            assert db.execute("select count(*) from f(?)", (f'"{phrase}"',)).get >= 5, phrase


JSON_COLUMNS = (
    (KNOWLEDGE, "knowledge_entries", "content_json"),
    (KNOWLEDGE, "knowledge_entries", "tags_json"),
    (KNOWLEDGE, "knowledge_entries", "related_entries_json"),
    (WORKFLOWS, "workflow_outputs", "metadata"),
    (ACTIONS, "command_executions", "env_snapshot"),
    (ACTIONS, "command_patterns", "command_sequence"),
    (ACTIONS, "command_patterns", "preconditions"),
)


@pytest.mark.parametrize(("database", "table", "column"), JSON_COLUMNS)
def test_json_is_valid_everywhere(demo: SampleMade, database: str, table: str, column: str) -> None:
    bad = f"select count(*) from {table} where {column} is not null and not json_valid({column})"
    assert ask(demo, database, bad) == [(0,)]


def test_an_entry_is_an_object_with_topic_result_and_source(demo: SampleMade) -> None:
    for (text,) in ask(demo, KNOWLEDGE, "select content_json from knowledge_entries"):
        content = json.loads(str(text))
        assert all(isinstance(content[key], str) and content[key] for key in ("topic", "result", "source"))


def test_tags_and_related_entries_agree_with_their_tables(demo: SampleMade) -> None:
    in_json = "select knowledge_id, value from knowledge_entries, json_each(tags_json) order by 1, 2"
    assert ask(demo, KNOWLEDGE, in_json) == ask(demo, KNOWLEDGE, "select * from knowledge_tags order by 1, 2")
    unknown = (
        "select value from knowledge_entries, json_each(related_entries_json)"
        " where value not in (select knowledge_id from knowledge_entries)"
    )
    assert ask(demo, KNOWLEDGE, unknown) == []


def test_agents_grow_surer_from_phase_to_phase(demo: SampleMade) -> None:
    rows = ask(
        demo,
        AGENTS,
        "select agent_type, avg(confidence) from agent_performance group by agent_type, phase"
        " order by agent_type, avg(depth_ratio)",
    )
    for (kind, before), (next_kind, after) in pairwise(rows):
        assert kind != next_kind or float(str(before)) < float(str(after)), kind


def test_checkpoints_lie_on_a_helix_that_narrows(demo: SampleMade) -> None:
    rows = ask(
        demo,
        AGENTS,
        "select depth_ratio, position_x, position_y, position_z from agent_performance where position_x is not null",
    )
    for depth, x, y, z in (map(float, map(str, row)) for row in rows):
        assert math.hypot(x, y) == pytest.approx(3.0 * (1 / 6) ** depth)
        assert z == pytest.approx(8.0 * (1 - depth))


def test_no_command_ran_without_the_yes_it_needed(demo: SampleMade) -> None:
    wrong = (
        "select execution_id from command_executions e left join pending_approvals a using (execution_id)"
        " where (e.trust_level = 'REVIEW') <> (a.approval_id is not null)"
        " or e.executed <> (e.trust_level = 'SAFE' or coalesce(a.approved, 0))"
        " or a.command <> e.command or e.executed <> (e.exit_code is not null)"
        " or e.success <> (e.exit_code = 0) or (e.exit_code = 0) <> (e.error_category is null)"
    )
    assert ask(demo, ACTIONS, wrong) == []


def test_a_command_is_found_again_by_its_hash(demo: SampleMade) -> None:
    for command, digest in ask(demo, ACTIONS, "select distinct command, command_hash from command_executions"):
        assert hashlib.sha256(str(command).encode()).hexdigest() == digest


def test_the_figures_of_a_pattern_are_those_of_its_uses(demo: SampleMade) -> None:
    wrong = (
        "select pattern_name from command_patterns p left join command_pattern_usage u using (pattern_id)"
        " group by pattern_id having usage_count <> count(usage_id)"
        " or abs(success_rate - coalesce(avg(success), 0)) > 0.001"
        " or abs(avg_duration - coalesce(avg(duration), 0)) > 0.001"
    )
    assert ask(demo, ACTIONS, wrong) == []


@pytest.mark.parametrize(
    ("database", "table", "column"),
    [
        (KNOWLEDGE, "knowledge_entries", "updated_at"),
        (WORKFLOWS, "workflow_outputs", "unixepoch(completed_at, 'utc')"),
        (AGENTS, "agent_performance", "timestamp"),
        (ACTIONS, "command_executions", "coalesce(execution_timestamp + duration, timestamp)"),
        (ACTIONS, "command_pattern_usage", "timestamp"),
        (ACTIONS, "pending_approvals", "coalesce(approved_at, requested_at)"),
    ],
)
def test_everything_is_from_the_last_two_months(demo: SampleMade, database: str, table: str, column: str) -> None:
    ((oldest, newest),) = ask(demo, database, f"select min({column}), max({column}) from {table}")
    assert float(str(oldest)) > NOW - 61 * 86_400
    assert float(str(newest)) <= NOW


@pytest.mark.parametrize("name", [*ALL, f"{KNOWLEDGE}-wal", f"{ACTIONS}-journal"])
def test_a_folder_with_felix_databases_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(Conflict) as caught:
        made_in(tmp_path)
    assert "already holds Felix databases" in caught.value.summary
    assert name in caught.value.summary
    assert listing(tmp_path) == {name: b"mine"}
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_link_to_a_database_that_is_not_there_is_respected_too(tmp_path: Path) -> None:
    (tmp_path / KNOWLEDGE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Conflict):
        made_in(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_files_of_other_programs_are_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_bytes(b"mine")
    made_in(tmp_path)
    assert (tmp_path / "notes.db").read_bytes() == b"mine"


def test_a_database_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    def slow(folder: Path, name: str) -> None:
        migrate(folder, name)
        (tmp_path / AGENTS).write_bytes(b"theirs")

    with pytest.raises(Conflict):
        made_in(tmp_path, migrate=slow)
    assert [path.name for path in tmp_path.glob("*.db")] == [AGENTS]
    assert (tmp_path / AGENTS).read_bytes() == b"theirs"


def _refuses(folder: Path, name: str) -> None:
    raise WorkspaceUnusable(f"{name} in {folder.name} cannot be made.", "Try again.")


def _makes_no_tables(folder: Path, name: str) -> None:
    workspace = open_workspace(folder)
    with create_database(workspace.database(workspace.component(name))) as db:
        db.execute("create table other(x)")


@pytest.mark.parametrize(("broken", "expected"), [(_refuses, WorkspaceUnusable), (_makes_no_tables, apsw.SQLError)])
def test_after_a_failure_there_is_nothing_and_the_next_try_succeeds(
    tmp_path: Path, broken: Callable[[Path, str], None], expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        made_in(tmp_path, migrate=broken)
    assert not [name for name in listing(tmp_path) if not name.endswith(".lock")]
    assert len(made_in(tmp_path).databases) == 5


def test_a_cancelled_demo_leaves_nothing(tmp_path: Path) -> None:
    task = Task()

    def cancelling(folder: Path, name: str) -> None:
        migrate(folder, name)
        task.cancel()

    with pytest.raises(Cancelled):
        make_sample(tmp_path, task, now=NOW, migrate=cancelling)
    assert not [name for name in listing(tmp_path) if not name.endswith(".lock")]


def test_what_a_crash_left_behind_does_not_get_in(tmp_path: Path) -> None:
    leftover = tmp_path / ".felix-dbadmin" / "demo"
    leftover.mkdir(parents=True)
    (leftover / KNOWLEDGE).write_bytes(b"half")
    assert dict(made_in(tmp_path).databases)[KNOWLEDGE] > 443
    assert not leftover.exists()


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "not supported", str(target), None, str(self))

    monkeypatch.setattr(Path, "hardlink_to", refused)
    assert [path.name for path in sorted(made_in(tmp_path).folder.glob("*.db"))] == sorted(ALL)


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    place.write_text("a file")
    with pytest.raises(WorkspaceUnusable) as caught:
        made_in(place)
    assert str(place) in caught.value.summary
    assert place.read_text() == "a file"


def test_generated_entries_are_valid_distinct_and_repeatable() -> None:
    entries = list(generate_entries(2_000, seed=3))
    assert entries == list(generate_entries(2_000, seed=3))
    assert entries != list(generate_entries(2_000, seed=4))
    with open_memory() as db:
        workspace = open_workspace(Path(__file__).parent)
        base = workspace.component("knowledge").base_file
        assert base is not None
        db.execute(base.read_text(encoding="utf-8"))
        insert_entries(db, entries)
        assert db.execute("select count(*) from knowledge_entries where json_valid(content_json)").get == 2_000
        assert db.execute("select count(*) from knowledge_tags").get == 4_000
        assert db.execute("pragma foreign_key_check").fetchall() == []


def test_generated_words_are_as_uneven_as_those_of_real_text() -> None:
    counts: dict[str, int] = {}
    for entry in generate_entries(2_000):
        for word in set(json.loads(str(entry[2]))["result"].split()):
            counts[word] = counts.get(word, 0) + 1
    assert counts[COMMON_WORD] == 2_000
    assert counts[UNCOMMON_WORD] == 20
    ranked = sorted(counts.values(), reverse=True)
    assert ranked[1] > 800
    assert ranked[len(ranked) // 2] <= 2


def test_generated_checkpoints_are_as_many_as_asked_for_and_not_from_the_future() -> None:
    rows = list(generate_checkpoints(300, now=NOW))
    assert {row[1] for row in rows if row[1] is not None} == set(range(1, 301))
    assert 100 * 300 < len(rows) < 150 * 300
    assert max(float(str(row[-1])) for row in rows) < NOW
