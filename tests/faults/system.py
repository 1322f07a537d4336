"""The calls that our own code makes to the system, written down and made to fail like those of SQLite."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.vfs import Event, Recorder

_WRITING = os.O_CREAT | os.O_WRONLY | os.O_RDWR

KINDS = ("os.open", "os.fsync", "os.rename", "os.replace", "os.unlink", "os.link", "os.chmod")


class _System:
    """Stand-ins for functions of `os`, for paths that the recorder watches."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def hit(self, kind: str, path: str) -> None:
        fault = self.recorder.fault
        if self.recorder.watches(path) and self.recorder.strikes(kind, path) and fault is not None:
            raise OSError(fault.code, os.strerror(fault.code), path)

    def open(self, real: Callable[..., int], path: str | os.PathLike[str], flags: int, *rest: Any, **more: Any) -> int:
        name = os.path.abspath(os.fspath(path))  # noqa: PTH100 - Path would call what is replaced here
        if not flags & _WRITING:
            return real(path, flags, *rest, **more)
        self.hit("os.open", name)
        is_new = not os.path.lexists(name)
        descriptor = real(path, flags, *rest, **more)
        if is_new:
            self.recorder.add(Event("create", name))
        return descriptor

    def fsync(self, _real: Callable[[int], None], descriptor: int) -> None:
        """Noted, not done. A file that SQLite has not written is noted whole."""
        name = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
        self.hit("os.fsync", name)
        if os.path.isdir(name):  # noqa: PTH112
            self.recorder.add(Event("folder", name))
            return
        if not any(event.path == name and event.kind == "write" for event in self.recorder.log):
            self.recorder.add(Event("write", name, 0, Path(name).read_bytes()))
        self.recorder.add(Event("sync", name))

    def moved(self, kind: str, real: Callable[..., None], source: Any, target: Any, **more: Any) -> None:
        names = [os.path.abspath(os.fspath(path)) for path in (source, target)]  # noqa: PTH100
        self.hit(kind, names[1])
        real(source, target, **more)
        self.recorder.add(Event("link" if kind == "os.link" else "rename", names[0], target=names[1]))

    def unlink(self, real: Callable[..., None], path: Any, **more: Any) -> None:
        name = os.path.abspath(os.fspath(path))  # noqa: PTH100
        self.hit("os.unlink", name)
        real(path, **more)
        self.recorder.add(Event("delete", name))

    def chmod(self, real: Callable[..., None], path: Any, *rest: Any, **more: Any) -> None:
        if not isinstance(path, int):
            self.hit("os.chmod", os.path.abspath(os.fspath(path)))  # noqa: PTH100
        real(path, *rest, **more)


@contextmanager
def recording_system(recorder: Recorder) -> Iterator[None]:
    """While this is entered, what Python code of this process does to files goes through `recorder` too."""
    system = _System(recorder)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("open", "fsync", "unlink", "chmod"):
            patch.setattr(os, name, _bound(getattr(system, name), getattr(os, name)))
        for name in ("rename", "replace", "link"):
            patch.setattr(os, name, _bound_move(system, f"os.{name}", getattr(os, name)))
        yield


def _bound(stand_in: Callable[..., Any], real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*given: Any, **more: Any) -> Any:
        return stand_in(real, *given, **more)

    return call


def _bound_move(system: _System, kind: str, real: Callable[..., None]) -> Callable[..., None]:
    def call(source: Any, target: Any, **more: Any) -> None:
        system.moved(kind, real, source, target, **more)

    return call
