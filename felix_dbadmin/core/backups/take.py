"""Making a backup: a consistent copy, read back from its file before anybody hears that it is there."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin import __version__
from felix_dbadmin.core.backups.contents import Contents, damage_of, read_contents, row_differences
from felix_dbadmin.core.backups.copying import new_copy, pinned
from felix_dbadmin.core.backups.manifest import FORMAT, FULL, Manifest, write_manifest
from felix_dbadmin.core.backups.names import free_path, manifest_of, partial_of
from felix_dbadmin.core.backups.publish import discard, private_folder, sync_file, writing_to
from felix_dbadmin.core.connection import explaining, open_published, open_reader, open_writer
from felix_dbadmin.core.errors import CheckFailed, Locked
from felix_dbadmin.core.files import require_space, sha256_of, sync_folder
from felix_dbadmin.core.integrity import broken_indexes, external_content_indexes
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.transaction import begin, roll_back


@dataclass(frozen=True, slots=True)
class BackupTaken:
    path: Path
    manifest: Manifest

    @property
    def verified(self) -> bool:
        """False where the database itself was damaged: the manifest's `problems` say how."""
        return self.manifest.verified_at is not None


@dataclass(frozen=True, slots=True)
class _Order:
    database: Path
    path: Path
    reason: str
    component: str
    note: str
    to_version: int | None
    created: float


@dataclass(frozen=True, slots=True)
class _Origin:
    """What only the source can tell, read in the transaction that the copy is made in."""

    contents: Contents
    page_size: int
    encoding: str
    journal_mode: str
    application_id: int
    user_version: int


def take_backup(
    database: Path,
    folder: Path,
    reason: str,
    task: Task,
    *,
    component: str = "",
    note: str = "",
    to_version: int | None = None,
) -> BackupTaken:
    """Back up `database` into `folder`. Nothing is left there on failure or cancel.

    `to_version` is where the change that it is made before will end, where there is such a change.

    Raises DatabaseUnusable, Locked, OutOfSpace, WorkspaceUnusable, CheckFailed or Cancelled.
    """
    with open_reader(database, task) as source:
        return backup_from(
            source, database, folder, reason, task, component=component, note=note, to_version=to_version
        )


def backup_from(
    source: apsw.Connection,
    database: Path,
    folder: Path,
    reason: str,
    task: Task,
    *,
    component: str = "",
    note: str = "",
    to_version: int | None = None,
) -> BackupTaken:
    """As take_backup, through an open connection to `database` that is in no transaction.

    Another connection may hold the write lock meanwhile; the copy is of the last committed state.
    """
    created = time.time()
    path = free_path(folder, reason, database.stem, created)
    order = _Order(database, path, reason, component, note, to_version, created)
    partial = partial_of(path)
    private_folder(folder)
    try:
        with writing_to(path):
            origin = _copy(source, order, partial, task)
            sync_file(partial, task)
            problems = _read_back(source, order, partial, origin.contents, task)
            manifest = _manifest(order, partial, origin, problems, task)
            _publish(partial, path, manifest)
    except FileExistsError as error:
        raise Locked(
            f"Another program is making {path.name} at this moment.", "Wait until it is done, then try again."
        ) from error
    except BaseException:
        discard(partial)
        raise
    return BackupTaken(path, manifest)


def _copy(source: apsw.Connection, order: _Order, partial: Path, task: Task) -> _Origin:
    """The pin ends with the copy: in delete mode other programs wait for it before they can commit."""
    with explaining(order.database, task), pinned(source):
        size = source.pragma("page_count") * source.pragma("page_size")
        require_space(order.path.parent, size, f"a backup of {order.database.name}")
        origin = _Origin(
            read_contents(source, order.component, task),
            page_size=source.pragma("page_size"),
            encoding=source.pragma("encoding"),
            journal_mode=source.pragma("journal_mode"),
            application_id=source.pragma("application_id"),
            user_version=source.pragma("user_version"),
        )
        with new_copy(source, partial, task):
            return origin


def _read_back(
    source: apsw.Connection, order: _Order, partial: Path, expected: Contents, task: Task
) -> tuple[str, ...]:
    """What is wrong in the copy and as wrong in the source. Raises CheckFailed where only the copy is."""
    name = order.database.name
    task.report(0, None, "reading the copy back")
    with open_published(partial, task) as copy:
        found = read_contents(copy, order.component, task)
        damage = damage_of(copy, task)
        indexes = external_content_indexes(read_schema(copy))
    if found != expected:
        difference = row_differences(expected.rows, found.rows) or "its schema differs"
        raise CheckFailed(
            f"The copy of {name} is not what was read from it: {difference}. It was thrown away.",
            "Check the disk of the backups, then try again.",
        )
    if damage:
        with explaining(order.database, task):
            if not damage_of(source, task):
                raise CheckFailed(
                    f"The copy of {name} is damaged and {name} is not: {damage[0]}. It was thrown away.",
                    "Check the disk of the backups, then try again.",
                )
    return (*expected.uncounted, *damage, *_index_problems(partial, indexes, task))


def _index_problems(partial: Path, indexes: tuple[str, ...], task: Task) -> tuple[str, ...]:
    """Full-text indexes over other tables need an INSERT to be checked; the others are in integrity_check."""
    if not indexes:
        return ()
    with open_writer(partial, task) as copy:
        begin(copy)
        try:
            return tuple(problem.what for problem in broken_indexes(copy, indexes))
        finally:
            roll_back(copy)


def _manifest(order: _Order, partial: Path, origin: _Origin, problems: tuple[str, ...], task: Task) -> Manifest:
    state = order.database.stat()
    return Manifest(
        format=FORMAT,
        file=order.path.name,
        sha256=sha256_of(partial, task),
        bytes=partial.stat().st_size,
        reason=order.reason,
        note=order.note,
        component=order.component,
        database=order.database.name,
        created=order.created,
        tool=f"felix-dbadmin {__version__}",
        sqlite=apsw.sqlite_lib_version(),
        source=str(order.database.resolve()),
        inode=state.st_ino,
        page_size=origin.page_size,
        encoding=origin.encoding,
        journal_mode=origin.journal_mode,
        application_id=origin.application_id,
        user_version=origin.user_version,
        schema_digest=origin.contents.schema_digest,
        schema_objects=origin.contents.objects,
        rows=origin.contents.rows,
        versions=origin.contents.versions,
        verified_at=None if problems else time.time(),
        verified_how="" if problems else FULL,
        problems=problems,
        to_version=order.to_version,
    )


def _publish(partial: Path, path: Path, manifest: Manifest) -> None:
    """The file first: a crash before the manifest leaves a whole backup that says nothing of itself."""
    partial.chmod(0o400)
    partial.rename(path)
    try:
        sync_folder(path.parent)
        write_manifest(path, manifest)
    except BaseException:
        # The manifest may be there already, and only its folder not synced.
        with suppress(OSError):
            manifest_of(path).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
        raise
