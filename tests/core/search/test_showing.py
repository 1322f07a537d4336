"""A stored value as people read it, and nothing of it lost or run."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import zlib
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.search.plain_pickle import read_plain
from felix_dbadmin.core.search.showing import LONGEST_SHOWN, FieldKind, pretty_json, show
from felix_dbadmin.core.text import time_text

MOMENT = 1_761_325_191.5


def text(value: str, name: str = "body") -> tuple[str, FieldKind]:
    shown = show(name, "text", value.encode(), 0)
    return shown.text, shown.kind


def test_json_is_shown_in_lines_with_its_numbers_and_order_as_stored() -> None:
    stored = '{"b": 1.00000000000000000000001, "a": [], "b": {}, "c": [1e999, {"d": null}], "e": 12345678901234567890}'
    assert text(stored, "content_json") == (
        '{\n  "b": 1.00000000000000000000001,\n  "a": [],\n  "b": {},\n  "c": [\n    1e999,\n    {\n      "d": null\n'
        '    }\n  ],\n  "e": 12345678901234567890\n}',
        FieldKind.JSON,
    )


def test_letters_that_json_spells_as_numbers_are_shown_as_letters() -> None:
    assert text('["na\\u00efve \\n \\ud83d\\ude00"]')[0] == '[\n  "naïve \\n 😀"\n]'
    assert text('["\\ud800"]')[0] == '[\n  "\\ud800"\n]'


@pytest.mark.parametrize("stored", ["{not json", "[1, 2", "plain", "12", '"text"', "{} {}", "[" * 100_000])
def test_what_only_looks_like_json_stays_as_it_is(stored: str) -> None:
    assert text(stored) == (stored, FieldKind.TEXT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(value=st.lists(JSON) | st.dictionaries(st.text(), JSON), ascii_only=st.booleans())
def test_pretty_json_says_the_same(value: object, ascii_only: bool) -> None:
    try:
        stored = json.dumps(value, ensure_ascii=ascii_only)
        stored.encode()
    except UnicodeEncodeError:
        return
    assert json.loads(pretty_json(stored)) == json.loads(stored)


@given(stored=st.text('{}[]",:\\u0a 1e\n', max_size=40))
def test_no_text_breaks_the_lines(stored: str) -> None:
    pretty = pretty_json(stored)
    assert not pretty or json.loads(pretty, parse_float=str, parse_int=str) == json.loads(
        stored, parse_float=str, parse_int=str
    )


@pytest.mark.parametrize("name", ["created_at", "timestamp", "spawn_time", "time", "expiry_date"])
def test_a_number_in_a_column_of_times_is_a_time(name: str) -> None:
    shown = show(name, "real", MOMENT, 0)
    assert shown.kind is FieldKind.TIME
    assert shown.text.startswith(f"{time_text(MOMENT)} (")
    assert shown.text.endswith("ago)")


@pytest.mark.parametrize(("name", "value"), [("processing_time", 99.28), ("spawn_time", 0.25), ("count", MOMENT)])
def test_other_numbers_are_numbers(name: str, value: float) -> None:
    assert show(name, "real", value, 0).text == str(value)
    assert show(name, "real", value, 0).kind is FieldKind.NUMBER


def test_a_time_stored_as_text_says_how() -> None:
    shown = show("created_at", "text", b"2025-10-24T16:59:51", 0)
    assert shown.text.startswith("2025-10-24 16:59:51 (")
    assert (shown.kind, shown.note) == (FieldKind.TIME, "Stored as 2025-10-24T16:59:51.")
    assert show("created_at", "text", b"tomorrow, perhaps", 0).kind is FieldKind.TEXT


def test_a_time_to_come_has_no_age() -> None:
    assert "(" not in show("expires_at", "real", 4_000_000_000.0, 0).text


def test_nothing_is_empty() -> None:
    assert show("body", "null", None, 0).kind is FieldKind.EMPTY
    assert show("body", "text", b"", 0).kind is FieldKind.EMPTY
    assert show("body", "blob", b"", 0).kind is FieldKind.EMPTY


def test_text_that_is_no_utf8_and_nul() -> None:
    shown = show("body", "text", b"a\xffb", 0)
    assert shown.text == "a\ufffdb"
    assert "UTF-8" in shown.note
    assert text("a\0b") == ("a\u2400b", FieldKind.TEXT)


def test_a_text_without_end_is_cut_and_that_is_said() -> None:
    shown = show("body", "text", b"x" * (LONGEST_SHOWN + 1), 0)
    assert len(shown.text) == LONGEST_SHOWN
    assert "longer text" in shown.note


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_packed_content_is_unpacked_and_that_is_said(pack: Callable[[bytes], bytes]) -> None:
    stored = pack(b'{"topic": "warm"}')
    shown = show("content_compressed", "blob", stored, len(stored))
    assert (shown.text, shown.kind) == ('{\n  "topic": "warm"\n}', FieldKind.JSON)
    assert shown.note.startswith("Unpacked from")


def test_a_bomb_is_unpacked_only_so_far() -> None:
    stored = zlib.compress(b"0" * 100_000_000)
    shown = show("content_compressed", "blob", stored, len(stored))
    assert len(shown.text) == LONGEST_SHOWN


@pytest.mark.parametrize("stored", [b"\x1f\x8bnot gzip", b"\x78\x9cnot zlib", b"\x80\x04broken", b"\xff\xfe", b"plain"])
def test_other_bytes_are_told_by_their_size(stored: bytes) -> None:
    shown = show("data", "blob", stored, len(stored))
    assert (shown.text, shown.kind) == (f"{len(stored)} bytes of binary data", FieldKind.BINARY)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(value=PLAIN, protocol=st.integers(2, pickle.HIGHEST_PROTOCOL))
def test_plain_values_come_out_of_a_pickle_as_they_are(value: object, protocol: int) -> None:
    text = read_plain(pickle.dumps(value, protocol), 1_000_000)
    assert text is not None
    assert json.loads(text) == value


def test_the_content_that_felix_keeps_is_read() -> None:
    content: Mapping[str, object] = {"topic": "warm", "result": ["a", "a", ("b", 1)], "n": 1.5, "none": None}
    stored = pickle.dumps(content)
    shown = show("content_compressed", "blob", stored, len(stored))
    assert json.loads(shown.text) == {"topic": "warm", "result": ["a", "a", ["b", 1]], "n": 1.5, "none": None}
    assert "pickle" in shown.note


class _Runs:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("exit 1",)


def _holding_itself() -> list[object]:
    inner: list[object] = []
    inner.append(inner)
    return inner


def _laughing() -> list[object]:
    inner: list[object] = ["ha"]
    for _ in range(40):
        inner = [inner, inner]
    return inner


@pytest.mark.parametrize(
    "value", [_Runs(), os.system, FieldKind.TEXT, _holding_itself(), _laughing(), {1, 2}, b"bytes"]
)
def test_a_pickle_of_anything_else_is_not_read(value: object) -> None:
    assert read_plain(pickle.dumps(value), 1_000_000) is None


@given(data=st.binary(max_size=60), version=st.sampled_from([b"\x80\x02", b"\x80\x04", b"\x80\x05"]))
def test_no_bytes_break_the_reading(data: bytes, version: bytes) -> None:
    read_plain(version + data, 1_000)
