"""What an interrupted run leaves: clones of rehearsals, unfinished backups and databases."""

from __future__ import annotations

import re
from pathlib import Path

from felix_dbadmin.core.backups.names import parse_name
from felix_dbadmin.core.paths import PARTIAL


def rehearsal_name(database: str, process: int) -> str:
    """What the clone for a rehearsal of `database` in this process is called."""
    return f"rehearsal_{database}_{process}"


def sweep(folder: Path, backups: Path, state: Path, database: str) -> None:
    """Remove what belongs to `database`, a file's name. Needs the component's lock: then nobody uses it."""
    clone = re.compile(rf"{re.escape(rehearsal_name(database, 0)[:-1])}\d+(-\w+)?")
    for path in state.glob("rehearsal_*"):
        if clone.fullmatch(path.name):
            path.unlink(missing_ok=True)
    for suffix in ("", "-wal", "-shm", "-journal"):
        (folder / f"{database}{PARTIAL}{suffix}").unlink(missing_ok=True)
    for path in backups.glob(f"*{PARTIAL}*"):
        name = parse_name(path.name.partition(PARTIAL)[0].removesuffix(".json"))
        if name is not None and name.database == Path(database).stem:
            path.unlink(missing_ok=True)
