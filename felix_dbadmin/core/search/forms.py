"""The forms of an export, written row by row. What the data holds is text there: no formula, no markup."""

from __future__ import annotations

import base64
import csv
import html
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import IO

from felix_dbadmin.core.text import bytes_text

Row = Sequence[tuple[str, object]]
"""Names and values, as SQLite has them: None, int, float, str or bytes. What a row lacks is empty in a table."""


class Form(StrEnum):
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"

    @property
    def suffix(self) -> str:
        return ".md" if self is Form.MARKDOWN else f".{self}"


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, the wide forms of East Asia too."""

_UNSEEN = " \ufeff\u200b"
"""What some spreadsheets pass over before they look for one."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_MARKUP = re.compile(r"([\\`*_\[\]|~#!])")
_LINE_END = re.compile(r"\r\n|\r|\n")


def write_csv(file: IO[str], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """RFC 4180, with the mark at its beginning without which spreadsheets misread UTF-8; returns how many rows."""
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_disarmed(name) for name in columns])
    count = 0
    for row in rows:
        values = dict(row)
        writer.writerow([_cell(values.get(name)) for name in columns])
        count += 1
    return count


def write_json(file: IO[str], _columns: Sequence[str], rows: Iterable[Row]) -> int:
    """An array of objects, one on each line; returns how many."""
    file.write("[")
    count = 0
    for row in rows:
        values = {name: _json_value(value) for name, value in row}
        file.write((",\n" if count else "\n") + json.dumps(values, ensure_ascii=False, allow_nan=False))
        count += 1
    file.write("\n]\n")
    return count


def write_markdown(file: IO[str], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """A table; returns how many rows."""
    file.write(_markdown_line([_escaped(name) for name in columns]))
    file.write(_markdown_line(["---"] * len(columns)))
    count = 0
    for row in rows:
        values = dict(row)
        file.write(_markdown_line([_markdown_cell(values.get(name)) for name in columns]))
        count += 1
    return count


WRITERS: dict[Form, Callable[[IO[str], Sequence[str], Iterable[Row]], int]] = {
    Form.CSV: write_csv,
    Form.JSON: write_json,
    Form.MARKDOWN: write_markdown,
}


def _cell(value: object) -> object:
    if isinstance(value, str):
        return _disarmed(value)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _disarmed(text: str) -> str:
    """Text that a spreadsheet would run gets an apostrophe before it; a number is only a number."""
    return f"'{text}" if text.lstrip(_UNSEEN).startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _json_value(value: object) -> object:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _markdown_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _markdown_cell(value: object) -> str:
    if value is None:
        return ""
    return f"({bytes_text(len(value))})" if isinstance(value, bytes) else _escaped(str(value))


def _escaped(text: str) -> str:
    """One line without markup: not Markdown's, which could load a picture, nor HTML's."""
    return _LINE_END.sub("<br>", html.escape(_MARKUP.sub(r"\\\1", text), quote=False))
