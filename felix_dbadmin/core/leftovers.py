"""What an interrupted run leaves: clones of rehearsals, unfinished backups and databases, a journal mode."""

from __future__ import annotations

import re
from pathlib import Path

from felix_dbadmin.core.backups.journal_mode import put_back_mode
from felix_dbadmin.core.backups.names import parse_name
from felix_dbadmin.core.errors import WorkspaceUnusable
from felix_dbadmin.core.paths import PARTIAL


def rehearsal_name(database: str, process: int) -> str:
    """What the clone for a rehearsal of `database` in this process is called."""
    return f"rehearsal_{database}_{process}"


def sweep(folder: Path, backups: Path, state: Path, database: str) -> None:
    """Remove what belongs to `database`, a file's name, and put its journal mode back.

    Needs the component's lock: then nobody of ours uses it.

    Raises WorkspaceUnusable.
    """
    clone = re.compile(rf"{re.escape(rehearsal_name(database, 0)[:-1])}\d+(-\w+)*")
    for path in state.glob("rehearsal_*"):
        if clone.fullmatch(path.name):
            _remove(path)
    for suffix in ("", "-wal", "-shm", "-journal"):
        _remove(folder / f"{database}{PARTIAL}{suffix}")
    for path in backups.glob(f"*{PARTIAL}*"):
        name = parse_name(path.name.partition(PARTIAL)[0].removesuffix(".json"))
        if name is not None and name.database == Path(database).stem:
            _remove(path)
    put_back_mode(folder / database, state)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WorkspaceUnusable(
            f"{path} was left by an interrupted run and cannot be removed: {error.strerror}.",
            "Check the folder's permissions and its disk, or delete the file by hand.",
        ) from error
