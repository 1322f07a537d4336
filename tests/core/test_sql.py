"""SQL as text: SQLite itself is the oracle for where a statement ends and for what two texts mean."""

from __future__ import annotations

import re

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.sql import Target, meaningful, normalised, quoted, split_statements, target_of, tokens, unquoted

SCRIPT = """\
-- makes the table; really
CREATE TABLE t (a TEXT DEFAULT ';', [b;c] TEXT);

/* two
   lines; */ INSERT INTO t VALUES ('it''s; one', x'3b');
CREATE TRIGGER tr AFTER INSERT ON t BEGIN
    UPDATE t SET a = 'end;'; -- not the end;
    SELECT CASE WHEN 1 THEN 2 END;
END;;
SELECT "b;c" FROM t; SELECT 2
-- done
"""


def test_a_script_is_cut_at_the_ends_of_statements_and_nowhere_else() -> None:
    statements, rest = split_statements(SCRIPT)
    assert [(item.line, item.sql.split()[0], item.sql.count(";")) for item in statements] == [
        (2, "CREATE", 3),
        (5, "INSERT", 2),
        (6, "CREATE", 5),
        (10, "SELECT", 2),
    ]
    assert rest == "SELECT 2\n-- done"
    assert statements[2].sql.endswith("END;")


def test_lines_count_from_where_the_text_stands_in_its_file() -> None:
    statements, _ = split_statements("\n-- first\nselect 1;\r\nselect\n2;", first_line=40)
    assert [item.line for item in statements] == [42, 43]


@pytest.mark.parametrize("text", ["", "  \n", "-- only a comment", "/* never closed", ";;", "; -- no\n;"])
def test_text_without_a_statement_gives_none(text: str) -> None:
    assert split_statements(text) == ([], "")


@pytest.mark.parametrize("text", ["select 'open; ", 'select "open; ', "select [open; ", "select 1 /* ; "])
def test_what_is_not_finished_is_the_rest(text: str) -> None:
    assert split_statements(text) == ([], text.strip())


