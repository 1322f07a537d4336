"""Migrations that a workspace or a database brings along are code: a person reads and accepts each text once.

What ships with this program is accepted. Everything else is known by the checksum of its text together with the
database it is for; what was accepted is kept with the user's own files, where no workspace can put it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import apsw
from filelock import FileLock

from felix_dbadmin.core.backups.publish import private_folder, write_whole, writing_to
from felix_dbadmin.core.component import BASE_FILE, Component, load_components
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import DbAdminError, MigrationFileInvalid, NotAccepted, OutOfSpace, WorkspaceUnusable
from felix_dbadmin.core.migrate.ledger import last_applied, read_ledger, read_log
from felix_dbadmin.core.migrate.script import Migration, load_migrations
from felix_dbadmin.core.paths import PARTIAL, migrations_folder, read_file, user_folder
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text, visible_line
from felix_dbadmin.core.workspace import open_workspace

ACCEPTED_FILE = "accepted.json"


@dataclass(frozen=True, slots=True)
class Code:
    """A text that could run against a component's database."""

    component: str
    database: str
    path: str
    """Of its file, or what the database's log calls it."""
    text: str
    logged: bool = False
    """Found in the database's own log of what was applied."""

    @property
    def key(self) -> str:
        """Of the text and of what it is for: accepted here, it is not accepted for another database.

        To the letter, unlike a migration's checksum: a carriage return ends no comment of SQL, and a line end does.
        """
        text = self.text.removeprefix("\ufeff").replace("\r\n", "\n")
        return hashlib.sha256("\0".join((self.component, self.database, text)).encode()).hexdigest()

    @property
    def file(self) -> str:
        """The file's name, as it may be shown."""
        return visible_line(Path(self.path).name)

    @property
    def found_in(self) -> str:
        """The folder, or the log, that it was found in, as it may be shown."""
        log = f"{self.database}, the log of what was applied"
        return visible_line(log if self.logged else str(Path(self.path).parent))

    @property
    def place(self) -> str:
        """Where it was found, as it may be shown."""
        return f"{self.found_in}: {self.file}" if self.logged else visible_line(self.path)

    @property
    def python(self) -> bool:
        return self.path.endswith(".py")


def code_of(component: Component, files: Iterable[Migration], base_text: str) -> tuple[Code, ...]:
    """The texts of a component's folder."""
    found = [(component.folder / each.file, each.source) for each in files]
    if base_text:
        found.insert(0, (component.folder / BASE_FILE, base_text))
    return tuple(Code(component.name, component.database, str(path), text) for path, text in found)


def stored_code(db: apsw.Connection, component: Component) -> tuple[Code, ...]:
    """The texts that the database's own log has of what is applied: they run when it is checked and rolled back.

    Python is only ever taken from its file.
    """
    applied = {row.version for row in read_ledger(db, component.name)}
    logged = last_applied(read_log(db, component.name))
    return tuple(
        Code(component.name, component.database, row.file, row.source, logged=True)
        for version, row in logged.items()
        if version in applied and row.file.endswith(".sql")
    )


def read_base_text(component: Component) -> str:
    """'' where there is no base.sql. Raises MigrationFileInvalid."""
    path = component.base_file
    if path is None:
        return ""
    try:
        return read_file(path)
    except (OSError, UnicodeDecodeError) as error:
        raise MigrationFileInvalid(f"{path} cannot be read: {error}.", "Save it as UTF-8 text.") from error


def unaccepted(code: Iterable[Code]) -> tuple[Code, ...]:
    """Those that neither ship with this program nor were accepted."""
    unknown = [each for each in code if each.key not in _shipped()]
    accepted = _accepted() if unknown else frozenset[str]()
    return tuple(each for each in unknown if each.key not in accepted)


def unaccepted_in(folder: Path, components: Iterable[str], *, task: Task) -> tuple[Code, ...]:
    """What must be accepted before these components of a workspace can be worked on; nothing of it is run."""
    workspace = open_workspace(folder)
    found: list[Code] = []
    for component in map(workspace.component, components):
        found += _in_folder(component)
        database = workspace.database(component)
        if database.exists():
            with open_reader(database, task) as db:
                found += stored_code(db, component)
    # The first of equal texts: the file rather than the log.
    return unaccepted({each.key: each for each in reversed(found)}.values())[::-1]


def _in_folder(component: Component) -> tuple[Code, ...]:
    return code_of(component, load_migrations(component), read_base_text(component))


def require_accepted(code: Iterable[Code]) -> None:
    """Raises NotAccepted, naming the files."""
    unknown = unaccepted(code)
    if unknown:
        name, count = unknown[0].component, len(unknown)
        files = list_text([each.place if each.logged else each.file for each in unknown])
        comes, them = ("comes", "it") if count == 1 else ("come", "them")
        raise NotAccepted(
            f"{name}: {files} {comes} with the workspace, and nobody has accepted {them}; nothing of {them} was run.",
            f"Migrations are code. Read and accept {them} once: felix-dbadmin trust --component {name}",
        )


def accept(code: Iterable[Code]) -> None:
    """Remember for good that these texts may run. Raises OutOfSpace or WorkspaceUnusable."""
    path, new = accepted_file(), {each.key for each in code}
    if new <= _accepted():
        return
    private_folder(path.parent)
    with writing_to(path), FileLock(path.with_name(f"{path.name}.lock"), mode=0o600):
        partial = path.with_name(path.name + PARTIAL)
        write_whole(path, (json.dumps(sorted(_accepted() | new), indent=1) + "\n").encode(), partial)


def remember(component: Component, files: Iterable[Migration]) -> None:
    """These are applied now, so the log has them: they stay accepted when a later program ships other texts."""
    with contextlib.suppress(OutOfSpace, WorkspaceUnusable):
        accept(code_of(component, files, ""))


def accepted_file() -> Path:
    """Where the checksums of what was accepted are; it need not be there yet."""
    return user_folder() / ACCEPTED_FILE


def _accepted() -> frozenset[str]:
    """A file that cannot be read accepts nothing."""
    try:
        lines = json.loads(accepted_file().read_bytes())
    except (OSError, ValueError, RecursionError):
        return frozenset()
    return frozenset(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else frozenset()


@cache
def _shipped() -> frozenset[str]:
    found: set[str] = set()
    for component in load_components([migrations_folder()]):
        try:
            found |= {each.key for each in _in_folder(component)}
        except DbAdminError:
            continue  # said where that component is worked on
    return frozenset(found)
