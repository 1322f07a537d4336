"""What can go wrong and is not our fault: each error names what happened, and what to do.

DbAdminError                 1  failed
├── WrongUsage               2  the request makes no sense: unknown component, version or backup
│   └── QueryInvalid         2  a search expression that FTS5 cannot read
├── WorkspaceUnusable        1  the folder is missing, or cannot be read or written
├── DatabaseUnusable         1  not a database, damaged, truncated, read-only
├── OutOfSpace               1  no room for a clone, a backup or a change
├── BackupUnusable           1  a backup that is damaged, or is of something else
├── MigrationFileInvalid     1  a migration or component file that cannot be understood
├── StatementFailed          1  SQL of a migration was refused by SQLite
├── CheckFailed              1  what was read back is not what it should be
├── EngineStopped            1  the engine process died under a job
├── Conflict                 4  the database and the migrations do not belong together
├── Locked                   5  another program or process holds the database
├── ConsentMissing           6  something would be lost, and nobody has said yes to that
│   └── NotAccepted          6  code that came with a workspace, and that nobody has accepted
└── Cancelled              130  the person, or Ctrl-C, stopped it

Anything else that is raised is a bug and stays loud.
"""

from __future__ import annotations

from typing import ClassVar, Self


class DbAdminError(Exception):
    """A failure with a `summary` (what happened to which file) and a `hint` (what to do about it).

    `statement` is the SQL that failed, where there is one; `where` its file and line.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, summary: str, hint: str, *, statement: str = "", where: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint
        self.statement = statement
        self.where = where

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuilt, (type(self), self.summary, self.hint, self.statement, self.where))

    def after(self, what_stands: str) -> Self:
        """The same error, its summary followed by a sentence on the state that it left."""
        return type(self)(f"{self.summary} {what_stands}", self.hint, statement=self.statement, where=self.where)


def _rebuilt(kind: type[DbAdminError], summary: str, hint: str, statement: str, where: str) -> DbAdminError:
    return kind(summary, hint, statement=statement, where=where)


class WrongUsage(DbAdminError):
    exit_code = 2


class QueryInvalid(WrongUsage):
    """`where` is the position in the expression, counted from 1, '' where nothing tells."""


class WorkspaceUnusable(DbAdminError):
    pass


class DatabaseUnusable(DbAdminError):
    pass


class OutOfSpace(DbAdminError):
    pass


class BackupUnusable(DbAdminError):
    pass


class MigrationFileInvalid(DbAdminError):
    pass


class StatementFailed(DbAdminError):
    pass


class CheckFailed(DbAdminError):
    pass


class EngineStopped(DbAdminError):
    pass


class Conflict(DbAdminError):
    exit_code = 4


class Locked(DbAdminError):
    exit_code = 5


class ConsentMissing(DbAdminError):
    exit_code = 6


class NotAccepted(ConsentMissing):
    pass


class Cancelled(DbAdminError):
    exit_code = 130
