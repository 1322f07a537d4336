"""What to say when nothing was found: what each word alone would find, and which words may be meant."""

from __future__ import annotations

import string
import time
from dataclasses import dataclass, replace
from pathlib import Path

from felix_dbadmin.core.search.query import Clause, Query, Term
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import Search, statement_for
from felix_dbadmin.core.search.vocabulary import Vocabulary, vocabulary
from felix_dbadmin.core.task import Task

MOST_COUNTED = 100_000
"""Rows for one word; that number means that many or more."""

LONGEST_LOOK = 0.12
"""Seconds for the words like the misspelt ones."""

MOST_WORDS = 8
"""Misspelt words of one query that are looked at."""

SHORTEST = 3
"""Letters; of a shorter word nearly every other one is a neighbour."""

_COMPARED = 1_000
"""Instances; what is more frequent than that is simply frequent."""

_ALPHABET = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True)
class WordCount:
    text: str
    """As people typed it."""
    count: int
    """Rows it finds alone, without the filters; MOST_COUNTED for that many or more."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    words: tuple[WordCount, ...]
    corrected: str
    """The whole query with other words for those that are nowhere; '' where nothing better is known."""


def suggest(folder: Path, source: Source, search: Search, *, task: Task) -> Suggestions:
    """Raises QueryInvalid, DatabaseUnusable, Locked, Cancelled."""
    if search.query.raw:
        return Suggestions((), "")
    words: list[WordCount] = []
    clauses: list[Clause] = []
    changed = False
    with vocabulary(folder, source, task) as known:
        look = _Look(known, time.perf_counter() + LONGEST_LOOK)
        for clause in search.query.clauses:
            terms: list[Term] = []
            for term in clause.terms:
                task.check()
                counted = None if clause.negated else _count(known, source, search, term)
                if counted is not None:
                    words.append(WordCount(term.shown, counted))
                terms.append(look.corrected(term) if counted == 0 else term)
            changed = changed or tuple(terms) != clause.terms
            clauses.append(replace(clause, terms=tuple(terms)))
    return Suggestions(tuple(words), _typed(Query(tuple(clauses))) if changed else "")


def _count(known: Vocabulary, source: Source, search: Search, term: Term) -> int | None:
    """Rows with that term alone; None for what is not sought in the index."""
    if term.column and term.column not in {name.lower() for name in source.columns}:
        return None
    alone = Search(Query((Clause((term,)),)), columns=search.columns)
    statement = statement_for(known.db, source, alone)
    if statement.expression.ignored:
        return None
    return known.rows(statement.match, MOST_COUNTED) if statement.possible else 0


class _Look:
    """For words like a misspelt one, until the time for that is over."""

    def __init__(self, known: Vocabulary, stop: float) -> None:
        self._known = known
        self._stop = stop
        self._left = MOST_WORDS

    def corrected(self, term: Term) -> Term:
        """The same term where nothing better is known."""
        parts = term.text.split() if term.phrase else [term.text]
        better = [self._better(part) for part in parts]
        return replace(term, text=" ".join(better), prefix=term.prefix and better == parts)

    def _better(self, word: str) -> str:
        term = self._known.term_of(word)
        if len(term) < SHORTEST or self._left == 0 or self._known.frequency(term, 1):
            return word
        self._left -= 1
        found = self._near(word.lower(), term)
        for candidate in sorted(found, key=lambda each: (found[each][0], -found[each][1], each)):
            forms = self._known.written(candidate) or [candidate]
            written = min(forms, key=lambda form: (distance(word.lower(), form, len(word)), form))
            if self._known.term_of(written) == candidate and written != word.lower():
                return written
        return word

    def _near(self, word: str, term: str) -> dict[str, tuple[int, int]]:
        """Terms like this one, how many letters away they are and how frequent. One letter is enough in a short word.

        The index is in the order of its terms: those that begin alike are read, those that begin otherwise guessed.
        """
        most = 2 if len(term) > 4 else 1
        found: dict[str, tuple[int, int]] = {}
        for begin in dict.fromkeys((term[:2], term[1:2] + term[:1], term[1:3])):
            for candidate in self._known.begun(begin):
                if time.perf_counter() > self._stop:
                    return found
                far = min(distance(term, candidate, most), distance(word, candidate, most))
                if far <= most:
                    found[candidate] = (far, self._known.frequency(candidate, _COMPARED))
        for candidate in _otherwise_begun(term) - set(found):
            if time.perf_counter() > self._stop:
                return found
            frequency = self._known.frequency(candidate, _COMPARED)
            if frequency:
                found[candidate] = (1, frequency)
        return found


def _otherwise_begun(term: str) -> set[str]:
    """What one letter more, less or other makes of its beginning."""
    letters = _ALPHABET + "".join(set(term) - set(_ALPHABET))
    cuts = [(term[:place], term[place:]) for place in range(2)]
    found = {before + after[1:] for before, after in cuts}
    found.update(before + letter + after[1:] for before, after in cuts for letter in letters)
    found.update(before + letter + after for before, after in cuts for letter in letters)
    return found - {term, ""}


def distance(one: str, other: str, most: int) -> int:
    """Letters to insert, delete, replace or exchange with their neighbour; anything above `most` is most + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, facing in enumerate(other, 1):
            best = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != facing))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == facing:
                best = min(best, before[column - 2] + 1)
            here.append(best)
        if min(here) > most:
            return most + 1
        before, above = above, here
    return min(above[-1], most + 1)


def _typed(query: Query) -> str:
    """The query as a person would type it; the star of the last word is left out, which is a beginning anyway."""
    text = " ".join(_typed_clause(clause) for clause in query.clauses)
    return text.removesuffix("*")


def _typed_clause(clause: Clause) -> str:
    sign = "-" if clause.negated else ""
    return " OR ".join(sign + _typed_term(term) for term in clause.terms)


def _typed_term(term: Term) -> str:
    text = f'"{term.text}"' if term.phrase else term.text
    return f"{term.column + ':' if term.column else ''}{text}{'*' if term.prefix else ''}"
