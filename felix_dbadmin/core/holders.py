"""Who keeps a database locked against readers, where the operating system tells: Linux does, in /proc/locks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LOCKS = Path("/proc/locks")

_PENDING, _RESERVED, _LAST = 0x40000000, 0x40000001, 0x40000001 + 510
"""The bytes that SQLite locks (https://sqlite.org/src/file/src/os.h); RESERVED alone still lets others read."""


@dataclass(frozen=True, slots=True)
class Exclusive:
    """A lock that keeps readers out of a file."""

    device: int
    inode: int
    pid: int


def exclusive_locks(table: Path = LOCKS) -> tuple[Exclusive, ...]:
    """All that are told now; none where there is no such table. Costs one read of it, and opens no database."""
    try:
        lines = table.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(_parsed(lines))


def lock_holder(database: Path, table: Path = LOCKS) -> str:
    """'python (process 4711)', '' where nobody is named."""
    try:
        state = database.stat()
    except OSError:
        return ""
    for lock in exclusive_locks(table):
        same_device = lock.device == state.st_dev
        if lock.inode == state.st_ino and (same_device or _has_open(lock.pid, database)):
            return _name(lock.pid)
    return ""


def _parsed(lines: list[str]) -> Iterator[Exclusive]:
    """Lines like '1: POSIX ADVISORY WRITE 4711 fe:00:2957572 1073741824 1073742335'; '->' marks one that waits."""
    for line in lines:
        parts = line.split()
        if len(parts) != 8 or parts[1] != "POSIX" or parts[3] != "WRITE":
            continue
        try:
            major, minor, inode = parts[5].split(":")
            device, pid, first = os.makedev(int(major, 16), int(minor, 16)), int(parts[4]), int(parts[6])
            last = _LAST if parts[7] == "EOF" else int(parts[7])
        except ValueError:
            continue
        reserved = (first, last) == (_RESERVED, _RESERVED)
        if pid > 0 and not reserved and first <= _LAST and last >= _PENDING:  # 0: of another container
            yield Exclusive(device, int(inode), pid)


def _has_open(pid: int, database: Path) -> bool:
    """Some file systems, btrfs for one, have another device in the table than stat tells."""
    wanted = str(database.resolve())
    try:
        return any(str(entry.readlink()) == wanted for entry in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def _name(pid: int) -> str:
    if pid == os.getpid():
        return "felix-dbadmin itself"
    try:
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        name = ""
    return f"{name} (process {pid})" if name else f"process {pid}"
