"""Words that are still being typed, in an index of stems: `environme` must find what `environment` will.

The index has `environ` for both `environment` and `environments`, and `environ` does not begin with `environme`.
"""

from __future__ import annotations

import time
from dataclasses import replace

import apsw

from felix_dbadmin.core.rows import leading
from felix_dbadmin.core.search.query import Clause, Query, Term
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.sql import quoted

STEMMING = "porter"

MOST_FORMS = 20
"""Places in the index that are looked at for how a stem is written."""

LONGEST_LOOK = 0.02
"""Seconds."""

LONGEST_TEXT = 20_000
"""Characters of a row."""

_SHORTEST_STEM = 2

# fmt: off
_ENDINGS = (
    "abilities", "ability", "able", "ables", "ably", "ed", "edly", "eed", "ement", "ements", "ences", "ency",
    "encies", "ent", "ents", "ently", "er", "ers", "es", "est", "ness", "ance", "ances", "ancy", "ancies", "ant",
    "ants", "antly", "al", "alism", "alities", "ality", "alize", "alizes", "alized", "ally", "ate", "ated", "ates",
    "ating", "ation", "ational", "ations", "ative", "ator", "ators", "e", "ed", "ely", "ence", "ful", "fulness",
    "fully", "ible", "ibly", "ibility", "ic", "ical", "ically", "icate", "icities", "icity", "ied", "ies", "ing",
    "ings", "ingly", "ion", "ional", "ions", "ism", "isms", "ities", "ity", "ive", "iveness", "ively", "ivities",
    "ivity", "ization", "izations", "ize", "ized", "izer", "izers", "izes", "izing", "ly", "ment", "ments", "mental",
    "ousness", "ous", "ously", "s", "sion", "sses", "tion", "tional", "ves", "y",
)
# fmt: on
"""What Porter's stemmer cuts off, alone or together (https://tartarus.org/martin/PorterStemmer/def.txt)."""

_AFTER_DOUBLED = ("ing", "ings", "ed", "er", "ers", "est", "able")
"""runn-ing: the stem ends before a doubled letter."""


def completed(db: apsw.Connection, source: Source, query: Query) -> Query:
    """`query` with, beside each beginning of a word, words of the index that begin so and whose stem is shorter."""
    if source.tokenizer[0] != STEMMING or not source.index:
        return query
    stop = time.perf_counter() + LONGEST_LOOK
    return replace(query, clauses=tuple(_completed(db, source, clause, stop) for clause in query.clauses))


def make_instances(db: apsw.Connection, index: str) -> None:
    """The virtual table temp.instances: term, doc and col of every word of an index."""
    name = "'" + index.replace("'", "''") + "'"
    db.execute(f"create virtual table if not exists temp.instances using fts5vocab(main, {name}, 'instance')")


def _completed(db: apsw.Connection, source: Source, clause: Clause, stop: float) -> Clause:
    begun = [term for term in clause.terms if term.prefix and not term.phrase]
    if not begun:
        return clause
    make_instances(db, source.index)
    words = [Term(word, term.column) for term in begun for word in _words_begun(db, source, term.text, stop)]
    return replace(clause, terms=(*clause.terms, *words))


def _words_begun(db: apsw.Connection, source: Source, begin: str, stop: float) -> list[str]:
    """One word for each stem shorter than `begin`."""
    folding = db.fts5_tokenizer(*_without_stems(source.tokenizer))
    folded = _cut(folding, begin.encode(), apsw.FTS5_TOKENIZE_QUERY)
    if len(folded) != 1:
        return []
    start = folded[0]
    found: list[str] = []
    for length in range(len(start) - 1, _SHORTEST_STEM - 1, -1):
        if not _may_end(start[length - 1], start[length:]):
            continue
        for stem in (start[:length], f"{start[:length]}e"):
            if time.perf_counter() > stop:
                return found
            word = _word_of(db, source, folding, stem, start)
            if word:
                found.append(word)
    return found


def _may_end(last: str, rest: str) -> bool:
    """Whether a word may go on with `rest`, and then more, behind a stem that ends with `last`."""
    if any(ending.startswith(rest) for ending in _ENDINGS):
        return True
    return rest[0] == last and any(ending.startswith(rest[1:]) for ending in _AFTER_DOUBLED)


def _word_of(db: apsw.Connection, source: Source, folding: apsw.FTS5Tokenizer, stem: str, start: str) -> str:
    """How a row with `stem` writes a word that begins with `start`; '' where none of the first ones does."""
    stemming = db.fts5_tokenizer(source.tokenizer[0], list(source.tokenizer[1:]))
    places = db.execute("select doc, col from temp.instances where term = ? limit ?", (stem, MOST_FORMS)).fetchall()
    for rowid, column in dict.fromkeys((rowid, str(column)) for rowid, column in places if column is not None):
        text = leading(db, quoted(column), LONGEST_TEXT)
        stored = db.execute(f"select {text} from {quoted(source.index)} where rowid = ?", (rowid,)).get
        if isinstance(stored, bytes):
            # Both tokenizers cut a text at the same places.
            words = _cut(folding, stored, apsw.FTS5_TOKENIZE_DOCUMENT)
            stems = _cut(stemming, stored, apsw.FTS5_TOKENIZE_DOCUMENT)
            for word, each in zip(words, stems, strict=True):
                if each == stem and word.startswith(start):
                    return word
    return ""


def _cut(tokenizer: apsw.FTS5Tokenizer, text: bytes, reason: int) -> list[str]:
    return [str(word) for word in tokenizer(text, reason, None, include_offsets=False, include_colocated=False)]


def _without_stems(tokenizer: tuple[str, ...]) -> tuple[str, list[str]]:
    return (tokenizer[1], list(tokenizer[2:])) if len(tokenizer) > 1 else ("unicode61", [])
