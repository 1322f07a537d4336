"""What a page tells the person inline: the news, what to do about it, and what lies behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from felix_dbadmin.core.analytics.approvals import Decision
from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.report import Failure
from felix_dbadmin.core.text import list_text


class Kind(StrEnum):
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


class Place(StrEnum):
    """The page that a notice belongs to."""

    MIGRATIONS = "migrations"
    BACKUPS = "backups"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Undo:
    """The way back: put this backup of this component back."""

    component: str
    backup: str
    """The backup's name."""
    text: str = "Undo…"
    """Of the button."""

    @property
    def tip(self) -> str:
        return f"Restore {self.backup}"


@dataclass(frozen=True, slots=True)
class Returns:
    """The way back of several components, which were changed before the work came to a stop."""

    undos: tuple[Undo, ...]

    @property
    def text(self) -> str:
        names = list_text([undo.component for undo in self.undos])
        return f"Return {names} to {'its backup' if len(self.undos) == 1 else 'their backups'}…"

    @property
    def tip(self) -> str:
        return "Restore " + list_text([undo.backup for undo in self.undos], limit=20)


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The way back of an answer that was given to a command's request."""

    decision: Decision
    text: str = "Undo"

    @property
    def tip(self) -> str:
        return f"Take back the answer to request {self.decision.approval.ident}, as long as its command has not run"


@dataclass(frozen=True, slots=True)
class Notice:
    kind: Kind
    summary: str
    hint: str = ""
    details: str = ""
    undo: Undo | Returns | TakeBack | None = None
    place: Place = Place.MIGRATIONS
    backup: str = ""
    """The name of a backup that was just made: it is selected as soon as it is listed."""
    again: tuple[Request, ...] = ()
    """What failed and can be asked for once more."""
    quiet: bool = False
    """Of work in the background: its page does not come to the front."""

    @property
    def text(self) -> str:
        """All of it, for copying."""
        return "\n".join(part for part in (self.summary, self.hint, self.details) if part)

    def at(self, place: Place) -> Notice:
        return replace(self, place=place)


def notice_of(error: DbAdminError) -> Notice:
    """A known error. One that was cancelled is news, not a fault."""
    kind = Kind.INFO if isinstance(error, Cancelled) else Kind.ERROR
    return Notice(kind, error.summary, error.hint, _behind(error.where, error.statement))


def notice_of_failure(title: str, failure: Failure) -> Notice:
    """A rehearsal that stopped; the live file was not touched."""
    summary = f"{title}: the dry run failed, nothing was changed. {failure.summary}"
    return Notice(Kind.ERROR, summary, failure.hint, _behind(failure.where, failure.statement))


def _behind(where: str, statement: str) -> str:
    return "\n".join(part for part in (where, statement) if part)
