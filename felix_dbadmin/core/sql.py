"""SQL as text: tokens, statements with their lines, what a statement is about, and a comparable form.

SQLite itself judges completeness (apsw.complete), so triggers, strings and comments split as it reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import apsw

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<string>[xX]?'(?:[^']|'')*'?)
      | (?P<name>"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<number>\d[\w.]*|\.\d\w*)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)


_PLAIN_NAME = re.compile(r"[^\W\d][\w$]*")


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    """space, comment, string, name (quoted), word, number or mark."""
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement of a file: its text without surrounding blanks, and the line it starts on."""

    sql: str
    line: int

    @property
    def target(self) -> Target:
        return target_of(self.sql)


@dataclass(frozen=True, slots=True)
class Target:
    """What a statement is about: its verb ('create', 'insert', …), the object's kind and name in lower case."""

    verb: str
    kind: str
    name: str
    table: str
    """The table that an index or trigger belongs to; otherwise ''."""


def tokens(sql: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(sql):
        yield Token(match.lastgroup or "mark", match.group(), match.start())


def meaningful(sql: str) -> list[Token]:
    """Tokens without blanks and comments."""
    return [token for token in tokens(sql) if token.kind not in ("space", "comment")]


def split_statements(text: str, first_line: int = 1) -> tuple[list[Statement], str]:
    """The complete statements of `text`, and the unfinished rest ('' when there is none)."""
    found: list[Statement] = []
    begin = 0
    for token in tokens(text):
        if token.text != ";" or token.kind != "mark":
            continue
        piece = text[begin : token.start + 1]
        if apsw.complete(piece):
            statement = _statement(piece, first_line + text.count("\n", 0, begin))
            if statement is not None:
                found.append(statement)
            begin = token.start + 1
    rest = _statement(text[begin:], 1)
    return found, rest.sql if rest is not None else ""


def _statement(piece: str, line: int) -> Statement | None:
    """The statement in `piece` from its first meaningful token on, None if it has none."""
    first = next((token for token in meaningful(piece) if token.text != ";"), None)
    if first is None:
        return None
    return Statement(piece[first.start :].rstrip(), line + piece.count("\n", 0, first.start))


def unquoted(text: str) -> str:
    """An identifier without its quotes, in lower case as SQLite compares it."""
    if text[:1] in ('"', "`") and len(text) > 1:
        return text[1:-1].replace(text[0] * 2, text[0]).lower()
    if text.startswith("["):
        return text[1:-1].lower()
    if text.startswith("'"):
        return text[1:-1].replace("''", "'").lower()
    return text.lower()


def normalised(sql: str) -> str:
    """A form in which two texts of the same object are equal: no comments, one blank, unquoted lower-case names."""
    parts = [_comparable(token) for token in meaningful(sql)]
    while parts and parts[-1] == ";":
        parts.pop()
    text = " ".join(parts)
    return re.sub(r"^(create (?:\w+ ){1,2})if not exists ", r"\1", text)


def _comparable(token: Token) -> str:
    if token.kind in ("string", "number"):
        return token.text
    name = unquoted(token.text)
    # "a b" must not come out equal to the two words a b.
    return name if token.kind != "name" or _PLAIN_NAME.fullmatch(name) else quoted(name)


_KINDS = {"table", "index", "trigger", "view"}
_SKIPPED = {
    "temp",
    "temporary",
    "unique",
    "virtual",
    "or",
    "replace",
    "ignore",
    "abort",
    "fail",
    "rollback",
    "if",
    "not",
    "exists",
    "only",
}


def target_of(sql: str) -> Target:
    """What `sql` creates, drops, alters or fills. Unknown statements have empty fields."""
    words = [(unquoted(token.text), token) for token in meaningful(sql) if token.text != ";"]
    if not words:
        return Target("", "", "", "")
    verb = words[0][0]
    if verb == "with":
        verb, words = _after_with(words)
    position = 1
    kind = ""
    while position < len(words) and words[position][1].kind == "word":
        word = words[position][0]
        if word in _KINDS and verb in ("create", "drop", "alter"):
            kind = word
        elif not (word in _SKIPPED or (word, verb) in {("into", "insert"), ("into", "replace"), ("from", "delete")}):
            break
        position += 1
    if verb in ("insert", "replace", "update", "delete"):
        kind = "table"
    if not kind and verb not in ("reindex", "analyze"):
        return Target(verb, "", "", "")
    name, position = _qualified_name(words, position)
    if verb == "create" and kind == "table" and any(word == "virtual" for word, _ in words[:4]):
        kind = "virtual table"
    return Target(verb, kind, name, _table_of(kind, words[position:]))


def _after_with(words: list[tuple[str, Token]]) -> tuple[str, list[tuple[str, Token]]]:
    """The verb behind a WITH clause: the first one outside any parenthesis."""
    depth = 0
    for at, (word, token) in enumerate(words):
        if token.kind == "mark":
            depth += (token.text == "(") - (token.text == ")")
        elif depth == 0 and word in ("insert", "replace", "update", "delete", "select"):
            return word, words[at:]
    return "with", words


def _qualified_name(words: list[tuple[str, Token]], position: int) -> tuple[str, int]:
    if position >= len(words):
        return "", position
    name = words[position][0]
    if position + 2 < len(words) and words[position + 1][1].text == ".":
        return words[position + 2][0], position + 3
    return name, position + 1


def _table_of(kind: str, rest: list[tuple[str, Token]]) -> str:
    if kind not in ("index", "trigger"):
        return ""
    for at, (word, token) in enumerate(rest[:-1]):
        if word == "on" and token.kind == "word":
            return _qualified_name(rest, at + 1)[0]
    return ""


def quoted(name: str) -> str:
    """`name` as an identifier that SQL cannot misread."""
    return '"' + name.replace('"', '""') + '"'
