"""Whatever is typed, an index and a scan find exactly the rows that a reading of all rows finds."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.errors import QueryInvalid, WrongUsage
from felix_dbadmin.core.search import completing
from felix_dbadmin.core.search.find import first_page, rank, read_page
from felix_dbadmin.core.search.query import parse, raw_query
from felix_dbadmin.core.search.scan import scan
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import Order, Search
from felix_dbadmin.core.task import Task
from tests.core.search.made import NOTES, make, source_of
from tests.core.search.oracle import Oracle, Row

WORDS = (
    *("run", "running", "runs", "Runner", "naïve", "naive", "NAIVE", "data", "database", "databases", "it's", "it"),
    *(
        "C++",
        "c",
        "foo-bar",
        "foo",
        "bar",
        "x_y",
        "10:30",
        "日本",
        "日本語",
        "👍",
        "*",
        '"quoted"',
        "not",
        "OR",
        "title:",
    ),
)
TOKENIZERS = ("porter unicode61", "unicode61", "unicode61 tokenchars '-+' remove_diacritics 0", "trigram", "ascii")
COLUMNS = ("title", "body")


@dataclass(frozen=True)
class Made:
    folder: Path
    source: Source
    rows: dict[int, Row]


@pytest.fixture(scope="module", params=TOKENIZERS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    tokenizer = str(request.param)
    rng = random.Random(tokenizer)
    rows: dict[int, Row] = {}
    inserts = []
    for number in range(1, 71):
        title = " ".join(rng.choices(WORDS, k=rng.randint(0, 3)))
        body = " ".join(rng.choices(WORDS, k=rng.randint(0, 8)))
        status = rng.choice(("open", "Done", ""))
        rows[number] = {"title": title, "body": body, "status": status}
        values = ", ".join("'" + text.replace("'", "''") + "'" for text in (title, body, status))
        inserts.append(f"insert into notes values ({number}, {values}, {1_700_000_000 + number})")
    tokenize = tokenizer.replace("'", "''")
    folder = make(
        tmp_path_factory.mktemp("same"),
        "create table notes(id integer primary key, title text, body text, status text, created_at real)",
        *inserts,
        "create virtual table notes_fts"
        f" using fts5(title, body, content=notes, content_rowid=id, tokenize='{tokenize}')",
        "insert into notes_fts(notes_fts) values ('rebuild')",
        extra=NOTES,
    )
    return Made(folder, source_of(folder), rows)


@pytest.fixture(autouse=True, scope="module")
def _look_everywhere() -> Iterator[None]:
    """The bounds on the look for words that begin so are for large indexes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(completing, "MOST_FORMS", 100_000)
        patch.setattr(completing, "LONGEST_LOOK", 60.0)
        yield


def typed_texts() -> st.SearchStrategy[str]:
    word = st.sampled_from([word for word in WORDS if '"' not in word])
    begun = st.builds(lambda each, cut: each[:-cut], word, st.integers(1, 4))
    part = st.one_of(word, begun, st.text(max_size=5))
    phrase = st.lists(word, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"')
    term = st.one_of(part, phrase, part.map(lambda each: f"{each}*"))
    column = st.sampled_from(["title:", "body:", "Title:", "status:", "nothing:"])
    placed = st.one_of(term, st.builds("{}{}".format, column, term))
    piece = st.one_of(placed, placed.map(lambda each: f"-{each}"), st.sampled_from(["OR", "AND", "NOT", "OR", '"']))
    return st.lists(piece, max_size=5).map(" ".join)


@settings(max_examples=150)
@given(text=typed_texts(), typing=st.booleans(), within=st.sampled_from([(), ("title",), ("body",), ("title", "body")]))
def test_an_index_and_a_scan_find_what_reading_every_row_finds(
    made: Made, text: str, typing: bool, within: tuple[str, ...]
) -> None:
    source = made.source
    search = Search(parse(text, source.searched | {"nothing"}, typing=typing), columns=within)
    texts = [row[column] for row in made.rows.values() for column in COLUMNS]
    oracle = Oracle(source.tokenizer, COLUMNS, ("status",), texts)
    unindexed = replace(source, index="", index_key="")
    try:
        page = first_page(made.folder, source, search, task=Task())
    except WrongUsage:
        assert "OR" in text, "only an OR between columns cannot be asked"
        return
    expected = {rowid for rowid, row in made.rows.items() if oracle.holds(search.query, row, within)}
    assert page.total == len(expected)
    rowids = array("q")
    rowids.frombytes(rank(made.folder, source, search, task=Task()).rowids)
    assert set(rowids) == expected
    assert len(rowids) == len(expected)
    assert [hit.rowid for hit in page.hits] == list(rowids)[: len(page.hits)]
    scanned = scan(made.folder, unindexed, search, task=Task())
    assert {hit.rowid for hit in scanned.hits} == expected
    assert scanned.total == len(expected)


@settings(max_examples=40)
@given(text=st.sampled_from(WORDS), order=st.sampled_from(Order))
def test_a_page_read_later_says_what_the_first_page_said(made: Made, text: str, order: Order) -> None:
    search = Search(parse(text, made.source.searched), order)
    page = first_page(made.folder, made.source, search, task=Task())
    again = read_page(made.folder, made.source, search, tuple(hit.rowid for hit in page.hits), task=Task())
    assert again == page.hits


@settings(max_examples=150)
@given(
    expression=st.one_of(
        st.text(max_size=30),
        st.lists(
            st.sampled_from(["run", "data", '"foo bar"', "AND", "OR", "NOT", "NEAR(", ")", "(", "title", ":", "{", "}"])
            | st.sampled_from(["*", "^", "+", "-", ",", "2", "''", '"', "日本"]),
            max_size=7,
        ).map(" ".join),
    )
)
def test_any_expression_is_answered_or_refused_alike(made: Made, expression: str) -> None:
    search = Search(raw_query(expression))
    unindexed = replace(made.source, index="", index_key="")
    indexed = _answer(lambda: first_page(made.folder, made.source, search, task=Task()).total)
    assert indexed == _answer(lambda: scan(made.folder, unindexed, search, task=Task()).total)


def _answer(ask: Callable[[], int | None]) -> int | str | None:
    """The number of hits, or where in the expression FTS5 stopped reading."""
    try:
        return ask()
    except QueryInvalid as refused:
        return f"refused at {refused.where}"
