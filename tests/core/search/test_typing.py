"""While a word is typed, letter by letter, the rows that have it are never lost on the way."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest

from felix_dbadmin.core.search import beginnings, find
from felix_dbadmin.core.search.find import first_page, rank, read_page
from felix_dbadmin.core.search.scan import scan
from felix_dbadmin.core.task import Task
from tests.core.search.made import indexed_notes, notes, search_for, source_of

LONG_WORDS = ("environment", "activation", "dependencies", "running", "filing", "happiness", "relational", "agencies")


@pytest.mark.parametrize("word", LONG_WORDS)
def test_each_letter_keeps_the_row(tmp_path: Path, word: str) -> None:
    folder = indexed_notes(tmp_path / "w", ("One", f"some {word} here"), ("Two", "nothing"))
    source = source_of(folder)
    for length in range(1, len(word) + 1):
        search = search_for(word[:length], source, typing=True)
        page = first_page(folder, source, search, task=Task())
        if length >= 3:
            assert [hit.key for hit in page.hits] == [1], word[:length]
            [hit] = page.hits
            assert [hit.snippet.text[begin:end] for begin, end in hit.snippet.spans] == [word]
            assert read_page(folder, source, search, (1,), task=Task()) == page.hits


def test_each_letter_keeps_the_row_without_an_index_too(tmp_path: Path) -> None:
    folder = notes(tmp_path / "w", ("One", "some environment here"), ("Two", "nothing"))
    source = source_of(folder)
    for length in range(3, len("environment") + 1):
        search = search_for("environment"[:length], source, typing=True)
        assert [hit.key for hit in scan(folder, source, search, task=Task()).hits] == [1]


def test_a_beginning_does_not_find_words_that_only_share_the_stem_of_nothing(tmp_path: Path) -> None:
    folder = indexed_notes(tmp_path / "w", ("One", "environs"), ("Two", "nothing"))
    source = source_of(folder)
    assert first_page(folder, source, search_for("environme", source, typing=True), task=Task()).total == 0


@pytest.mark.parametrize("typed", ["envi", "env* -second", "title:env*", "run OR env", "environme"])
def test_in_a_large_index_the_first_rows_come_before_every_beginning_is_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(beginnings, "LARGE", 1)
    monkeypatch.setattr(find, "SORTED_AT_ONCE", 3)
    words = ("environment", "environs", "envelope", "env", "running", "nothing")
    rows = [(f"{word} {'second' if number % 2 else 'first'}", f"{word} text") for number, word in enumerate(words * 4)]
    folder = indexed_notes(tmp_path / "w", *rows)
    source = source_of(folder)
    search = search_for(typed, source, typing=True)
    page = first_page(folder, source, search, task=Task())
    order = array("q", rank(folder, source, search, task=Task()).rowids)
    assert page.hits
    assert {hit.rowid for hit in page.hits} <= set(order)
    if page.in_order:
        assert [hit.rowid for hit in page.hits] == list(order)
