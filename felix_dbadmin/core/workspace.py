"""The folder that holds the databases: its components, its settings, its backups, its locks."""

from __future__ import annotations

import json
import os
import socket
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from felix_dbadmin.core.component import Component, load_components
from felix_dbadmin.core.errors import Locked, WorkspaceUnusable, WrongUsage
from felix_dbadmin.core.leftovers import sweep
from felix_dbadmin.core.paths import SETTINGS_FILE, migrations_folder, read_file, state_folder
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import duration_text, list_text, time_text

BACKUPS_FOLDER = "backups"
MIGRATIONS_FOLDER = "migrations"
LOCK_POLL = 0.05
"""Seconds between two tries for a lock that another process of ours holds."""


@dataclass(frozen=True, slots=True)
class Workspace:
    folder: Path
    components: tuple[Component, ...]

    @property
    def backups(self) -> Path:
        return self.folder / BACKUPS_FOLDER

    def database(self, component: Component) -> Path:
        return self.folder / component.database

    def component(self, name: str) -> Component:
        """Raises WrongUsage where there is no such component."""
        for component in self.components:
            if component.name == name:
                return component
        names = list_text([component.name for component in self.components], limit=20)
        raise WrongUsage(f"There is no component named {name}.", f"Choose one of {names}.")


def open_workspace(folder: Path) -> Workspace:
    """Raises WorkspaceUnusable or MigrationFileInvalid; opens no database."""
    folder = folder.expanduser().absolute()
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise WorkspaceUnusable(
            f"{folder} {what}.",
            "Name the folder that holds the Felix databases, or make one: felix-dbadmin init --workspace FOLDER",
        )
    if not os.access(folder, os.R_OK | os.X_OK):
        raise WorkspaceUnusable(f"{folder} cannot be read.", "Check the folder's permissions.")
    roots = [migrations_folder(), *_user_roots(folder)]
    return Workspace(folder, load_components(roots))


def _user_roots(folder: Path) -> list[Path]:
    """The workspace's own migrations/, then the paths that its settings name."""
    roots = [folder / MIGRATIONS_FOLDER]
    settings = folder / SETTINGS_FILE
    if settings.is_file():
        try:
            data = tomllib.loads(read_file(settings))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            raise WorkspaceUnusable(f"{settings} cannot be read: {error}.", "Correct the file.") from error
        paths = data.get("migrations", [])
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            raise WorkspaceUnusable(
                f"{settings}: migrations is not a list of paths.", 'Write for example: migrations = ["extra"]'
            )
        for path in paths:
            root = _root(folder, path)
            if root is None:
                raise WorkspaceUnusable(
                    f"{settings} names {path:.200}, which is not a folder.",
                    "Correct the path, or make the folder.",
                )
            roots.append(root)
    return [root for root in roots if root.is_dir()]


def _root(folder: Path, path: str) -> Path | None:
    """None where there is no such folder, nor a user of that name."""
    try:
        root = folder / Path(path).expanduser()
        return root if root.is_dir() else None
    except (OSError, RuntimeError):
        return None


def require_writable(workspace: Workspace) -> None:
    """Raises WorkspaceUnusable: SQLite needs to make its journal beside the database."""
    if not os.access(workspace.folder, os.W_OK | os.X_OK):
        raise WorkspaceUnusable(
            f"{workspace.folder} is not writable: neither a backup nor a journal can be made there.",
            "Check the folder's permissions, or copy the databases to a folder of your own.",
        )


@contextmanager
def locked(workspace: Workspace, component: Component, purpose: str, task: Task) -> Iterator[Path]:
    """Hold the component's lock; yields the folder for its temporary files, swept of what a crash left.

    The operating system frees the lock when this process dies. Raises Locked, naming the holder.
    """
    try:
        state = state_folder(workspace.folder)
    except OSError as error:
        raise WorkspaceUnusable(
            f"No folder for temporary files can be made: {error.strerror}.", "Check the folder's permissions."
        ) from error
    lock = FileLock(state / f"{component.database}.lock", mode=0o600)
    holder = state / f"{component.database}.holder.json"
    _acquire(lock, holder, component, task)
    try:
        _sign(holder, purpose)
        sweep(workspace.folder, workspace.backups, state, component.database)
        yield state
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _sign(holder: Path, purpose: str) -> None:
    """Say who holds the lock. The lock holds without that too: a full disk must not keep anybody from working."""
    note = {"pid": os.getpid(), "host": socket.gethostname(), "purpose": purpose, "since": time.time()}
    try:
        holder.write_text(json.dumps(note), encoding="utf-8")
    except OSError:
        with suppress(OSError):
            holder.unlink(missing_ok=True)


def _acquire(lock: FileLock, holder: Path, component: Component, task: Task) -> None:
    deadline = time.monotonic() + task.lock_wait
    while True:
        task.check()
        try:
            lock.acquire(timeout=0)
            return
        except Timeout as error:
            if time.monotonic() >= deadline:
                raise Locked(
                    f"{component.database} is being worked on by {_holder_text(holder)};"
                    f" it still was after {duration_text(task.lock_wait)}.",
                    "Wait until that is done, or stop it there.",
                ) from error
        except OSError as error:
            raise WorkspaceUnusable(
                f"{component.database} cannot be locked: writing {lock.lock_file} failed: {error.strerror}.",
                "Check the folder's permissions and its disk.",
            ) from error
        task.report(0, None, f"Waits for {_holder_text(holder)}")
        task.wait(LOCK_POLL)


def _holder_text(holder: Path) -> str:
    try:
        data = json.loads(holder.read_text(encoding="utf-8"))
        return (
            f"another felix-dbadmin (process {int(data['pid'])} on {data['host']}:"
            f" {data['purpose']}, since {time_text(float(data['since']))})"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return "another felix-dbadmin"
