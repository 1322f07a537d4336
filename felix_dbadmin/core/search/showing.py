"""A stored value as people read it: JSON in lines, times as times, packed content unpacked, bytes by their size."""

from __future__ import annotations

import json
import re
import time
import zlib
from dataclasses import dataclass
from enum import StrEnum

from felix_dbadmin.core.search.plain_pickle import read_plain
from felix_dbadmin.core.text import age_text, bytes_text, moment_of, time_text

LONGEST_SHOWN = 1_000_000
"""Characters."""

LONGEST_PRETTY = 3 * LONGEST_SHOWN
"""Characters; what is deeply nested could be mostly blanks."""

LARGEST_UNPACKED = 16 * 1024 * 1024
"""Bytes; a few of them can unpack to anything."""

_TIME_NAME = re.compile(r"(?:\A|_)(?:at|time|timestamp|date)\Z", re.IGNORECASE)
_MOMENTS = (100_000_000, 10_000_000_000)
"""Unix seconds of 1973 to 2286: a smaller number is a duration or a place on an axis."""

_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_OPENING, _CLOSING = ("{", "["), ("}", "]")
_GZIP, _ZLIB = b"\x1f\x8b", (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


class FieldKind(StrEnum):
    TEXT = "text"
    JSON = "json"
    NUMBER = "number"
    TIME = "time"
    BINARY = "binary"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Shown:
    text: str
    kind: FieldKind
    note: str = ""
    """What else to know: how it is stored, what was left out."""


def show(name: str, kind: str, value: object, size: int, *, is_time: bool = False) -> Shown:
    """The value of a column; `kind` is SQLite's typeof, text comes as bytes, `size` is that of a blob."""
    if kind == "blob":
        return _show_bytes(value if isinstance(value, bytes) else b"", size)
    if isinstance(value, bytes):
        return _show_text(name, value, is_time)
    if value is None:
        return Shown("", FieldKind.EMPTY)
    moment = moment_of(value)
    if (is_time or _TIME_NAME.search(name)) and moment is not None and _MOMENTS[0] <= moment < _MOMENTS[1]:
        return Shown(_moment_text(moment), FieldKind.TIME)
    return Shown(str(value), FieldKind.NUMBER)


def _show_text(name: str, stored: bytes, is_time: bool) -> Shown:
    if not stored:
        return Shown("", FieldKind.EMPTY)
    notes: list[str] = []
    try:
        text = stored.decode()
    except UnicodeDecodeError:
        text = stored.decode("utf-8", "replace")
        notes.append("not valid UTF-8: � stands for what cannot be read")
    if len(text) > LONGEST_SHOWN:
        text = text[:LONGEST_SHOWN]
        notes.append(f"the first {LONGEST_SHOWN:,} characters of a longer text")
    if (is_time or _TIME_NAME.search(name)) and len(text) >= len("2025-10-24") and not notes:
        moment = moment_of(text)
        if moment is not None and _MOMENTS[0] <= moment < _MOMENTS[1]:
            return Shown(_moment_text(moment), FieldKind.TIME, _sentence([f"stored as {text}"]))
    pretty = pretty_json(text)
    # No index or widget shows what follows a NUL as it is.
    shown = (pretty or text).replace("\0", "\u2400")
    return Shown(shown, FieldKind.JSON if pretty else FieldKind.TEXT, _sentence(notes))


def _show_bytes(stored: bytes, size: int) -> Shown:
    if not size:
        return Shown("", FieldKind.EMPTY)
    how, content = _unpacked(stored) if len(stored) == size else ("", "")
    if not how:
        return Shown(f"{bytes_text(size)} of binary data", FieldKind.BINARY)
    notes = [f"{how}, {bytes_text(size)} as stored"]
    if len(content) > LONGEST_SHOWN:
        content = content[:LONGEST_SHOWN]
        notes.append(f"the first {LONGEST_SHOWN:,} characters of a longer text")
    pretty = pretty_json(content)
    shown = (pretty or content).replace("\0", "\u2400")
    return Shown(shown, FieldKind.JSON if pretty else FieldKind.TEXT, _sentence(notes))


def _unpacked(stored: bytes) -> tuple[str, str]:
    """How it is packed, and its text; twice '' where it is neither packed nor text in a way that is known."""
    how = ""
    if stored.startswith(_GZIP) or stored.startswith(_ZLIB):
        how = "gzip" if stored.startswith(_GZIP) else "zlib"
        try:
            stored = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(stored, LARGEST_UNPACKED)
        except zlib.error:
            return "", ""
    plain = read_plain(stored, LARGEST_UNPACKED)
    if plain is not None:
        how = f"{how} of a Python pickle" if how else "a Python pickle"
        return f"Unpacked from {how}", plain
    if not how:
        return "", ""
    try:
        return f"Unpacked from {how}", stored.decode()
    except UnicodeDecodeError:
        return "", ""


def _moment_text(moment: float) -> str:
    text = time_text(moment)
    return f"{text} ({age_text(moment)})" if moment <= time.time() else text


def pretty_json(text: str) -> str:
    """An object or array in lines, '' where the text is neither. Numbers, names and their order stay as stored."""
    if text.lstrip()[:1] not in ("{", "["):
        return ""
    try:
        # str: a number is never made one, so that none loses digits and none is too long.
        json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return ""
    parts: list[str] = []
    depth = length = 0
    tokens = _JSON_TOKEN.findall(text)
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        depth += (token in _OPENING) - (token in _CLOSING)
        broken = token == "," or (token in _OPENING and following not in _CLOSING)
        if token in _CLOSING and tokens[place - 1] not in _OPENING:
            parts.append(_line(depth))
        parts.append(_readable(token) + (_line(depth) if broken else " " if token == ":" else ""))
        length += len(parts[-1])
        if length > LONGEST_PRETTY:
            return ""
    return "".join(parts)


def _line(depth: int) -> str:
    return "\n" + "  " * depth


def _readable(token: str) -> str:
    """A JSON string with its letters instead of their numbers."""
    if not token.startswith('"') or "\\u" not in token:
        return token
    text = json.dumps(json.loads(token), ensure_ascii=False)
    return token if any("\ud800" <= letter <= "\udfff" for letter in text) else text


def _sentence(notes: list[str]) -> str:
    text = "; ".join(notes)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
