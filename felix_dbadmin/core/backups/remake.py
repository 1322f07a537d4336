"""Putting a whole database file in place where there is none, or none that SQLite can read."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from felix_dbadmin.core.backups.contents import Contents
from felix_dbadmin.core.backups.copying import new_copy
from felix_dbadmin.core.backups.names import partial_of, stamp_of
from felix_dbadmin.core.backups.publish import (
    SIDECARS,
    copy_raw,
    discard,
    place_new,
    remove_at_once,
    sync_file,
    writing_to,
)
from felix_dbadmin.core.backups.verify import Finding, compare_with
from felix_dbadmin.core.connection import explaining, open_published, open_reader
from felix_dbadmin.core.errors import CheckFailed, Conflict, DbAdminError, WrongUsage
from felix_dbadmin.core.files import require_space, sync_folder
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text

BROKEN = "broken"
"""Begins the names of files set aside: they are kept until a person deletes them."""


def make_copy(backup: Path, expected: Contents, target: Path, task: Task, *, verify_step: int) -> tuple[Finding, ...]:
    """A new file `target` like `backup`, read back before it gets its name. Raises WrongUsage where one is."""
    for suffix in ("", *SIDECARS):
        taken = target.with_name(target.name + suffix)
        if taken.exists():
            raise WrongUsage(f"There is already a file {taken}.", "Name another file for the copy.")
    partial = partial_of(target)
    with writing_to(target):
        discard(partial)
        try:
            findings = _fill(partial, backup, expected, task, wal=False, verify_step=verify_step)
            place_new(partial, target)
        except FileExistsError as error:
            raise WrongUsage(
                f"Another program has just made a file {target}.", "Name another file for the copy."
            ) from error
        finally:
            discard(partial)
    return findings


def replace_broken(
    backup: Path, expected: Contents, database: Path, folder: Path, task: Task, *, wal: bool
) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """Make `database`, which is missing or cannot be read, like `backup`; returns the files set aside in `folder`.

    SQLite cannot write into such a file, so a new one takes its place. What is there is copied byte for byte first.
    Its -wal and -journal are removed once they are copied: SQLite would play them into the new database.
    """
    live = database.resolve()
    partial = partial_of(live)
    before = _identity(live)
    task.step(1)
    set_aside = _copy_aside(live, database.stem, folder, task)
    with _removed_on_failure(set_aside):
        try:
            with writing_to(live):
                task.step(2)
                discard(partial)
                findings = _fill(partial, backup, expected, task, wal=wal, verify_step=3)
                task.check()
        except BaseException:
            discard(partial)
            raise
    try:
        with writing_to(live):
            _swap(partial, live, before)
    finally:
        discard(partial)
    with open_reader(database) as db:
        read_schema(db)
    return set_aside, findings


def _fill(
    partial: Path, backup: Path, expected: Contents, task: Task, *, wal: bool, verify_step: int
) -> tuple[Finding, ...]:
    with open_published(backup, task) as source, new_copy(source, partial, task, wal=wal):
        pass
    sync_file(partial, task)
    task.step(verify_step)
    with open_published(partial, task) as db:
        findings = tuple(compare_with(db, expected, task))
    for finding in findings:
        if finding.ok is False:
            raise CheckFailed(
                f"The copy of {backup.name} is not what that is: {finding.detail}. It was thrown away.",
                "Check the disk, then try again.",
            )
    return findings


def _copy_aside(live: Path, stem: str, folder: Path, task: Task) -> tuple[Path, ...]:
    """Copies of the broken file and its sidecars, made before anything is removed; empty ones hold nothing."""
    parts = [
        (part, suffix)
        for suffix in ("", "-wal", "-journal")
        if (part := live.with_name(live.name + suffix)).exists() and part.stat().st_size
    ]
    require_space(folder, sum(part.stat().st_size for part, _ in parts), f"a copy of the broken {live.name}")
    name = f"{BROKEN}_{stem}_{stamp_of(time.time())}"
    number = 1
    while any(folder.glob(f"{name}*")):
        number += 1
        name = f"{BROKEN}_{stem}_{stamp_of(time.time())}_{number}"
    made: list[Path] = []
    with _removed_on_failure(made):
        for part, suffix in parts:
            made.append(folder / f"{name}.bin{suffix}")
            with explaining(part, task):
                copy_raw(part, made[-1], task)
    return tuple(made)


@contextmanager
def _removed_on_failure(copies: Sequence[Path]) -> Iterator[None]:
    """Those that cannot be removed are named after what failed, never instead of it: nobody sweeps them."""
    try:
        yield
    except BaseException as error:
        for copy in copies:
            remove_at_once(copy)
        left = [copy.name for copy in copies if copy.exists()]
        if left and isinstance(error, DbAdminError):
            raise error.after(f"{list_text(left)} could not be removed.") from error
        raise


def _identity(path: Path) -> os.stat_result | None:
    """None where there is no file."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _unchanged(before: os.stat_result | None, now: os.stat_result | None) -> bool:
    if before is None or now is None:
        return before is now
    return os.path.samestat(before, now) and (before.st_size, before.st_mtime_ns) == (now.st_size, now.st_mtime_ns)


def _swap(partial: Path, live: Path, before: os.stat_result | None) -> None:
    """Put the new file in place of what was there `before`, and only of that.

    A crash in here leaves the broken file or the new one; a new one is never put over a file that was not there.
    """
    try:
        if not _unchanged(before, _identity(live)):
            raise FileExistsError
        for suffix in SIDECARS:
            live.with_name(live.name + suffix).unlink(missing_ok=True)
        if before is None:
            place_new(partial, live)
        else:
            partial.chmod(stat.S_IMODE(before.st_mode))
            partial.replace(live)
            sync_folder(live.parent)
    except FileExistsError as error:
        raise Conflict(
            f"Another program has just written {live.name}; it was left as it is.",
            "Close that program if the backup is to take its place, then restore again.",
        ) from error
