"""A compressed backup as the database file that it holds, for as long as that is needed."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from filelock import FileLock, Timeout

from felix_dbadmin.core.backups.manifest import read_manifest, write_manifest
from felix_dbadmin.core.backups.names import COMPRESSED
from felix_dbadmin.core.backups.publish import writing_to
from felix_dbadmin.core.connection import explaining
from felix_dbadmin.core.errors import BackupUnusable, WorkspaceUnusable, WrongUsage
from felix_dbadmin.core.files import CHUNK, raw, require_space
from felix_dbadmin.core.paths import state_folder
from felix_dbadmin.core.task import Task

METHOD = "zstd"

LEVEL = 10
"""Half the size of a typical database at some 100 MB a second; higher levels cost more time than they gain."""

PIECES, PIECE = 4, 1 << 18
"""How many pieces of a file, of so many bytes, tell roughly what compressing all of it would give."""

_PREFIX = "plain_"
_LOCK = ".lock"


@contextmanager
def plain(path: Path, workspace: Path, task: Task) -> Iterator[Path]:
    """`path` itself, or for a compressed backup its database in a private temporary folder, with its manifest.

    What the block notes in that manifest is noted in the backup's own. Raises BackupUnusable, OutOfSpace, WrongUsage.
    """
    if path.suffix != COMPRESSED:
        yield path
        return
    manifest = read_manifest(path)
    if manifest is None:
        raise BackupUnusable(
            f"{path.name} is compressed and has no manifest to compare its content with.",
            "Decompress it by hand with zstd, then verify it.",
        )
    with _scratch(workspace) as folder:
        require_space(folder, manifest.bytes, f"decompressing {path.name}")
        file = folder / path.stem
        with writing_to(file), file.open("xb") as target:
            for chunk in decompressed(path, task, manifest.bytes):
                target.write(chunk)
        shown = replace(manifest, file=file.name, compression="")
        write_manifest(file, shown)
        try:
            yield file
        finally:
            noted = read_manifest(file)
            if noted is not None and noted != shown:
                write_manifest(path, replace(noted, file=path.name, compression=METHOD))


@contextmanager
def _scratch(workspace: Path) -> Iterator[Path]:
    """A folder, mode 0700, that goes at the end; what a process that died left goes first."""
    try:
        state = state_folder(workspace)
    except OSError as error:
        raise WorkspaceUnusable(
            f"No folder for temporary files can be made: {error.strerror}.", "Check the folder's permissions."
        ) from error
    for left in state.glob(f"{_PREFIX}*{_LOCK}"):
        lock = FileLock(left)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue  # somebody works there
        shutil.rmtree(left.with_suffix(""), ignore_errors=True)
        left.unlink(missing_ok=True)
        lock.release()
    folder = state / f"{_PREFIX}{uuid.uuid4().hex}"
    lock = FileLock(folder.with_suffix(_LOCK), mode=0o600)
    lock.acquire()
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def decompressed(path: Path, task: Task, size: int) -> Iterator[bytes]:
    """The content, in pieces; `size` is what it should be, in bytes. Raises BackupUnusable where it is not zstd's."""
    codec = codec_for(path.name)
    done = 0
    try:
        with path.open("rb") as file:
            reader = codec.ZstdDecompressor().stream_reader(file)
            while chunk := reader.read(CHUNK):
                done += len(chunk)
                task.report(done, size, "decompressing")
                yield chunk
    except codec.ZstdError as error:
        raise _damaged(path, str(error)) from error
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from error
    if done != size:
        raise _damaged(path, f"{done:,} of {size:,} bytes are in it")


def compress(source: Path, target: Path, report: Callable[[int], None]) -> str:
    """Write `source`, compressed, to the new file `target`, durably; returns the SHA-256 of what was read.

    `report` is told the bytes that were read so far, and may raise Cancelled.
    """
    codec = codec_for(source.name)
    digest = hashlib.sha256()
    with writing_to(target):
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, raw(source) as plain_file:
            size, at = plain_file.xFileSize(), 0
            packer = codec.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj(size=size)
            while at < size:
                report(at)
                chunk = plain_file.xRead(min(CHUNK, size - at), at)
                digest.update(chunk)
                file.write(packer.compress(chunk))
                at += len(chunk)
            file.write(packer.flush())
            file.flush()
            os.fsync(file.fileno())
    return digest.hexdigest()


def sample(path: Path, task: Task) -> tuple[int, int]:
    """Bytes of a few pieces of a file, before and after compression; some 10 ms."""
    codec = codec_for(path.name)
    before = after = 0
    with explaining(path, task), raw(path) as file:
        size = file.xFileSize()
        for number in range(PIECES):
            at = number * size // PIECES
            chunk = file.xRead(min(PIECE, size - at), at)
            before += len(chunk)
            after += len(codec.ZstdCompressor(level=LEVEL).compress(chunk))
    return before, after


def codec_for(what: str) -> ModuleType:
    """The library that compresses `what`. Raises WrongUsage, which says how to get it, where it is not installed."""
    try:
        import zstandard
    except ImportError as error:
        raise WrongUsage(
            f"{what} needs zstd compression, which is not installed.",
            "Install it: pip install 'felix-dbadmin[zstd]'",
        ) from error
    return zstandard


def _damaged(path: Path, why: str) -> BackupUnusable:
    return BackupUnusable(
        f"{path.name} cannot be decompressed: {why}.", "Choose another backup: felix-dbadmin backup list"
    )
