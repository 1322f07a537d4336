"""How a database is opened: the policy as small named functions, and SQLite's errors in our words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import quote

import apsw

from felix_dbadmin.core.errors import Cancelled, DatabaseUnusable, DbAdminError, Locked, OutOfSpace
from felix_dbadmin.core.files import examine
from felix_dbadmin.core.holders import write_holder
from felix_dbadmin.core.live_files import live
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import duration_text


def survive_power_loss(db: apsw.Connection) -> None:
    """FULL, the default, lost acknowledged commits in delete mode: the journal's unlink was not synced."""
    db.pragma("synchronous", "extra")


def enforce_foreign_keys(db: apsw.Connection) -> None:
    """Off by default in SQLite; a migration that needs it off says so on its section line."""
    db.pragma("foreign_keys", 1)


def distrust_schema(db: apsw.Connection) -> None:
    """A view or trigger in a file must not call functions with side effects."""
    db.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)


def defend_internals(db: apsw.Connection) -> None:
    """No writable_schema, no direct writes to the shadow tables of a full-text index."""
    db.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)


def strings_in_single_quotes(db: apsw.Connection) -> None:
    """A misspelt "column" must be an error, not a string."""
    db.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    db.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)


def no_extensions(db: apsw.Connection) -> None:
    """Nothing in a file may load code."""
    db.config(apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0)


def check_cells(db: apsw.Connection) -> None:
    """Damaged pages are found when read; mapped memory would turn an I/O error into a crash."""
    db.pragma("cell_size_check", 1)
    db.pragma("mmap_size", 0)


def never_write(db: apsw.Connection) -> None:
    """A second belt beside the read-only open flag: it covers temporary and attached databases too."""
    db.pragma("query_only", 1)


def only_look(db: apsw.Connection) -> None:
    """For SQL that people influence: what is not plain reading is refused when it is prepared."""
    db.authorizer = _authorise_looking


Policy = tuple[Callable[[apsw.Connection], None], ...]

COMMON: Policy = (distrust_schema, defend_internals, strings_in_single_quotes, no_extensions, check_cells)
WRITER: Policy = (*COMMON, survive_power_loss, enforce_foreign_keys)
READER: Policy = (*COMMON, never_write)
SEARCHER: Policy = (*COMMON, only_look)
"""Not query_only, which refuses a temporary vocabulary table too."""

_LOOKING = {apsw.SQLITE_SELECT, apsw.SQLITE_READ, apsw.SQLITE_FUNCTION, apsw.SQLITE_RECURSIVE}
_LOOKING_PRAGMAS = {
    "data_version",
    "encoding",
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "table_info",
    "table_list",
}
_VOCABULARY = "fts5vocab"
"""Shows the words of a full-text index; made in the temporary schema only."""

_LEFT_WHOLE = "Nothing is left half done; start it again when you like."
"""Whole steps may stand that came before."""

_NEEDS_RECOVERY = {
    apsw.SQLITE_READONLY_ROLLBACK,
    apsw.SQLITE_READONLY_RECOVERY,
    apsw.SQLITE_READONLY_CANTLOCK,
}


def open_reader(path: Path, task: Task | None = None) -> AbstractContextManager[apsw.Connection]:
    """A connection that cannot write. Raises DatabaseUnusable or Locked.

    A journal left by a program that died is rolled back first, as any SQLite program that opens it does.
    """
    return _reading(path, READER, task)


def open_searcher(path: Path, task: Task | None = None) -> AbstractContextManager[apsw.Connection]:
    """As open_reader, and nothing but reading can even be prepared: for search and analytics."""
    return _reading(path, SEARCHER, task)


@contextmanager
def _reading(path: Path, policy: Policy, task: Task | None) -> Iterator[apsw.Connection]:
    examine(path)
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOFOLLOW
    with _opened(str(path.resolve()), flags, policy, path, task) as db:
        try:
            db.execute("select 1 from sqlite_schema").fetchall()
        except apsw.ReadOnlyError as error:
            if getattr(error, "extendedresult", 0) not in _NEEDS_RECOVERY:
                raise
            with open_writer(path, task) as recovering:
                recovering.execute("select 1 from sqlite_schema").fetchall()
        yield db


def _authorise_looking(
    operation: int, first: str | None, second: str | None, database: str | None, inner: str | None
) -> int:
    if operation in _LOOKING or (operation == apsw.SQLITE_PRAGMA and first in _LOOKING_PRAGMAS):
        return apsw.SQLITE_OK
    making_vocabulary = operation == apsw.SQLITE_CREATE_VTABLE and second == _VOCABULARY
    if database == "temp" and (making_vocabulary or operation in (apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE)):
        return apsw.SQLITE_OK
    return apsw.SQLITE_DENY


@contextmanager
def open_writer(path: Path, task: Task | None = None) -> Iterator[apsw.Connection]:
    """A connection that can write an existing database. Raises DatabaseUnusable or Locked."""
    examine(path)
    if not os.access(path, os.W_OK):
        raise DatabaseUnusable(
            f"{path.name} is read-only.", f"Allow writing: chmod u+w {path.name}, or run as the file's owner."
        )
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOFOLLOW
    with _opened(str(path.resolve()), flags, WRITER, path, task) as db:
        yield db


