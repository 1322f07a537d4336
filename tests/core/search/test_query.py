"""What people type is understood as they know it from the web; the chips say how."""

from __future__ import annotations

import apsw
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.search.query import (
    LONGEST,
    MOST_TERMS,
    Kind,
    expression_for,
    parse,
    raw_query,
)

COLUMNS = frozenset({"title", "body", "status"})


def chips(text: str, *, typing: bool = False) -> list[str]:
    return [chip.text for chip in parse(text, COLUMNS, typing=typing).chips]


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("", []),
        ("   ", []),
        ("one two", ["one", "two"]),
        ('"one two"', ['"one two"']),
        ('"one two', ['"one two"']),
        ("“one two”", ['"one two"']),
        ("«one two»", ['"one two"']),
        ("one OR two three", ["one or two", "three"]),
        ("one OR two OR three", ["one or two or three"]),
        ("one AND two", ["one", "two"]),
        ("one NOT two", ["one", "not two"]),
        ("one -two", ["one", "not two"]),
        ('-"one two"', ['not "one two"']),
        ("foo-bar", ["foo-bar"]),
        ("-", ["-"]),
        ("C++ it's", ["C++", "it's"]),
        ("pyth*", ["pyth…"]),
        ('"virtual env"*', ['"virtual env"…']),
        ("*", ["*"]),
        ("title:one", ["title: one"]),
        ("TITLE:one", ["title: one"]),
        ('title:"one two"', ['title: "one two"']),
        ("-title:one", ["not title: one"]),
        ("title: one", ["title:", "one"]),
        ("http://here", ["http://here"]),
        ("10:30", ["10:30"]),
        ("OR one", ["OR", "one"]),
        ("one OR", ["one", "OR"]),
        ("AND", ["AND"]),
        ("or and not", ["or", "and", "not"]),
    ],
)
def test_what_is_understood(text: str, understood: list[str]) -> None:
    assert chips(text) == understood


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("pyth", ["pyth…"]),
        ("py", ["py"]),
        ("日", ["日…"]),
        ("one tw thr", ["one", "tw", "thr…"]),
        ("pyth ", ["pyth"]),
        ('"virtual env', ['"virtual env"']),
        ("one -thre", ["one", "not thre"]),
        ("one OR", ["one…"]),
        ("one OR thre", ["one or thre…"]),
        ("title:pyth", ["title: pyth…"]),
    ],
)
def test_while_it_is_typed(text: str, understood: list[str]) -> None:
    assert chips(text, typing=True) == understood


def test_an_unwanted_word_is_shown_as_one() -> None:
    assert [chip.kind for chip in parse("one -two").chips] == [Kind.WORD, Kind.NOT]


def test_a_pasted_text_is_cut_and_that_is_said() -> None:
    query = parse(" ".join(f"word{number}" for number in range(MOST_TERMS + 3)))
    assert sum(len(clause.terms) for clause in query.clauses) == MOST_TERMS
    assert query.chips[-1].kind is Kind.IGNORED
    assert query.chips[-1].text == "3 more words left out"


def test_a_huge_text_is_read_up_to_a_limit() -> None:
    assert [term.text for clause in parse("x" * 100_000).clauses for term in clause.terms] == ["x" * LONGEST]


def test_a_column_with_a_condition_and_one_without_cannot_be_alternatives() -> None:
    query = parse("title:one OR status:open", COLUMNS)
    with pytest.raises(WrongUsage, match="title: one OR status: open"):
        expression_for(query, {"title"}, {"status"}, str.isalnum)


def test_values_of_a_filter_become_a_condition() -> None:
    expression = expression_for(parse("one status:open OR status:done", COLUMNS), {"title"}, {"status"}, str.isalnum)
    assert expression.match == '"one"'
    assert [(each.column, each.values) for each in expression.conditions] == [("status", ("open", "done"))]


def test_raw_is_passed_on() -> None:
    assert expression_for(raw_query(" a NEAR b "), (), (), str.isalnum).match == "a NEAR b"


ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="ab \"*-:ANDORT'()^+{}\0\ud800é", max_size=30),
    st.lists(st.sampled_from(["a", '"', "-", "OR", "AND", "NOT", "title:", "*", "a*", '"a b"', ":", "NEAR("])).map(
        " ".join
    ),
)


@settings(max_examples=400)
@given(text=ANY_TEXT, typing=st.booleans())
@example(text="-", typing=True)
@example(text='""', typing=True)
@example(text="NOT", typing=True)
@example(text='a OR "" OR -b', typing=False)
@example(text="\ud800", typing=True)
def test_fts5_reads_whatever_was_typed(text: str, typing: bool) -> None:
    query = parse(text, COLUMNS, typing=typing)
    db = apsw.Connection(":memory:")
    try:
        db.execute("create virtual table f using fts5(title, body)")
        tokenizer = db.fts5_tokenizer("unicode61", [])

        def has_words(each: str) -> bool:
            return bool(tokenizer(each.encode(), apsw.FTS5_TOKENIZE_QUERY, None))

        try:
            expression = expression_for(query, {"title", "body"}, {"status"}, has_words)
        except WrongUsage:
            return
        if expression.match:
            assert db.execute("select * from f where f match ?", (expression.match,)).fetchall() == []
    finally:
        db.close()
