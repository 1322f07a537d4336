"""What somebody typed into a search box, understood as people know it from the web. Pure; any text is a query.

one two      both words             "one two"    the exact phrase        one OR two    either of them
-one         not that word          title:one    in that column          on*           words that begin so
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.text import count_text

MOST_TERMS = 64
"""Words and phrases of one query. FTS5 takes more, but nobody types them: such a text was pasted."""

LONGEST = 10_000
"""Characters of a text that are looked at."""

SHORTEST_PREFIX = 3
"""Letters of a word that is still being typed. What begins with one or two is a third of all rows, and costs so."""

_PIECE = re.compile(
    r'(?P<minus>-)?(?:(?P<column>\w+):(?=[^\s]))?(?:"(?P<phrase>[^"]*)(?:"(?P<star>\*)?|\Z)|(?P<word>[^\s"]+))'
)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\0": " "})
_OPERATORS = ("AND", "OR", "NOT")


class Kind(StrEnum):
    WORD = "word"
    NOT = "not"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Chip:
    """A piece of the query as it was understood, for people."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase. `column` is '' for any column."""

    text: str
    column: str = ""
    phrase: bool = False
    prefix: bool = False

    @property
    def shown(self) -> str:
        text = f'"{self.text}"' if self.phrase else self.text
        return f"{self.column + ': ' if self.column else ''}{text}{'…' if self.prefix else ''}"

    @property
    def match(self) -> str:
        """In FTS5's syntax, where a quoted string is never anything but text."""
        column = _quoted(self.column) + " : " if self.column else ""
        return f"{column}{_quoted(self.text)}{' *' if self.prefix else ''}"


@dataclass(frozen=True, slots=True)
class Clause:
    """Terms of which one is enough; `negated`: of which none may be there."""

    terms: tuple[Term, ...]
    negated: bool = False

    @property
    def chip(self) -> Chip:
        text = " or ".join(term.shown for term in self.terms)
        return Chip(Kind.NOT, f"not {text}") if self.negated else Chip(Kind.WORD, text)


@dataclass(frozen=True, slots=True)
class Query:
    """Every clause must hold. With `raw`, that FTS5 expression is the query instead."""

    clauses: tuple[Clause, ...] = ()
    note: str = ""
    """What of the text was left out, '' for nothing."""
    raw: str = ""

    @property
    def empty(self) -> bool:
        return not self.clauses and not self.raw

    @property
    def chips(self) -> tuple[Chip, ...]:
        note = (Chip(Kind.IGNORED, self.note),) if self.note else ()
        return (*(clause.chip for clause in self.clauses), *note)


@dataclass(frozen=True, slots=True)
class Condition:
    """One of these values stands in a column beside the index; `negated`: none of them."""

    column: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """A query as one index can answer it."""

    match: str
    """For FTS5; '' where nothing can match."""
    conditions: tuple[Condition, ...] = ()
    ignored: tuple[str, ...] = ()
    """Terms without a letter or digit: no index holds them."""


def parse(text: str, columns: Collection[str] = (), *, typing: bool = False) -> Query:
    """The query in `text`; `columns` are the names that may stand before a colon, in lower case.

    `typing`: the text goes on, so its last word is the beginning of one. Never raises.
    """
    text = _cleaned(text)
    pieces = [piece for match in _PIECE.finditer(text) for piece in _pieces(match, frozenset(columns))]
    if typing and pieces and pieces[-1].operator and len(pieces) > 1:
        pieces.pop()
    clauses = list(_clauses(pieces))
    kept, count = [], 0
    for clause in clauses:
        count += len(clause.terms)
        if count <= MOST_TERMS:
            kept.append(clause)
    if typing and len(kept) == len(clauses) and kept and text[-1:].strip() and not text.endswith('"'):
        kept[-1] = _begun(kept[-1])
    left_out = sum(len(clause.terms) for clause in clauses) - sum(len(clause.terms) for clause in kept)
    note = f"{count_text(left_out, 'more word')} left out" if left_out else ""
    return Query(tuple(kept), note)


def raw_query(expression: str) -> Query:
    """A query in FTS5's own syntax."""
    return Query(raw=_cleaned(expression).strip())


