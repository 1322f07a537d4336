"""No hit: what each word alone would find, and which words may be meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.search import suggest as suggesting
from felix_dbadmin.core.search.find import first_page
from felix_dbadmin.core.search.query import parse, raw_query
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.search.suggest import distance, suggest
from felix_dbadmin.core.task import Task
from tests.core.search.made import indexed_notes, make, notes, search_for, source_of

ROWS = (
    ("Databases", "the database keeps virtual environments apart"),
    ("Python", "python runs in its virtual environment; python again"),
    ("Étude", "naïve words"),
)


@pytest.fixture(params=[indexed_notes, notes], ids=["indexed", "scanned"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made: Path = request.param(tmp_path / "w", *ROWS)
    return made


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("databse", "database"),
        ("adtabase", "database"),
        ("xatabase", "database"),
        ("atabase", "database"),
        ("ddatabase", "database"),
        ("pyhton", "python"),
        ("pythn databse", "python database"),
        ("python databse", "python database"),
        ('"virtaul enviroment" -python', '"virtual environment" -python'),
        ("body:pyhton", "body:python"),
        ("pyhton OR zebra", "python OR zebra"),
        ("natve", "naïve"),
        ("zzqqxx", ""),
        ("python", ""),
        ("python naïve", ""),
        ("py", ""),
        ("-databse python", ""),
        ("", ""),
        ("* +", ""),
    ],
)
def test_did_you_mean(folder: Path, typed: str, meant: str) -> None:
    source = source_of(folder)
    assert suggest(folder, source, search_for(typed, source), task=Task()).corrected == meant


def test_while_it_is_typed(folder: Path) -> None:
    source = source_of(folder)
    assert (
        suggest(folder, source, search_for("the databse", source, typing=True), task=Task()).corrected == "the database"
    )


def test_what_each_word_alone_would_find(folder: Path) -> None:
    source = source_of(folder)
    found = suggest(folder, source, search_for('python zebra "virtual environment" -the', source), task=Task())
    assert [(word.text, word.count) for word in found.words] == [
        ("python", 1),
        ("zebra", 0),
        ('"virtual environment"', 2),
    ]


def test_words_that_are_many_are_not_all_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "MOST_COUNTED", 1)
    source = source_of(folder)
    [word] = suggest(folder, source, search_for("virtual", source), task=Task()).words
    assert word.count == 1


def test_an_expression_is_nobody_s_misspelling(folder: Path) -> None:
    source = source_of(folder)
    found = suggest(folder, source, Search(raw_query("databse AND")), task=Task())
    assert (found.words, found.corrected) == ((), "")


def test_an_index_without_texts_suggests_what_it_has(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        "create virtual table f using fts5(t, content='')",
        "insert into f(rowid, t) values (1, 'the database')",
        "create virtual table g using fts5(t, detail=none)",
        "insert into g(rowid, t) values (1, 'the database')",
    )
    for source in read_sources(folder, ("notes",), task=Task()).found:
        assert suggest(folder, source, search_for("databse", source), task=Task()).corrected == "database"


def test_pieces_of_words_are_no_words(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "w",
        "create virtual table f using fts5(t, tokenize='trigram')",
        "insert into f values ('the database')",
    )
    source = source_of(folder)
    assert suggest(folder, source, search_for("databse", source), task=Task()).corrected == ""


def test_a_suggestion_finds_something_in_the_real_databases(migrated: Path) -> None:
    for source in read_sources(migrated, task=Task()).found:
        found = suggest(migrated, source, search_for("pyhton envirnoment", source), task=Task())
        assert found.corrected == "python environment"
        search = search_for(found.corrected, source)
        assert first_page(migrated, source, search, task=Task()).total, source.name


@given(one=st.text("abc", max_size=6), other=st.text("abc", max_size=6), most=st.integers(0, 3))
def test_the_distance_is_what_a_slow_count_says(one: str, other: str, most: int) -> None:
    assert distance(one, other, most) == min(_slowly(one, other), most + 1)


def _slowly(one: str, other: str) -> int:
    """Optimal string alignment, from its definition."""
    if not one or not other:
        return len(one) + len(other)
    ways = [
        _slowly(one[1:], other) + 1,
        _slowly(one, other[1:]) + 1,
        _slowly(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if len(one) > 1 and len(other) > 1 and one[:2] == other[1::-1]:
        ways.append(_slowly(one[2:], other[2:]) + 1)
    return min(ways)


@given(text=st.text(max_size=40))
def test_nothing_typed_breaks_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "suggest"
    if not folder.exists():
        indexed_notes(folder, *ROWS)
    source = source_of(folder)
    found = suggest(folder, source, Search(parse(text, source.searched, typing=True)), task=Task())
    assert found.corrected == "" or found.corrected != text
