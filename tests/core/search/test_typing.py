"""While a word is typed, letter by letter, the rows that have it are never lost on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.search.find import first_page, read_page
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
