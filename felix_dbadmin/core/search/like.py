"""More rows like one: the words that tell it from the others, as a query."""

from __future__ import annotations

import math
import time
from collections import Counter
from pathlib import Path

from felix_dbadmin.core.rows import leading
from felix_dbadmin.core.search.query import parse
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import text_of
from felix_dbadmin.core.search.vocabulary import LONGEST_TEXT, Vocabulary, vocabulary
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task

WORDS = 8

MOST_WEIGHED = 300
"""Words of the row, the most frequent there."""

LONGEST_LOOK = 0.15
"""Seconds."""

_COUNTED = 5_000
"""Rows, and instances of a word; one with more than half as many as there are rows tells nothing."""

_SHORTEST = 3


def more_like(folder: Path, source: Source, rowid: int, *, task: Task) -> str:
    """A query text: the row's most telling words that other rows have too, joined by OR; '' where it has none.

    `rowid` is the hit's. Raises DatabaseUnusable, Locked, Cancelled.
    """
    with vocabulary(folder, source, task) as known:
        counts: Counter[str] = Counter()
        written: dict[str, str] = {}
        for text in _texts(known, source, rowid):
            for token in known.tokens(text):
                counts[token.term] += 1
                written.setdefault(token.term, token.text.lower())
        rows = known.all_rows(_COUNTED)
        scores: dict[str, float] = {}
        stop = time.perf_counter() + LONGEST_LOOK
        for term, count in counts.most_common(MOST_WEIGHED):
            if time.perf_counter() > stop:
                break
            task.check()
            if not _telling(written[term]):
                continue
            everywhere = known.frequency(term, _COUNTED)
            if count < everywhere <= rows / 2:
                scores[term] = (1 + math.log(count)) * math.log((rows + 1) / everywhere)
    best = sorted(scores, key=lambda term: (-scores[term], term))[:WORDS]
    return " OR ".join(written[term] for term in best)


def _texts(known: Vocabulary, source: Source, rowid: int) -> list[str]:
    columns = ", ".join(leading(known.db, quoted(name), LONGEST_TEXT) for name in source.columns)
    number = rowid if known.numbers is None else known.numbers.get(rowid, -1)
    found = known.db.execute(f"select {columns} from {known.index} where rowid = ?", (number,)).fetchall()
    return [text_of(text) for row in found for text in row]


def _telling(word: str) -> bool:
    """Not a number, and a word that a person could type as it is."""
    if len(word) < _SHORTEST or not any(letter.isalpha() for letter in word):
        return False
    clauses = parse(word).clauses
    return len(clauses) == 1 and [term.text for term in clauses[0].terms] == [word] and not clauses[0].negated
