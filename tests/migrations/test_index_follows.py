"""The full-text indexes equal their tables after any mix of statements, from Felix's sqlite3 and from ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.connection import create_database, open_memory
from tests.migrations.felix_child import Answer, FelixChild, Value
from tests.migrations.helpers import apply_all

Operation = tuple[str, tuple[Value, ...]]
Runner = Callable[[str, Sequence[Operation]], list[Answer]]


@dataclass(frozen=True, slots=True)
class Indexed:
    component: str
    table: str
    key: str
    index: str
    columns: dict[str, str]
    """Columns of the index, and of the table."""
    counter: str
    fixed: dict[str, Value]
    """What else a row must have."""
    keys: tuple[Value, ...]
    nullable: frozenset[str] = frozenset()

    @property
    def docs(self) -> str:
        return "" if isinstance(self.keys[0], int) else f"{self.index}_docs"


INDEXED = (
    Indexed(
        "knowledge",
        "knowledge_entries",
        "knowledge_id",
        "knowledge_fts",
        {"content_text": "content_json", "domain": "domain", "tags": "tags_json"},
        "access_count",
        {
            **dict.fromkeys(("knowledge_type", "confidence_level", "source_agent"), "x"),
            "created_at": 1,
            "updated_at": 1,
        },
        ("a", "b", "c", "", "a ", None),
    ),
    Indexed(
        "tasks",
        "task_executions",
        "execution_id",
        "task_executions_fts",
        {"task_description": "task_description", "error_messages": "error_messages_json"},
        "context_size",
        {
            **dict.fromkeys(
                ("task_type", "complexity", "outcome", "strategies_used_json", "success_metrics_json"), "x"
            ),
            **dict.fromkeys(("agents_used_json", "patterns_matched_json"), "[]"),
            **dict.fromkeys(("duration", "context_size", "created_at"), 1),
        },
        ("a", "b", "c", "A", None),
    ),
    Indexed(
        "workflows",
        "workflow_outputs",
        "workflow_id",
        "workflow_fts",
        {"task_input": "task_input", "final_synthesis": "final_synthesis"},
        "tokens_used",
        {"status": "completed", "created_at": "2025-10-10", "completed_at": "2025-10-10"},
        (1, 2, 3, -4, None),
        frozenset({"final_synthesis"}),
    ),
    Indexed(
        "system_actions",
        "command_executions",
        "execution_id",
        "command_fts",
        {name: name for name in ("command", "context", "stdout_preview", "stderr_preview")},
        "exit_code",
        {"agent_id": "a", "command_hash": "h", "trust_level": "SAFE", "timestamp": 1},
        (1, 2, 3, 4, None),
        frozenset({"context", "stdout_preview", "stderr_preview"}),
    ),
)

CONFLICTS = ("", "or replace", "or ignore", "or fail", "or abort", "or rollback")
WORDS = ("", "red", "green agents", "helix red", '["blue"]')


def operations(of: Indexed) -> st.SearchStrategy[Operation]:
    """Statements as a program may issue them; some break a constraint and are refused."""
    key = st.sampled_from(of.keys)
    conflict = st.sampled_from(CONFLICTS)
    text = st.sampled_from(WORDS)
    names = [of.key, *of.columns.values(), *of.fixed]

    def cell(column: str) -> st.SearchStrategy[Value]:
        return st.sampled_from((*WORDS, None)) if column in of.nullable else text

    row = st.tuples(key, *map(cell, of.columns.values())).map(lambda cells: (*cells, *of.fixed.values()))
    into = f"into {of.table}({', '.join(names)}) values"
    marks = f"({', '.join('?' * len(names))})"
    column = st.sampled_from(tuple(of.columns.values()))
    upserted = ", ".join(f"{name} = excluded.{name}" for name in of.columns.values())
    shift = f"{of.key} + 1" if not of.docs else f"char(unicode({of.key}) + 1)"
    return st.one_of(
        st.builds(lambda c, r: (f"insert {c} {into} {marks}", r), conflict, row),
        st.builds(lambda c, r, s: (f"insert {c} {into} {marks}, {marks}", r + s), conflict, row, row),
        st.builds(lambda r: (f"insert {into} {marks} on conflict({of.key}) do update set {upserted}", r), row),
        st.builds(
            lambda r, k: (f"insert {into} {marks} on conflict({of.key}) do update set {of.key} = ?", (*r, k)), row, key
        ),
        st.builds(
            lambda c, n, t, k: (f"update {c} {of.table} set {n} = ? where {of.key} is ?", (t, k)),
            conflict,
            column,
            text,
            key,
        ),
        st.builds(
            lambda c, new, old: (f"update {c} {of.table} set {of.key} = ? where {of.key} is ?", (new, old)),
            conflict,
            key,
            key,
        ),
        st.builds(lambda c: (f"update {c} {of.table} set {of.key} = {shift}", ()), conflict),
        st.builds(lambda: (f"update {of.table} set {of.counter} = {of.counter} + 1", ())),
        st.builds(lambda k: (f"delete from {of.table} where {of.key} is ?", (k,)), key),
        st.sampled_from(
            [(f"delete from {of.table}", ()), ("vacuum", ()), ("begin", ()), ("commit", ()), ("rollback", ())]
        ),
    )


def questions(of: Indexed) -> list[Operation]:
    """What the index holds, what it should hold, and what FTS5 itself says about it."""
    wanted = ", ".join(f"coalesce({name}, '')" for name in of.columns.values())
    held = ", ".join(of.columns)
    rowid = f"(select {of.key} from {of.docs} where docid = {of.index}.rowid)" if of.docs else "rowid"
    found = f"select {of.key} from {of.index} where {of.index} match 'red' order by 1"
    brute = " || ' ' || ".join(f"coalesce({name}, '')" for name in of.columns.values())
    asked = [
        f"select {of.key}, {rowid}, {held} from {of.index} order by 1",
        f"select {of.key}, {of.key}, {wanted} from {of.table} where {of.key} is not null order by 1",
        found,
        f"select {of.key} from {of.table} where {of.key} is not null and {brute} like '%red%' order by 1",
        f"insert into {of.index}({of.index}, rank) values ('integrity-check', 1)",
    ]
    if of.docs:
        asked.append(f"select count(*) from {of.docs}")
    return [(sql, ()) for sql in asked]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each component's database, fully migrated and empty."""
    made = {}
    for component in {of.component for of in INDEXED}:
        made[component] = tmp_path_factory.mktemp("templates") / f"{component}.db"
        with create_database(made[component]) as db:
            apply_all(db, component)
    return made


