"""What can be said about a database file before SQLite is asked: its kind, and whether it is whole."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.errors import DatabaseUnusable, OutOfSpace
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import bytes_text

MAGIC = b"SQLite format 3\0"
HEADER_BYTES = 100
CHUNK = 1 << 20

_MENDED = 3_051_003
_MENDED_BRANCHES = ((3_044_006, 3_045_000), (3_050_007, 3_051_000))


@dataclass(frozen=True, slots=True)
class FileHeader:
    """The fields of the 100-byte header that we use (https://sqlite.org/fileformat2.html#the_database_header)."""

    page_size: int
    wal: bool
    pages: int
    encoding: int
    application_id: int
    library_version: int
    """Of the SQLite that last wrote the file, such as 3040001."""

    @property
    def risky_writer(self) -> str:
        """'3.40.1', where a SQLite wrote it last that can lose commits while another program takes in the same log.

        https://sqlite.org/wal.html#walresetbug; '' for others, and for a database without a log.
        """
        version = self.library_version
        mended = version >= _MENDED or any(first <= version < end for first, end in _MENDED_BRANCHES)
        if not self.wal or mended or not version:
            return ""
        return f"{version // 1_000_000}.{version // 1000 % 1000}.{version % 1000}"


@contextmanager
def raw(path: Path) -> Iterator[apsw.VFSFile]:
    """The bytes of a database, read through SQLite's own file layer: open() would drop our locks on close.

    Raises DatabaseUnusable or OutOfSpace.
    """
    try:
        file = apsw.VFSFile("", str(path.resolve()), [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0])
        try:
            yield file
        finally:
            file.xClose()
    except apsw.NoMemError as error:
        raise OutOfSpace(
            f"There is not enough memory to work on {path.name}.", "Close other programs, then try again."
        ) from error
    except (apsw.IOError, apsw.CantOpenError) as error:
        detail = f"{type(error).__name__.removesuffix('Error')}: {error}"
        raise DatabaseUnusable(
            f"{path.name} cannot be read ({detail}).", "Check the file's permissions and its disk."
        ) from error


def read_header(path: Path) -> FileHeader:
    """Raises DatabaseUnusable where there is none to read."""
    examine(path)
    with raw(path) as file:
        header = file.xRead(HEADER_BYTES, 0)
    return _parse(header)


def _parse(header: bytes) -> FileHeader:
    def number(at: int, size: int = 4) -> int:
        return int.from_bytes(header[at : at + size], "big")

    page_size = number(16, 2)
    in_header_valid = number(24) == number(92)
    return FileHeader(
        page_size=65536 if page_size == 1 else page_size,
        wal=header[18] == 2,
        pages=number(28) if in_header_valid else 0,
        encoding=number(56),
        application_id=number(68),
        library_version=number(96),
    )


def examine(path: Path) -> None:
    """Raises DatabaseUnusable unless `path` is a whole SQLite database file, as far as its header tells."""
    name = path.name
    if path.is_dir():
        raise DatabaseUnusable(f"{name} is a folder, not a database.", "Move it away; Felix expects a file there.")
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise DatabaseUnusable(f"{name} does not exist.", f"Check the folder {path.parent}.") from error
    except OSError as error:
        raise DatabaseUnusable(f"{name} cannot be read: {error.strerror}.", "Check its permissions.") from error
    if not os.access(path, os.R_OK):
        raise DatabaseUnusable(f"{name} cannot be read: permission denied.", "Check its permissions.")
    if size == 0:
        raise DatabaseUnusable(
            f"{name} is empty (0 bytes): a database that was lost, or never written.",
            "Restore a backup, or delete the empty file and a new database is made at the next migration.",
        )
    # A write of another program that begins or ends in between is no damage: what looks cut off is looked at again.
    for last in (False, True):
        quiet = not _has_journal(path)
        with raw(path) as file:
            header, size = file.xRead(HEADER_BYTES, 0), file.xFileSize()
        try:
            _judge(name, header, size, whole=quiet and not _has_journal(path))
        except DatabaseUnusable:
            if last:
                raise
        else:
            return


def _has_journal(path: Path) -> bool:
    """While a write is under way, or was cut off, the header may name pages that are still to come."""
    for suffix in ("-wal", "-journal"):
        try:
            if path.with_name(path.name + suffix).stat().st_size:
                return True
        except FileNotFoundError:
            continue
    return False


def _judge(name: str, header: bytes, size: int, *, whole: bool) -> None:
    if not header.startswith(MAGIC):
        if len(header) == HEADER_BYTES and size % 512 == 0 and len(set(header)) > HEADER_BYTES // 2:
            raise DatabaseUnusable(
                f"{name} looks encrypted: its first bytes are random, not those of an SQLite database.",
                "Decrypt it with the program that encrypted it, or restore an unencrypted backup.",
            )
        raise DatabaseUnusable(
            f"{name} is not an SQLite database.",
            "Check that the file is the right one; restore a backup if it was damaged.",
        )
    if len(header) < HEADER_BYTES:
        raise DatabaseUnusable(
            f"{name} is truncated: {size} bytes are less than a header.",
            "Restore its newest verified backup.",
        )
    fields = _parse(header)
    if whole and fields.pages * fields.page_size > size:
        raise DatabaseUnusable(
            f"{name} is truncated: {bytes_text(fields.pages * fields.page_size)} expected, {bytes_text(size)} found.",
            "Restore its newest verified backup.",
        )


def sha256_of(path: Path, task: Task | None = None) -> str:
    """The hash of a file's bytes, read without disturbing SQLite's locks (a missing file gives '')."""
    if not path.exists():
        return ""
    digest = hashlib.sha256()
    with raw(path) as file:
        size, at = file.xFileSize(), 0
        while at < size:
            if task is not None:
                task.report(at, size)
            chunk = file.xRead(min(CHUNK, size - at), at)
            digest.update(chunk)
            at += len(chunk)
            if not chunk:
                break
    return digest.hexdigest()


def size_with_wal(path: Path) -> int:
    """Bytes of a database and of what waits in its write-ahead log; 0 where there is no file."""
    total = 0
    for part in (path, path.with_name(path.name + "-wal")):
        try:
            total += part.stat().st_size
        except FileNotFoundError:
            continue
    return total


def require_space(folder: Path, needed: int, purpose: str) -> None:
    """Raises OutOfSpace unless `folder` has room for `needed` bytes and a tenth more."""
    free = shutil.disk_usage(folder).free
    wanted = needed + needed // 10
    if free < wanted:
        raise OutOfSpace(
            f"There is no room for {purpose}: {bytes_text(wanted)} needed, {bytes_text(free)} free in {folder}.",
            "Free some space there, or delete old backups: felix-dbadmin backup prune",
        )


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