def expression_for(
    query: Query, columns: Collection[str], filters: Collection[str], has_words: Callable[[str], bool]
) -> Expression:
    """`query` for an index over `columns`, whose rows can also be told apart by `filters`; all in lower case.

    `has_words` says whether the index's tokenizer finds anything in a text. Raises WrongUsage where one OR mixes
    what is indexed with what is not.
    """
    if query.raw:
        return Expression(query.raw)
    wanted: list[str] = []
    unwanted: list[str] = []
    conditions: list[Condition] = []
    ignored: list[str] = []
    possible = True
    for clause in query.clauses:
        beside = [term for term in clause.terms if term.column not in columns and term.column in filters]
        if beside:
            conditions.append(_condition(clause, beside))
            continue
        known = [term for term in clause.terms if not term.column or term.column in columns]
        said = [term for term in known if has_words(term.text)]
        ignored += [term.shown for term in known if term not in said]
        match = " OR ".join(term.match for term in said)
        if not said:
            # Nothing of it is in this index: a word that is sought there cannot be found, an unwanted one is not there.
            possible = possible and (clause.negated or bool(known))
        elif clause.negated:
            unwanted.append(match)
        else:
            wanted.append(f"({match})" if len(said) > 1 else match)
    if not possible or not wanted:
        return Expression("", tuple(conditions), tuple(ignored))
    match = " AND ".join(wanted)
    if unwanted:
        match = f"({match}) NOT ({' OR '.join(unwanted)})"
    return Expression(match, tuple(conditions), tuple(ignored))


def _condition(clause: Clause, beside: list[Term]) -> Condition:
    names = {term.column for term in clause.terms}
    if len(beside) < len(clause.terms) or len(names) > 1:
        raise WrongUsage(
            f"“{' OR '.join(term.shown for term in clause.terms)}” mixes columns that cannot be alternatives.",
            "Leave the OR out, or choose the value among the filters.",
        )
    return Condition(beside[0].column, tuple(term.text for term in beside), clause.negated)


@dataclass(frozen=True, slots=True)
class _Piece:
    term: Term
    negated: bool
    operator: str = ""


def _pieces(match: re.Match[str], columns: frozenset[str]) -> Iterator[_Piece]:
    negated, column = bool(match["minus"]), (match["column"] or "").lower()
    word, phrase = match["word"], match["phrase"]
    if column and column not in columns:
        if word is not None:
            word = f"{match['column']}:{word}"
        else:
            yield _Piece(Term(match["column"]), negated)
            negated = False
        column = ""
    if phrase is not None:
        yield _Piece(Term(phrase, column, phrase=True, prefix=bool(match["star"])), negated)
        return
    stripped = word.rstrip("*")
    operator = word if word in _OPERATORS and not (negated or column) else ""
    yield _Piece(Term(stripped or word, column, prefix=stripped != word and bool(stripped)), negated, operator)


def _clauses(pieces: list[_Piece]) -> Iterator[Clause]:
    """OR binds the terms beside it, everything else is joined by AND; an operator with nothing beside it is a word."""
    pending: Clause | None = None
    join = negate = False
    for position, piece in enumerate(pieces):
        follows = position + 1 < len(pieces) and not pieces[position + 1].operator
        if piece.operator and follows and (pending is not None or piece.operator == "NOT"):
            join = piece.operator == "OR"
            negate = piece.operator == "NOT"
            continue
        negated = piece.negated or negate
        if pending is not None and join and not negated and not pending.negated:
            pending = replace(pending, terms=(*pending.terms, piece.term))
        else:
            if pending is not None:
                yield pending
            pending = Clause((piece.term,), negated)
        join = negate = False
    if pending is not None:
        yield pending


def _begun(clause: Clause) -> Clause:
    """Not for an unwanted word: until it is whole it would take too much away."""
    last = clause.terms[-1]
    if clause.negated or last.phrase or (last.text.isascii() and len(last.text) < SHORTEST_PREFIX):
        return clause
    return replace(clause, terms=(*clause.terms[:-1], replace(last, prefix=True)))


def _cleaned(text: str) -> str:
    """Without what cannot be stored or meant: lone surrogates, NUL; typographic quotes as plain ones."""
    text = text[:LONGEST].translate(_QUOTES)
    return text.encode("utf-8", "ignore").decode("utf-8")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
