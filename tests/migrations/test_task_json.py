"""Task memory's JSON arrays, carried over to rows: exactly what Python reads in them, and a word on all the rest."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.connection import open_memory, open_writer
from tests.migrations.helpers import apply, failures, file, make_base

PATTERNS = ("p1", "p2", "p3", "", "naïve")
AGENTS = ("research", "critic", "", "Prüfer", "x\ty", "\ufffd")
MALFORMED = ("", " ", "nope", "[", '["p1"', '["p1",]', "['p1']", "[NaN]", "[0x1]", '["\x01"]', "[" * 1500 + "]" * 1500)

INSERT = (
    "insert into task_executions(execution_id, task_description, task_type, complexity, outcome, duration,"
    " agents_used_json, strategies_used_json, context_size, error_messages_json, success_metrics_json,"
    " patterns_matched_json, created_at) values (?, 'd', 't', 'c', 'success', 1, ?, '[]', 1, '[]', '{}', ?, 1)"
)
PATTERN = "insert into task_patterns values (?, 't', 'c', '[]', 1, 1, '[]', '[]', '[]', '{}', 1, 1, 0)"


@dataclass(frozen=True, slots=True)
class Stored:
    """A JSON column's text, and what it says: elements of an array, or None where it is none."""

    text: str | None
    elements: list[Any] | None


def stored(texts: tuple[str, ...]) -> st.SearchStrategy[Stored]:
    nested = st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=4,
    )
    known = st.sampled_from(texts)
    arrays = st.builds(
        lambda value, escaped: Stored(json.dumps(value, ensure_ascii=escaped), value),
        st.lists(known | nested, max_size=6),
        st.booleans(),
    )
    others = nested.filter(lambda value: not isinstance(value, list)).map(lambda value: Stored(json.dumps(value), None))
    return arrays | st.sampled_from(MALFORMED).map(lambda text: Stored(text, None)) | others


executions = st.lists(
    st.tuples(st.text(max_size=3) | st.none(), stored(AGENTS), stored(PATTERNS)),
    max_size=8,
    unique_by=lambda item: item[0] if item[0] is not None else object(),
)


def prepared(db: apsw.Connection, rows: list[tuple[str | None, str | None, str | None]]) -> None:
    make_base(db, "tasks")
    apply(db, file("tasks", 1))
    db.executemany(PATTERN, [(pattern,) for pattern in (*PATTERNS, None)])
    db.executemany(INSERT, rows)


@settings(max_examples=150, deadline=None)
@given(executions)
def test_arrays_become_rows_and_nothing_is_dropped_in_silence(rows: list[tuple[str | None, Stored, Stored]]) -> None:
    with open_memory() as db:
        prepared(db, [(key, agents.text, patterns.text) for key, agents, patterns in rows])
        reported_patterns = apply(db, file("tasks", 2))
        reported_agents = apply(db, file("tasks", 3))
        matches = set(db.execute("select execution_id, pattern_id, match_confidence from task_pattern_matches"))
        counted = set(db.execute("select execution_id, agent_type, agent_count from task_execution_agents"))

    named = [row for row in rows if row[0] is not None]
    patterns = [(key, element) for key, _, column in named for element in column.elements or []]
    agents = [(key, element) for key, column, _ in named for element in column.elements or []]
    texts = Counter(item for item in patterns if isinstance(item[1], str))
    known = {item: number for item, number in texts.items() if item[1] in PATTERNS}
    assert matches == {(key, pattern, 1.0) for key, pattern in known}
    types = Counter(item for item in agents if isinstance(item[1], str))
    assert counted == {(key, agent, number) for (key, agent), number in types.items()}

    without_key = len(rows) - len(named)
    assert total(reported_patterns) == {
        "executions": without_key + sum(column.elements is None for _, _, column in named),
        "not text": len(patterns) - texts.total(),
        "unknown": texts.total() - sum(known.values()),
        "repeated": sum(number > 1 for number in known.values()),
    }
    assert total(reported_agents) == {
        "executions": without_key + sum(column.elements is None for _, column, _ in named),
        "not text": len(agents) - types.total(),
        "unknown": 0,
        "repeated": 0,
    }


def total(report: dict[str, int]) -> dict[str, int]:
    """The report's counts by kind of problem, without the examples in brackets."""
    kinds = {
        "executions": "^execution",
        "not text": "is not text$",
        "unknown": "not in ",
        "repeated": "named more than",
    }
    return {
        kind: sum(count for text, count in report.items() if re.search(words, text.partition(" (")[0]))
        for kind, words in kinds.items()
    }


@pytest.fixture
def memory() -> Iterator[apsw.Connection]:
    with open_memory() as db:
        yield db


