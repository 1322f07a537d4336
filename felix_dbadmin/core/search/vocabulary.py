"""The words of one index: which there are, in how many rows, and how they are really written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from felix_dbadmin.core.rows import leading
from felix_dbadmin.core.search.completing import make_instances
from felix_dbadmin.core.search.find import searching
from felix_dbadmin.core.search.query import Query
from felix_dbadmin.core.search.scan import scanning
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import Search, Statement, text_of
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.utf8 import as_utf8

LONGEST_TEXT = 20_000
"""Characters of a row that are searched for how a term is written."""

MOST_FORMS = 10
"""Places in the index."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text as the index has it (`term`: folded, stemmed) and as it is written there."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """An index and its terms; `db` also has the virtual tables of all terms and of all their instances."""

    db: apsw.Connection
    statement: Statement
    index: str
    """Quoted."""
    tokenizer: apsw.FTS5Tokenizer
    numbers: Mapping[int, int] | None = None
    """Of a table without index: where `db` has the row with a rowid."""

    def tokens(self, text: str) -> list[Token]:
        """The words of a text that is stored."""
        utf8 = text.encode("utf-8", "replace")
        # Any: what the tokenizer returns depends on what it was asked to include.
        found: Any = self.tokenizer(utf8, apsw.FTS5_TOKENIZE_DOCUMENT, None, include_colocated=False)
        return [Token(term, utf8[begin:end].decode("utf-8", "replace")) for begin, end, term in found]

    def term_of(self, word: str) -> str:
        """What the index has for a word somebody typed; '' where it is several words, or none."""
        utf8 = word.encode("utf-8", "replace")
        found = list(
            self.tokenizer(utf8, apsw.FTS5_TOKENIZE_QUERY, None, include_offsets=False, include_colocated=False)
        )
        return found[0] if len(found) == 1 and isinstance(found[0], str) else ""

    def frequency(self, term: str, limit: int) -> int:
        """How often the index holds a term, up to `limit`; some 20 µs for one that it does not hold."""
        sql = f"select count(*) from (select 1 from temp.instances where term = ? limit {int(limit)})"
        return int(self.db.execute(sql, (term,)).get)

    def begun(self, begin: str) -> Iterator[str]:
        """The terms that begin so."""
        sql = f"select {as_utf8(self.db, 'term')} from temp.terms where term >= ? and term <= ?"
        for (term,) in self.db.execute(sql, (begin, begin + "\U0010ffff")):
            yield text_of(term)

    def all_rows(self, limit: int) -> int:
        """How many rows there are, up to `limit`."""
        sql = f"select count(*) from (select rowid from {self.index} limit {int(limit)})"
        return int(self.db.execute(sql).get)

    def rows(self, match: str, limit: int) -> int:
        """How many rows an expression finds, up to `limit`."""
        sql = f"select count(*) from (select 1 from {self.index} where {self.index} match ? limit {int(limit)})"
        return int(self.db.execute(sql, (match,)).get)

    def written(self, term: str) -> list[str]:
        """The ways in which the first rows with a term write it, in lower case; none where the index keeps no text."""
        sql = "select doc, col from temp.instances where term = ? limit ?"
        forms: dict[str, None] = {}
        for rowid, column in self.db.execute(sql, (term, MOST_FORMS)).fetchall():
            if column is None:
                break
            text = leading(self.db, quoted(str(column)), LONGEST_TEXT)
            stored = self.db.execute(f"select {text} from {self.index} where rowid = ?", (rowid,)).get
            forms.update((token.text.lower(), None) for token in self.tokens(text_of(stored)) if token.term == term)
        return list(forms)


@contextmanager
def vocabulary(folder: Path, source: Source, task: Task) -> Iterator[Vocabulary]:
    """The words of a source; of a table without index those of its newest rows. Raises as a search does."""
    everything = Search(Query())
    if source.index:
        with searching(folder, source, everything, task) as (db, statement):
            yield _vocabulary(db, statement, source.index)
    else:
        with scanning(folder, source, everything, task) as scanned:
            numbers = {row[0]: number for number, row in enumerate(scanned.details) if isinstance(row[0], int)}
            yield _vocabulary(scanned.db, scanned.statement, source.table, numbers)


def _vocabulary(
    db: apsw.Connection, statement: Statement, index: str, numbers: Mapping[int, int] | None = None
) -> Vocabulary:
    name = "'" + index.replace("'", "''") + "'"
    db.execute(f"create virtual table temp.terms using fts5vocab(main, {name}, 'row')")
    make_instances(db, index)
    tokenizer = statement.source.tokenizer
    return Vocabulary(db, statement, quoted(index), db.fts5_tokenizer(tokenizer[0], list(tokenizer[1:])), numbers)
