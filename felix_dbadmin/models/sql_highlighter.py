"""Colours for SQL and Python source; the colours themselves come from the theme."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

_SQL_WORDS = """
    abort add after all alter analyze and as asc attach autoincrement before begin between by cascade case check
    collate column commit conflict constraint create cross current_date current_time current_timestamp database
    default deferrable delete desc distinct do drop each else end escape except exists explain fail for foreign from
    full glob group having if ignore immediate in index insert instead intersect into is isnull join key left like
    limit match natural not nothing notnull null of offset on or order outer over partition plan pragma primary
    recursive references regexp reindex release rename replace restrict returning right rollback row rowid rows
    savepoint select set strict table temp then to transaction trigger union unique unindexed update using vacuum
    values view virtual when where window with without
""".split()  # noqa: SIM905 - a list literal of these would fill the page

_SQL = re.compile(
    r"""(?P<directive>--\s*migrate:.*)|(?P<comment>--.*)|(?P<block>/\*)|(?P<quoted>[xX]?')|(?P<quoted_name>")
      |(?P<name>\[[^\]]*\]?|`[^`]*`?)|(?P<number>\b\d[\w.]*)|(?P<word>[^\W\d]\w*)""",
    re.VERBOSE,
)
_PYTHON = re.compile(
    r"""(?P<comment>\#.*)|(?:\b[a-zA-Z]{1,2})?(?:(?P<triple_single>''')|(?P<triple_double>\"\"\")|(?P<single>')|(?P<double>"))
      |(?P<number>\b\d[\w.]*)|(?P<word>[^\W\d]\w*)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Span:
    """What begins with a mark and goes on, also over lines, until `end` matches."""

    state: int
    """Of a line that ends inside it."""
    kind: str
    end: re.Pattern[str]
    continued: bool = True
    """Without it only a line that ends with a backslash is gone on with."""


_SPANS = {
    "block": _Span(1, "comment", re.compile(r".*?\*/")),
    "quoted": _Span(2, "string", re.compile(r"(?:[^']|'')*'(?!')")),
    "quoted_name": _Span(3, "name", re.compile(r'(?:[^"]|"")*"(?!")')),
    "triple_single": _Span(4, "string", re.compile(r"(?:[^\\]|\\.)*?'''")),
    "triple_double": _Span(5, "string", re.compile(r'(?:[^\\]|\\.)*?"""')),
    "single": _Span(6, "string", re.compile(r"(?:[^'\\]|\\.)*'"), continued=False),
    "double": _Span(7, "string", re.compile(r'(?:[^"\\]|\\.)*"'), continued=False),
}
_BY_STATE = {span.state: span for span in _SPANS.values()}


class SqlHighlighter(QSyntaxHighlighter):
    """Follows what `set_colours` and `set_python` say, also over several lines: code never looks like a comment."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self._pattern = _SQL
        self._keywords = frozenset(_SQL_WORDS)

    def set_colours(self, colours: Mapping[str, str]) -> None:
        """Colours by kind: keyword, string, number, comment, name, directive."""
        self._formats = {kind: _format(kind, colour) for kind, colour in colours.items()}
        self.rehighlight()

    def set_python(self, python: bool) -> None:
        if self._pattern is (_PYTHON if python else _SQL):
            return
        self._pattern = _PYTHON if python else _SQL
        self._keywords = frozenset(keyword.kwlist if python else _SQL_WORDS)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        start = 0
        self.setCurrentBlockState(0)
        if span := _BY_STATE.get(self.previousBlockState()):
            start = self._fill(span, text, 0, 0)
        while match := self._pattern.search(text, start):
            kind, start = match.lastgroup or "", match.end()
            if span := _SPANS.get(kind):
                start = self._fill(span, text, match.start(), match.end())
                continue
            if kind == "word":
                if match.group().lower() not in self._keywords:
                    continue
                kind = "keyword"
            if kind in self._formats:
                self.setFormat(match.start(), match.end() - match.start(), self._formats[kind])

    def _fill(self, span: _Span, text: str, start: int, search_from: int) -> int:
        """Colour what is open at `start`; returns where it ends in this line."""
        close = span.end.match(text, search_from)
        end = close.end() if close else len(text)
        if close is None and (span.continued or text.endswith("\\")):
            self.setCurrentBlockState(span.state)
        if span.kind in self._formats:
            self.setFormat(start, end - start, self._formats[span.kind])
        return end


def _format(kind: str, colour: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(colour))
    if kind == "keyword":
        made.setFontWeight(QFont.Weight.DemiBold)
    if kind == "comment":
        made.setFontItalic(True)
    return made