LITERALS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12).map(
        lambda text: "'" + text.replace("'", "''") + "'"
    ),
    st.integers(0, 10**9).map(str),
    st.sampled_from(["x'3b00'", "1.5e3", ".5", "'-- no'", "'/*'", "';'"]),
)
NAMES = st.text(st.sampled_from("ab;'`\" [-/*é"), min_size=1, max_size=6).map(quoted)
GAPS = st.sampled_from([" ", "\n", "\t\n ", " -- a ; b\n", "/* ; */", " /* it's\n \"odd */ "])


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A SELECT of literals under quoted names, ending with its semicolon."""
    columns = draw(st.lists(st.tuples(LITERALS, NAMES), min_size=1, max_size=3))
    parts = []
    for literal, name in columns:
        parts.append(f"{literal}{draw(GAPS)}as{draw(GAPS)}{name}")
    return f"select{draw(GAPS)}{','.join(parts)};"


@st.composite
def triggers(draw: st.DrawFn) -> str:
    body = draw(st.lists(queries(), min_size=1, max_size=3))
    gap = draw(GAPS)
    return f"create{gap}trigger t{draw(st.integers(1, 9))} after insert on x begin{gap}{gap.join(body)}{gap}end;"


@given(st.lists(st.one_of(queries(), triggers()), max_size=5), st.data())
def test_joined_statements_split_back_with_their_lines(statements: list[str], data: st.DataObject) -> None:
    text, expected = "", []
    for statement in statements:
        text += data.draw(GAPS)
        expected.append((statement, text.count("\n") + 1))
        text += statement
    text += data.draw(GAPS)
    found, rest = split_statements(text)
    assert [(item.sql, item.line) for item in found] == expected
    assert rest == ""


@given(st.lists(queries(), min_size=1, max_size=4), st.lists(GAPS, min_size=5, max_size=5))
def test_splitting_runs_the_same_queries_as_sqlite_does(statements: list[str], gaps: list[str]) -> None:
    db = apsw.Connection(":memory:")
    text = "".join(gap + statement for gap, statement in zip(gaps, statements, strict=False))
    found, _ = split_statements(text)
    whole = list(db.execute(text))
    assert [row for item in found for row in db.execute(item.sql)] == whole
    assert len(found) == len(statements)


@given(st.text(max_size=60))
def test_tokens_lose_no_character(text: str) -> None:
    assert "".join(token.text for token in tokens(text)) == text


@given(st.text(st.sampled_from("aB c\"'`[];.é"), max_size=12))
def test_a_quoted_name_is_one_name_to_us_and_to_sqlite(name: str) -> None:
    (token,) = meaningful(quoted(name))
    assert (token.kind, unquoted(token.text)) == ("name", name.lower())
    db = apsw.Connection(":memory:")
    assert db.execute(f"select 1 as {quoted(name)}").description[0][0] == name


@pytest.mark.parametrize("text", ['"My Col"', "`My Col`", "[My Col]", "'My Col'"])
def test_every_way_to_quote_a_name_gives_the_same_name(text: str) -> None:
    assert unquoted(text) == "my col"


ORIGINAL = "CREATE INDEX idx_a ON knowledge_entries(domain, confidence_level, created_at DESC) WHERE x <> 'A b'"


@given(st.data())
def test_spelling_does_not_make_a_difference(data: st.DataObject) -> None:
    variant = ""
    for token in meaningful(ORIGINAL):
        text = token.text
        if token.kind == "word":
            text = "".join(data.draw(st.sampled_from([sign.upper(), sign.lower()])) for sign in text)
            if token.text.islower():
                text = data.draw(st.sampled_from(["{}", '"{}"', "`{}`", "[{}]"])).format(text)
        variant += data.draw(GAPS) + text
    assert normalised(variant + data.draw(st.sampled_from(["", ";", " ; -- done"]))) == normalised(ORIGINAL)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select 'A'", "select 'a'"),
        ("select 'a  b'", "select 'a b'"),
        ("create table t(a int)", "create table t(a text)"),
        ("create table t(a, b)", "create table t(b, a)"),
        ('create table t("x int")', "create table t(x int)"),
        ("create index i on t(a)", "create unique index i on t(a)"),
        ("select 1", "select 1.0"),
    ],
)
def test_what_means_something_else_stays_different(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize("kind", ["table", "index", "unique index", "trigger", "view", "virtual table"])
def test_if_not_exists_is_no_part_of_an_object(kind: str) -> None:
    assert normalised(f"CREATE {kind.upper()} IF NOT EXISTS x …") == normalised(f"create {kind} x …")


@given(st.sampled_from(['create table "{}"("{}" int)', "create view [{}] as select 1 as `{}`"]), st.data())
def test_normalised_text_is_stable(template: str, data: st.DataObject) -> None:
    name = st.text(st.sampled_from("ab 1_"), min_size=1, max_size=5)
    once = normalised(template.format(data.draw(name), data.draw(name)))
    assert normalised(once) == once


TARGETS = {
    "create table T(x)": ("create", "table", "t", ""),
    "CREATE TABLE IF NOT EXISTS main.[My T] (x)": ("create", "table", "my t", ""),
    "create temporary table t(x)": ("create", "table", "t", ""),
    "create virtual table if not exists f using fts5(x)": ("create", "virtual table", "f", ""),
    "create index i on t(a)": ("create", "index", "i", "t"),
    'create unique index if not exists "I" on "T x" ("on")': ("create", "index", "i", "t x"),
    "create view v as select * from t": ("create", "view", "v", ""),
    "create trigger r after update of a on t begin select 1; end;": ("create", "trigger", "r", "t"),
    "create temp trigger if not exists main.r instead of insert on v begin select 1; end": (
        "create",
        "trigger",
        "r",
        "v",
    ),
    "-- first\ndrop table if exists t;": ("drop", "table", "t", ""),
    "drop trigger main.r": ("drop", "trigger", "r", ""),
    "drop index i": ("drop", "index", "i", ""),
    "alter table t rename to u": ("alter", "table", "t", ""),
    "insert into t(a) values (1)": ("insert", "table", "t", ""),
    "insert or replace into main.t values (1)": ("insert", "table", "t", ""),
    "replace into `t` values (1)": ("replace", "table", "t", ""),
    "update or ignore t set a = 1": ("update", "table", "t", ""),
    "delete from t where a = 'from u'": ("delete", "table", "t", ""),
    "with recursive c(n) as (select 1 union all select n from c) insert into t select n from c": (
        "insert",
        "table",
        "t",
        "",
    ),
    "with d as (delete_ as (select 1)) delete from t": ("delete", "table", "t", ""),
    "reindex t": ("reindex", "", "t", ""),
    "analyze main.t;": ("analyze", "", "t", ""),
    "analyze;": ("analyze", "", "", ""),
    "select * from t": ("select", "", "", ""),
    "with c as (select 1) select * from c": ("select", "", "", ""),
    "pragma foreign_keys = off": ("pragma", "", "", ""),
    "vacuum;": ("vacuum", "", "", ""),
    "-- nothing": ("", "", "", ""),
    ";": ("", "", "", ""),
}


@pytest.mark.parametrize("sql", TARGETS)
def test_what_a_statement_is_about(sql: str) -> None:
    assert target_of(sql) == Target(*TARGETS[sql])


@pytest.mark.parametrize(
    "line", ["create table t(a);", "create virtual table f using fts5(a);", "create view v as select 1;"]
)
def test_a_statement_knows_its_target(line: str) -> None:
    (statement,), _ = split_statements(line)
    db = apsw.Connection(":memory:")
    db.execute(statement.sql)
    assert statement.target.name == db.execute("select name from sqlite_schema order by rowid limit 1").get
    assert re.match(r"(virtual )?table|view", statement.target.kind)