@pytest.fixture(scope="module")
def child() -> Iterator[FelixChild]:
    with FelixChild() as running:
        yield running


def run_ours(component: str, asked: Sequence[Operation]) -> list[Answer]:
    """On one of this program's own connections: schema not trusted, defensive."""
    with open_memory() as db:
        apply_all(db, component)
        return [_answer(db, sql, values) for sql, values in asked]


def _answer(db: apsw.Connection, sql: str, values: tuple[Value, ...]) -> Answer:
    try:
        rows = [list(row) for row in db.execute(sql, values)]
    except apsw.Error as error:
        return Answer([], None, db.total_changes(), str(error))
    return Answer(rows, db.last_insert_rowid(), db.total_changes(), "")


@pytest.mark.parametrize("who", ["felix", "felix with recursive triggers", "this program"])
@pytest.mark.parametrize("of", INDEXED, ids=lambda of: of.index)
def test_the_index_holds_what_its_table_holds(
    of: Indexed, who: str, templates: dict[str, Path], child: FelixChild
) -> None:
    def run_felix(component: str, asked: Sequence[Operation]) -> list[Answer]:
        child.open_copy(templates[component], recursive_triggers="recursive" in who)
        return child.run(*asked)

    run: Runner = run_ours if who == "this program" else run_felix

    @settings(max_examples=40 if who == "this program" else 120, deadline=None)
    @given(st.lists(operations(of), max_size=25))
    def holds(steps: list[Operation]) -> None:
        check = questions(of)
        held, wanted, found, brute, integrity, *docs = run(of.component, [*steps, *check])[-len(check) :]
        assert [answer.error for answer in (held, wanted, found, brute, integrity)] == [""] * 5
        assert held.rows == wanted.rows
        assert found.rows == brute.rows
        assert [answer.rows for answer in docs] == [[[len(wanted.rows)]]] * len(docs)

    holds()


@pytest.mark.parametrize("of", [of for of in INDEXED if of.docs], ids=lambda of: of.index)
def test_a_row_without_a_key_is_left_out_of_the_index(of: Indexed) -> None:
    """A TEXT PRIMARY KEY allows NULL, and Felix's join by the key could never return such a row."""
    columns = [*of.columns.values(), *of.fixed]
    values = ("red",) * len(of.columns) + tuple(of.fixed.values())
    marks = ", ".join("?" * len(columns))
    insert: Operation = (f"insert into {of.table}({', '.join(columns)}) values ({marks})", values)
    rename: Operation = (f"update {of.table} set {of.key} = 'named' where rowid = 1", ())
    find: Operation = (f"select {of.key} from {of.index} where {of.index} match 'red'", ())
    _, _, none, _, one = run_ours(of.component, [insert, insert, find, rename, find])
    assert none.rows == []
    assert one.rows == [["named"]]


@pytest.mark.parametrize("of", INDEXED, ids=lambda of: of.index)
def test_a_row_left_behind_in_the_index_is_replaced_and_stops_nobody(of: Indexed) -> None:
    """As after a time without triggers: Felix's next store must succeed, and heal the index."""
    names = [of.key, *of.columns.values(), *of.fixed]
    marks = ", ".join("?" * len(names))

    def store(key: Value, text: str) -> Operation:
        values = (key, *[text] * len(of.columns), *of.fixed.values())
        return f"insert into {of.table}({', '.join(names)}) values ({marks})", values

    first, second = of.keys[:2]
    steps = [
        store(first, "red"),
        store(second, "red"),
        (f"drop trigger {of.index}_delete", ()),
        (f"delete from {of.table}", ()),
        store(first, "blue"),
        (f"update {of.table} set {of.key} = ? where {of.key} is ?", (second, first)),
    ]
    answers = run_ours(of.component, [*steps, *questions(of)])
    assert [answer.error for answer in answers] == [""] * len(answers)
    held, wanted, found, _, _, *docs = answers[len(steps) :]
    assert held.rows == wanted.rows
    assert found.rows == []
    assert [answer.rows for answer in docs] == [[[1]]] * len(docs)


@pytest.mark.parametrize("of", INDEXED, ids=lambda of: of.index)
def test_counting_writes_nothing_to_the_index(of: Indexed, templates: dict[str, Path], child: FelixChild) -> None:
    child.open_copy(templates[of.component], recursive_triggers=False)
    names = [of.key, *of.columns.values(), *of.fixed]
    marks = ", ".join("?" * len(names))
    rows = [(key, *["red"] * len(of.columns), *of.fixed.values()) for key in of.keys if key is not None]
    child.run(*[(f"insert into {of.table}({', '.join(names)}) values ({marks})", row) for row in rows])
    shadow = f"select id, hex(block) from {of.index}_data order by id"
    before, counted, after = child.run(shadow, f"update {of.table} set {of.counter} = 7", shadow)
    assert before.rows == after.rows
    assert counted.changes - before.changes == len(rows)
