"""Who keeps a database locked, where the operating system tells: Linux does, in /proc/locks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LOCKS = Path("/proc/locks")

_PENDING, _RESERVED, _LAST = 0x40000000, 0x40000001, 0x40000001 + 510
"""The bytes that SQLite locks (https://sqlite.org/src/file/src/os.h); RESERVED alone still lets others read."""


_WAL_WRITE = 120
"""The byte of a -shm file that who writes to the log has locked."""


@dataclass(frozen=True, slots=True)
class Exclusive:
    """A lock on the bytes from `first` to `last` of a file that nobody shares."""

    device: int
    inode: int
    pid: int
    first: int
    last: int

    @property
    def keeps_readers_out(self) -> bool:
        return (self.first, self.last) != (_RESERVED, _RESERVED) and self.holds(_PENDING, _LAST)

    def holds(self, first: int, last: int) -> bool:
        """Whether any byte between these is locked."""
        return self.first <= last and self.last >= first


def exclusive_locks(table: Path = LOCKS) -> tuple[Exclusive, ...]:
    """All that keep readers out now; none where there is no such table. Costs one read of it, opens no database."""
    return tuple(lock for lock in _locks(table) if lock.keeps_readers_out)


def lock_holder(database: Path, table: Path = LOCKS) -> str:
    """Who keeps readers out: 'python (process 4711)', '' where nobody is named."""
    pid = _pid_at(database, exclusive_locks(table))
    return _name(pid) if pid else ""


def write_holder(database: Path, table: Path = LOCKS) -> str:
    """Which other process keeps writers out, readers too or not; '' where none is named."""
    locks = _locks(table)
    index = database.with_name(f"{database.name}-shm")
    pid = _pid_at(database, (lock for lock in locks if lock.holds(_PENDING, _LAST))) or _pid_at(
        index, (lock for lock in locks if lock.holds(_WAL_WRITE, _WAL_WRITE))
    )
    return _name(pid) if pid not in (0, os.getpid()) else ""


def _pid_at(path: Path, locks: Iterable[Exclusive]) -> int:
    """Who holds one of the locks on this file; 0 for nobody."""
    try:
        state = path.stat()
    except OSError:
        return 0
    for lock in locks:
        same_device = lock.device == state.st_dev
        if lock.inode == state.st_ino and (same_device or _has_open(lock.pid, path)):
            return lock.pid
    return 0


def _locks(table: Path) -> tuple[Exclusive, ...]:
    try:
        lines = table.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(_parsed(lines))


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
        if pid > 0:  # 0: of another container
            yield Exclusive(device, int(inode), pid, first, last)


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
