"""The same query, answered by reading every row: what an index and a scan are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import apsw

from felix_dbadmin.core.search.query import Clause, Query, Term

Row = Mapping[str, str]
"""The texts of a row by column, in lower case; filters too."""


class Oracle:
    """`texts` are all that are indexed: a beginning of a word that is there finds what shares that word's stem."""

    def __init__(
        self,
        tokenizer: tuple[str, ...],
        columns: tuple[str, ...],
        filters: tuple[str, ...] = (),
        texts: Iterable[str] = (),
    ) -> None:
        db = apsw.Connection(":memory:")
        self._tokenizer = db.fts5_tokenizer(tokenizer[0], list(tokenizer[1:]))
        stemless = tokenizer[1:] if tokenizer[0] == "porter" else tokenizer
        self._stemless = db.fts5_tokenizer(stemless[0], list(stemless[1:]))
        self._stems = {
            (word, stem)
            for text in texts
            if tokenizer[0] == "porter"
            for word, stem in zip(
                _cut(self._stemless, text, stored=True), _cut(self._tokenizer, text, stored=True), strict=True
            )
        }
        self._columns = columns
        self._filters = filters

    def holds(self, query: Query, row: Row, within: tuple[str, ...] = ()) -> bool:
        """Whether a row is a hit; `within`: only these columns are looked at."""
        columns = within or self._columns
        asked = [clause for clause in query.clauses if not clause.negated and self._asks(clause)]
        return bool(asked) and all(self._clause_holds(clause, row, columns) for clause in query.clauses)

    def _asks(self, clause: Clause) -> bool:
        return any(self._indexed(term) and self._words(term.text) for term in clause.terms)

    def _indexed(self, term: Term) -> bool:
        return not term.column or term.column in self._columns

    def _clause_holds(self, clause: Clause, row: Row, columns: tuple[str, ...]) -> bool:
        if any(term.column in self._filters and term.column not in self._columns for term in clause.terms):
            value = row[clause.terms[0].column].lower()
            return any(term.text.lower() == value for term in clause.terms) != clause.negated
        said = [term for term in clause.terms if self._indexed(term) and self._words(term.text)]
        if not said:
            # Punctuation is passed over; a column that this table does not have holds nothing.
            return clause.negated or any(self._indexed(term) for term in clause.terms)
        return any(self._term_holds(term, row, columns) for term in said) != clause.negated

    def _term_holds(self, term: Term, row: Row, columns: tuple[str, ...]) -> bool:
        wanted = self._words(term.text)
        texts = [self._words(row[column], stored=True) for column in columns if term.column in ("", column)]
        if any(_follows(words, wanted, term.prefix) for words in texts):
            return True
        start = _cut(self._stemless, term.text)
        if not term.prefix or term.phrase or len(start) != 1:
            return False
        stems = {stem for word, stem in self._stems if word.startswith(start[0])}
        return any(word in stems for words in texts for word in words)

    def _words(self, text: str, *, stored: bool = False) -> list[str]:
        return _cut(self._tokenizer, text, stored=stored)


def _cut(tokenizer: apsw.FTS5Tokenizer, text: str, *, stored: bool = False) -> list[str]:
    reason = apsw.FTS5_TOKENIZE_DOCUMENT if stored else apsw.FTS5_TOKENIZE_QUERY
    found = tokenizer(text.encode(), reason, None, include_offsets=False, include_colocated=False)
    return [str(word) for word in found]


def _follows(words: list[str], wanted: list[str], prefix: bool) -> bool:
    """Whether the wanted words stand one after the other."""
    for begin in range(len(words) - len(wanted) + 1):
        *before, last = words[begin : begin + len(wanted)]
        if before == wanted[:-1] and (last.startswith(wanted[-1]) if prefix else last == wanted[-1]):
            return True
    return False