def test_the_report_names_what_was_not_carried_over(memory: apsw.Connection) -> None:
    prepared(
        memory,
        [
            *[(f"bad{number}", "nope", "nope") for number in range(1, 6)],
            ("object", '{"a": 1}', "3"),
            ("mixed", '["research", 7, null, ["critic"]]', '["p1", "p1", "gone", {"id": "p2"}, false]'),
            ("half", '["\\ud800", "critic"]', '["\\ud800"]'),
            (None, '["critic"]', '["p1"]'),
        ],
    )
    assert apply(memory, file("tasks", 2)) == {
        "executions: patterns_matched_json is not valid JSON ('bad1', 'bad2', 'bad3', …)": 5,
        "execution: patterns_matched_json is not an array ('object')": 1,
        "execution: no execution_id (row 9)": 1,
        "matched patterns: the id is not text (false in 'mixed', {\"id\":\"p2\"} in 'mixed')": 2,
        "matched patterns: not in task_patterns (gone in 'mixed', unreadable text in 'half')": 2,
        "matched pattern: named more than once by an execution, kept once (p1 in 'mixed')": 1,
    }
    assert apply(memory, file("tasks", 3)) == {
        "executions: agents_used_json is not valid JSON ('bad1', 'bad2', 'bad3', …)": 5,
        "execution: agents_used_json is not an array ('object')": 1,
        "execution: no execution_id (row 9)": 1,
        "agents: the type is not text (7 in 'mixed', [\"critic\"] in 'mixed', null in 'mixed')": 3,
        "agent: the type is not valid Unicode (in 'half')": 1,
    }
    assert list(memory.execute("select execution_id, agent_type from task_execution_agents order by 1")) == [
        ("half", "critic"),
        ("mixed", "research"),
    ]


def test_null_and_binary_values_stop_nothing(memory: apsw.Connection) -> None:
    """A database that another program made may allow what Felix's own base schema does not."""
    memory.execute("create table task_patterns(pattern_id text primary key)")
    memory.execute(
        "create table task_executions(execution_id text primary key, agents_used_json, patterns_matched_json)"
    )
    memory.execute("insert into task_executions values ('none', null, null), ('raw', x'ff00', x'ff00')")
    assert apply(memory, file("tasks", 2)) == {
        "execution: patterns_matched_json is NULL ('none')": 1,
        "execution: patterns_matched_json is not valid JSON ('raw')": 1,
    }
    assert apply(memory, file("tasks", 3)) == {
        "execution: agents_used_json is NULL ('none')": 1,
        "execution: agents_used_json is not valid JSON ('raw')": 1,
    }


def test_verify_recounts_the_json(memory: apsw.Connection) -> None:
    prepared(memory, [("one", '["critic", "critic", "research"]', '["p1", "p2"]'), ("two", "[]", '["p1"]')])
    apply(memory, file("tasks", 2))
    apply(memory, file("tasks", 3))
    memory.execute("delete from task_pattern_matches where execution_id = 'one' and pattern_id = 'p1'")
    memory.execute("update task_execution_agents set agent_count = 1")
    assert failures(memory, file("tasks", 2)) == ["each execution with rows has one for each known pattern in its JSON"]
    assert failures(memory, file("tasks", 3)) == [
        "each row counts what the JSON of its execution names",
        "each execution with rows has one for each agent type in its JSON",
    ]
    memory.execute("update task_pattern_matches set pattern_id = 'p3' where execution_id = 'two'")
    assert "each row is named in the JSON of its execution" in failures(memory, file("tasks", 2))


def test_verify_holds_while_felix_goes_on(memory: apsw.Connection) -> None:
    """Felix stores executions without a word to the tables of these migrations, and deletes without foreign keys."""
    prepared(memory, [("one", '["critic"]', '["p1"]'), ("two", '["critic"]', '["p2"]')])
    apply(memory, file("tasks", 2))
    apply(memory, file("tasks", 3))
    memory.execute(INSERT, ("three", '["critic"]', '["p3", "p1"]'))
    memory.pragma("foreign_keys", 0)
    memory.execute("delete from task_executions where execution_id = 'one'; delete from task_patterns")
    assert failures(memory, file("tasks", 2)) == []
    assert failures(memory, file("tasks", 3)) == []


def test_rows_go_with_their_execution_and_their_pattern(memory: apsw.Connection) -> None:
    prepared(memory, [("one", '["critic"]', '["p1", "p2"]'), ("two", '["critic"]', '["p2"]')])
    apply(memory, file("tasks", 2))
    apply(memory, file("tasks", 3))
    memory.execute("delete from task_executions where execution_id = 'two'")
    memory.execute("delete from task_patterns where pattern_id = 'p1'")
    assert list(memory.execute("select execution_id, pattern_id from task_pattern_matches")) == [("one", "p2")]
    assert list(memory.execute("select execution_id from task_execution_agents")) == [("one",)]


def test_the_real_task_memory_is_carried_over_whole(fresh: Path) -> None:
    with open_writer(fresh / "felix_task_memory.db") as db:
        rows = list(db.execute("select execution_id, agents_used_json, patterns_matched_json from task_executions"))
        assert [apply(db, file("tasks", version)) for version in (1, 2, 3, 4)] == [{}] * 4
        matches = set(db.execute("select execution_id, pattern_id from task_pattern_matches"))
        counted = set(db.execute("select execution_id, agent_type, agent_count from task_execution_agents"))
    assert matches == {(key, pattern) for key, _, patterns in rows for pattern in json.loads(patterns)}
    assert counted == {
        (key, agent, number) for key, agents, _ in rows for agent, number in Counter(json.loads(agents)).items()
    }
    assert sum(number for _, _, number in counted) == 1036
