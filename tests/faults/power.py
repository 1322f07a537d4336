"""What a power cut may leave: every legal state of the disk, rebuilt from a recording.

The model: a file's bytes are safe when it was synced; its name when its folder was, or, for a new file of SQLite's,
which syncs the folder with it, when the file was. What was not synced is there or not, in any choice; a torn write is
there in whole sectors of 512 bytes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from tests.faults.vfs import Event

SECTOR = 512

STYLES = ("all", "synced", "subset", "torn")
"""Which unsynced writes survive: all (only the process died), none, a random choice, a random choice of sectors."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The power fails before event `at`; `seed` makes the random choices."""

    at: int
    style: str
    seed: int = 0


@dataclass(slots=True, eq=False)
class _File:
    safe: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)


class _Disk:
    def __init__(self, files: dict[str, bytes]) -> None:
        self.safe = {path: _File(bytearray(content)) for path, content in files.items()}
        self.now = dict(self.safe)
        self.names: list[tuple[str, _File | None]] = []
        """Changes of names that no folder sync has made safe yet: what each shall be, None for no longer there."""

    def do(self, event: Event) -> None:
        match event.kind:
            case "create":
                self._made(event.path)
            case "write" | "truncate":
                self._made(event.path).pending.append(event)
            case "sync":
                self._sync(event)
            case "delete":
                if self.now.pop(event.path, None) is not None:
                    self.names.append((event.path, None))
                if event.durable:
                    self._sync_folder(str(PurePath(event.path).parent))
            case "rename" | "link":
                self._move(event)
            case "folder":
                self._sync_folder(event.path)

    def _made(self, path: str) -> _File:
        if path not in self.now:
            self.now[path] = _File()
            self.names.append((path, self.now[path]))
        return self.now[path]

    def _sync(self, event: Event) -> None:
        path, file = event.path, self._made(event.path)
        for pending in file.pending:
            _apply(file.safe, pending)
        file.pending.clear()
        if event.durable and (path, file) in self.names:
            self.names = [change for change in self.names if change[0] != path]
            self.safe[path] = file

    def _move(self, event: Event) -> None:
        file = self.now.get(event.path)
        if file is None:
            return
        self.now[event.target] = file
        self.names.append((event.target, file))
        if event.kind == "rename":
            del self.now[event.path]
            self.names.append((event.path, None))

    def _sync_folder(self, folder: str) -> None:
        inside = [change for change in self.names if str(PurePath(change[0]).parent) == folder]
        self.names = [change for change in self.names if change not in inside]
        for change in inside:
            _rename(self.safe, change)

    def after(self, cut: Cut) -> dict[str, bytes]:
        """The files as they are found when the power is back."""
        rng = random.Random(cut.seed)
        share = {"all": 1.0, "synced": 0.0}.get(cut.style) or (rng.random() if cut.style in ("subset", "torn") else 0.0)
        names = dict(self.safe)
        for change in self.names:
            if rng.random() < share:
                _rename(names, change)
        found: dict[str, bytes] = {}
        for path, file in names.items():
            content = bytearray(file.safe)
            for event in file.pending:
                if rng.random() < share:
                    _apply(content, event, rng if cut.style == "torn" else None)
            found[path] = bytes(content)
        return found


def _rename(names: dict[str, _File], change: tuple[str, _File | None]) -> None:
    path, file = change
    if file is None:
        names.pop(path, None)
    else:
        names[path] = file


def _apply(content: bytearray, event: Event, rng: random.Random | None = None) -> None:
    """`rng` chooses the sectors that a torn write leaves."""
    if event.kind == "truncate":
        del content[event.offset :]
        content.extend(bytes(event.offset - len(content)))
        return
    for start in range(0, len(event.data), SECTOR):
        if rng is not None and rng.random() < 0.5:
            continue
        at, piece = event.offset + start, event.data[start : start + SECTOR]
        content.extend(bytes(max(0, at - len(content))))
        content[at : at + len(piece)] = piece


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, as it is on a disk that has had time to settle."""
    return {str(path): path.read_bytes() for path in sorted(folder.resolve().rglob("*")) if path.is_file()}


def after_power_cut(before: dict[str, bytes], log: list[Event], cut: Cut) -> dict[str, bytes]:
    """The files as they are found after the power failed at `cut`, by their paths."""
    disk = _Disk(before)
    for event in log[: cut.at]:
        disk.do(event)
    return disk.after(cut)


def put(files: dict[str, bytes], origin: Path, folder: Path) -> None:
    """Write the files that were below `origin` below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        target = folder / PurePath(path).relative_to(origin.resolve())
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
