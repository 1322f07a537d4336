"""Sizes, durations, counts and times, as people read them."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.text import (
    age_text,
    bytes_text,
    count_text,
    duration_text,
    list_text,
    reading_notes,
    time_text,
    visible_line,
    visible_text,
)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1.0 KB"),
        (1536, "1.5 KB"),
        (102_400 - 10, "100 KB"),
        (1_048_575, "1.0 MB"),
        (2_065_694, "2.0 MB"),
        (500 << 20, "500 MB"),
        (5 << 30, "5.0 GB"),
        (7_000 << 40, "7000 TB"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert bytes_text(size) == text


@given(st.integers(min_value=1024, max_value=1 << 50))
def test_a_size_is_told_within_five_percent_and_four_signs(size: int) -> None:
    number, unit = bytes_text(size).split()
    assert float(number) * 1024 ** (1 + ["KB", "MB", "GB", "TB"].index(unit)) == pytest.approx(size, rel=0.05)
    assert len(number) <= 4


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "under 1 ms"),
        (0.0123, "12 ms"),
        (0.9997, "1.0 s"),
        (1.25, "1.2 s"),
        (9.97, "10 s"),
        (59.7, "1 min 0 s"),
        (75, "1 min 15 s"),
        (3_599.8, "1 h 0 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_counts_and_lists() -> None:
    assert count_text(1, "row") == "1 row"
    assert count_text(0, "row") == "0 rows"
    assert count_text(12_345, "entry", "entries") == "12,345 entries"
    assert list_text([]) == ""
    assert list_text(["a"]) == "a"
    assert list_text(("a", "b", "c")) == "a, b and c"
    assert list_text(["a", "b", "c", "d"], limit=2) == "a, b and 2 more"


def test_times_are_local() -> None:
    assert time_text(datetime(2025, 10, 24, 16, 59, 51).timestamp()) == "2025-10-24 16:59:51"


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (-5, "just now"),
        (59, "just now"),
        (3_599, "59 min ago"),
        (47 * 3_600, "47 h ago"),
        (48 * 3_600, "2 days ago"),
        (2_000 * 86_400, "2,000 days ago"),
    ],
)
def test_ages(age: float, text: str) -> None:
    assert age_text(1_000_000_000.0 - age, now=1_000_000_000.0) == text


@given(st.text())
def test_nothing_that_hides_is_left_and_nothing_else_is_touched(text: str) -> None:
    shown = visible_text(text)
    assert all(each.isprintable() or each in "\n\t" for each in shown)
    assert visible_line(text).isprintable()
    back = re.sub("⟨U\\+([0-9A-F]{4,6})⟩", lambda code: chr(int(code[1], 16)), shown)
    assert back == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u200b", "\u200d", "\u00ad", "\ufeff", "\u3164", "\u2800", "\ufe0f"]
)
def test_what_shows_nothing_is_shown(hidden: str) -> None:
    assert visible_text(f"a{hidden}b") == f"a⟨U+{ord(hidden):04X}⟩b"
    assert reading_notes(f"a{hidden}b") == (f"1 hidden character shown by its code, as ⟨U+{ord(hidden):04X}⟩.",)


def test_letters_that_turn_their_line_are_told() -> None:
    assert visible_text("é 中 שלום ж") == "é 中 שלום ж"
    (note,) = reading_notes("-- é\n-- שלום\nx = 'م'\n")
    assert note.startswith("Letters that run from right to left in lines 2 and 3: ")
    assert reading_notes("select 1; -- é\r\n\tok\n") == ()