@contextmanager
def create_database(path: Path, task: Task | None = None) -> Iterator[apsw.Connection]:
    """A new, private (0600) database file; FileExistsError if there is one. For partial files and clones."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOFOLLOW
    with _opened(str(path.resolve()), flags, WRITER, path, task) as db:
        yield db


@contextmanager
def open_published(path: Path, task: Task | None = None) -> Iterator[apsw.Connection]:
    """A reader of a finished backup, which nobody writes: leaves no -wal or -shm beside it."""
    examine(path)
    name = _immutable(path)
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOFOLLOW
    with _opened(name, flags, READER, path, task) as db:
        yield db


def attach_published(db: apsw.Connection, path: Path, name: str) -> None:
    """Let `db`, a reader or writer, read a finished backup as schema `name`; it cannot be written through it.

    Raises apsw.SQLError where the two have different text encodings.
    """
    db.execute(f"attach ? as {name}", (_immutable(path),))


def _immutable(path: Path) -> str:
    return f"file:{quote(str(path.resolve()))}?immutable=1"


@contextmanager
def open_memory() -> Iterator[apsw.Connection]:
    """An empty database in memory, under the writers' policy."""
    db = apsw.Connection(":memory:")
    try:
        for apply in WRITER:
            apply(db)
        yield db
    finally:
        db.close()


@contextmanager
def _opened(name: str, flags: int, policy: Policy, path: Path, task: Task | None) -> Iterator[apsw.Connection]:
    with explaining(path, task), live(path):
        db = apsw.Connection(name, flags=flags)
        try:
            with (task or Task()).guarding(db):
                for apply in policy:
                    apply(db)
                yield db
        finally:
            db.close()


@contextmanager
def explaining(path: Path, task: Task | None = None) -> Iterator[None]:
    """Turn an error of SQLite about `path` into one of ours; other errors pass."""
    try:
        yield
    except apsw.Error as error:
        known = _known_error(error, path, task) or _unknown_format(error, path) or _too_large(error, path)
        if known is None:
            raise
        raise known from error
    except UnicodeDecodeError as error:
        raise DatabaseUnusable(
            f"{path.name} holds text that is not valid UTF-8.",
            "Find what wrote it; a backup from before shows the text as it was.",
        ) from error


def _known_error(error: apsw.Error, path: Path, task: Task | None = None) -> DbAdminError | None:
    """SQLite's error about `path`, as one of ours with a hint. None for an error in our own SQL: that is a bug."""
    name = path.name
    detail = f"{type(error).__name__.removesuffix('Error')}: {_cause(error)}"
    match error:
        case apsw.InterruptError():
            return Cancelled("Cancelled.", _LEFT_WHOLE)
        case apsw.BusyError() | apsw.LockedError() | apsw.ProtocolError():
            if task is not None and task.cancelled:
                return Cancelled("Cancelled while waiting for a lock.", _LEFT_WHOLE)
            wait = duration_text((task or Task()).lock_wait)
            holder = write_holder(path.resolve())
            return Locked(
                f"{name} is locked by another program{f', {holder}' if holder else ''};"
                f" it was still locked after {wait}.",
                "Let the program that uses it finish or close it (often Felix itself), then try again.",
            )
        case apsw.NotADBError():
            return DatabaseUnusable(
                f"{name} is not an SQLite database, or it is encrypted.",
                "Check that the file is the right one; restore a backup if it was damaged.",
            )
        case apsw.CorruptError():
            return DatabaseUnusable(
                f"{name} is damaged ({detail}).",
                f"Restore its newest verified backup: felix-dbadmin backup list --database {name}",
            )
        case apsw.FullError() | apsw.IOError() if _code(error) in (apsw.SQLITE_FULL, apsw.SQLITE_IOERR_SHMSIZE):
            return OutOfSpace(f"There is no room left on the disk of {name}.", "Free some space there, then try again.")
        case apsw.ReadOnlyError() | apsw.PermissionsError() | apsw.CantOpenError():
            return DatabaseUnusable(
                f"{name} cannot be opened or written ({detail}).", "Check the permissions of the file and its folder."
            )
        case apsw.IOError():
            return DatabaseUnusable(
                f"Reading or writing {name} failed ({detail}).",
                "Check the disk and the file's permissions, then verify: felix-dbadmin verify",
            )
        case apsw.NoMemError():
            return OutOfSpace(f"There is not enough memory to work on {name}.", "Close other programs, then try again.")
    return None


def _code(error: apsw.Error) -> int:
    """SQLite's extended result; of an exception made by hand only its kind is known."""
    return getattr(error, "extendedresult", apsw.SQLITE_FULL if isinstance(error, apsw.FullError) else 0)


def _cause(error: apsw.Error) -> str:
    """What SQLite says, and its code where that says little: the backup API calls a failed write 'not an error'."""
    code = _code(error)
    names = {**apsw.mapping_result_codes, **apsw.mapping_extended_result_codes}
    named = str(names.get(code, f"error {code}"))
    if str(error) == "not an error":
        return named
    return f"{error}, {named}" if isinstance(error, apsw.IOError) else str(error)


def _unknown_format(error: apsw.Error, path: Path) -> DatabaseUnusable | None:
    if "unsupported file format" not in str(error):
        return None
    return DatabaseUnusable(
        f"{path.name} says that it is in a format that SQLite {apsw.sqlite_lib_version()} does not know.",
        "It may be damaged: restore a verified backup. If a newer SQLite made it, update felix-dbadmin.",
    )


def _too_large(error: apsw.Error, path: Path) -> DatabaseUnusable | None:
    if not isinstance(error, apsw.TooBigError):
        return None
    return DatabaseUnusable(
        f"{path.name} holds a value that is larger than SQLite reads.",
        "It may be damaged: felix-dbadmin verify; restore a verified backup if it is.",
    )
