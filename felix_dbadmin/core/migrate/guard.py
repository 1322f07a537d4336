"""What migration code may not do: end our transaction, reach other files, or set pragmas that fool us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

_DENIED = {apsw.SQLITE_TRANSACTION, apsw.SQLITE_SAVEPOINT, apsw.SQLITE_ATTACH, apsw.SQLITE_DETACH}

_PRAGMAS = {
    "application_id",
    "data_version",  # FTS5 asks for it itself
    "defer_foreign_keys",
    "foreign_key_check",
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "legacy_alter_table",
    "table_info",
    "table_list",
    "table_xinfo",
    "user_version",
}
"""Others either do nothing inside a transaction, without a word, or weaken what protects the file."""

REFUSED = (
    "Migrations run inside one transaction of ours: no BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ATTACH, and no PRAGMA"
    " but harmless ones. Foreign keys are switched off by: -- migrate:up foreign_keys:off"
)


def _authorise(operation: int, first: str | None, second: str | None, database: str | None, inner: str | None) -> int:
    if operation in _DENIED or (operation == apsw.SQLITE_PRAGMA and (first or "").lower() not in _PRAGMAS):
        return apsw.SQLITE_DENY
    return apsw.SQLITE_OK


@contextmanager
def guarded(db: apsw.Connection) -> Iterator[None]:
    """While this is entered, forbidden statements raise apsw.AuthError when they are prepared."""
    db.authorizer = _authorise
    try:
        yield
    finally:
        db.authorizer = None
