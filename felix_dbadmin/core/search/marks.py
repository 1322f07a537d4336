"""Text with the places that were found in it. FTS5 marks them with strings; ours cannot be in the text."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import apsw

from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.sql import quoted

SNIPPET_TOKENS = 24
"""Words of a snippet; FTS5 takes up to 64."""

GAP = "…"


class Marked(NamedTuple):
    """`spans` are pairs of begin and end, in characters of `text`, in order."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Markers:
    """A pair of strings for one statement; random, so that no text is taken for one."""

    begin: str
    end: str

    def read(self, text: str) -> Marked:
        """What FTS5's snippet() or highlight() returned."""
        before, *pieces = text.split(self.begin)
        parts = [before]
        spans: list[tuple[int, int]] = []
        length = len(before)
        for piece in pieces:
            inside, _, after = piece.partition(self.end)
            end = length + len(inside)
            spans.append((length, end))
            parts += (inside, after)
            length = end + len(after)
        return Marked("".join(parts), tuple(spans))


def new_markers() -> Markers:
    nonce = secrets.token_hex(4)
    return Markers(f"\ue000{nonce}\ue001", f"\ue001{nonce}\ue000")


@contextmanager
def small_index(source: Source, rows: Iterable[tuple[int, tuple[str, ...]]]) -> Iterator[apsw.Connection]:
    """An index in memory, named as that of `source`, over a few rows of (rowid, texts of source.columns).

    What is found and marked in it is what the real index would say, at a cost that does not grow with that: FTS5
    merges all rows of a prefix anew for each rowid that it is asked about.
    """
    db = apsw.Connection(":memory:")
    try:
        columns = ", ".join(quoted(column) for column in source.columns)
        tokenize = " ".join("'" + word.replace("'", "''") + "'" for word in source.tokenizer).replace("'", "''")
        name = quoted(source.index or source.table)
        db.execute(f"create virtual table {name} using fts5({columns}, tokenize='{tokenize}')")
        places = ", ".join("?" * (len(source.columns) + 1))
        db.execute("begin")
        db.executemany(
            f"insert into {name}(rowid, {columns}) values ({places})", ((rowid, *texts) for rowid, texts in rows)
        )
        db.execute("commit")
        yield db
    finally:
        db.close()


def snippets(source: Source, match: str, rows: list[tuple[int, tuple[str, ...]]]) -> dict[int, Marked]:
    """The best stretch of each row, by rowid; rows that do not match are missing."""
    name = quoted(source.index or source.table)
    markers = new_markers()
    with small_index(source, rows) as db:
        found = db.execute(
            f"select rowid, snippet({name}, -1, ?, ?, '{GAP}', {SNIPPET_TOKENS}) from {name} where {name} match ?",
            (markers.begin, markers.end, match),
        )
        return {rowid: markers.read(text) for rowid, text in found}
