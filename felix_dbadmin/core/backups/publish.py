"""Making files that are either whole or not there, and saying in our words what the system refused."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from felix_dbadmin.core.errors import OutOfSpace, WorkspaceUnusable
from felix_dbadmin.core.files import CHUNK, raw, sync_folder
from felix_dbadmin.core.task import Task

SIDECARS = ("-wal", "-shm", "-journal")

LOOK_INTERVAL = 0.05
"""Seconds between two looks at the cancel flag while the system works."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def writing_to(path: Path, doing: str = "Writing") -> Iterator[None]:
    """Turn what the system says about `path`, its partial file or its folder into OutOfSpace or WorkspaceUnusable."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno is None:
            raise
        place = f"{path.name} in {path.parent}"
        if error.errno in _FULL:
            raise OutOfSpace(
                f"There is no room left for {place}: {error.strerror}.", "Free some space there, then try again."
            ) from error
        raise WorkspaceUnusable(
            f"{doing} {place} failed: {error.strerror}.", "Check the folder's permissions and its disk."
        ) from error


def private_folder(folder: Path) -> None:
    """Make `folder`, for its owner alone, where it is missing. Raises WorkspaceUnusable."""
    with writing_to(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def sync_file(path: Path, task: Task) -> None:
    """Make the bytes of `path` durable. Not for a database that is open: see live_files.

    Raises Cancelled without waiting for the system, which took 0.5 s for 500 MB and goes on in a thread.
    """
    descriptor = os.open(path, os.O_RDWR)
    failures: list[OSError] = []

    def sync() -> None:
        try:
            os.fsync(descriptor)
        except OSError as error:
            failures.append(error)
        finally:
            os.close(descriptor)

    thread = Thread(target=sync, name="sync")
    thread.start()
    while thread.is_alive():
        task.check()
        thread.join(LOOK_INTERVAL)
    if failures:
        raise failures[0]


def discard(path: Path) -> None:
    """Remove an unfinished database of ours, which is closed, and what SQLite made beside it."""
    for suffix in ("", *SIDECARS):
        remove_at_once(path.with_name(path.name + suffix))


def remove_at_once(path: Path) -> None:
    """Remove a file of ours that no connection has open; where it stays, what failed before is still what is told.

    A partial file that stays is swept by the next holder of the component's lock.

    Freeing the blocks of 500 MB took 0.4 s: the name goes now, they go in a thread, with the last descriptor.
    """
    descriptor: int | None = None
    if os.name != "nt":  # which removes no open file
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with suppress(OSError):
        path.unlink(missing_ok=True)
    if descriptor is not None:
        Thread(target=os.close, args=(descriptor,), name="free").start()


def write_whole(path: Path, content: bytes, partial: Path) -> None:
    """Put `content`, private (0600), at `path`: after a crash the old file is there or the new one."""
    with writing_to(path):
        partial.unlink(missing_ok=True)
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            remove_at_once(partial)
        sync_folder(path.parent)


def place_new(partial: Path, target: Path) -> None:
    """Move `partial` to `target`. Raises FileExistsError rather than overwrite a file there."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:
        # FAT and some network disks have no hard links.
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        partial.rename(target)
    else:
        partial.unlink()
    sync_folder(target.parent)


def copy_raw(source: Path, target: Path, task: Task) -> None:
    """A byte for byte copy of a file that SQLite cannot read, private (0600) and durable; nothing on failure."""
    with writing_to(target):
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as copy, raw(source) as file:
                size, at = file.xFileSize(), 0
                while at < size:
                    task.report(at, size)
                    chunk = file.xRead(min(CHUNK, size - at), at)
                    copy.write(chunk)
                    at += len(chunk)
                copy.flush()
                os.fsync(copy.fileno())
        except BaseException:
            remove_at_once(target)
            raise
        sync_folder(target.parent)
