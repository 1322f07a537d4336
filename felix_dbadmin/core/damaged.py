"""Files of this program itself that cannot be understood any more: kept under another name, and told once.

No database is among them: what is wrong with one is said by status, and mended by a person.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from felix_dbadmin.core.activity import JOURNAL, set_journal_aside
from felix_dbadmin.core.paths import read_file, set_aside, state_folder, user_folder
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.trust import ACCEPTED_FILE


def set_damaged_aside(folder: Path, *, task: Task) -> tuple[str, ...]:
    """A sentence for each file that had to be put aside; to be called when a workspace is opened."""
    said = []
    journal, accepted = state_folder(folder) / JOURNAL, user_folder() / ACCEPTED_FILE
    task.check()
    try:
        if kept := set_journal_aside(folder):
            said.append(f"The record of what was done here was damaged: {journal} is kept as {kept.name}.")
    except OSError as error:
        said.append(f"The record of what was done here is damaged: {journal} cannot be put aside: {error.strerror}.")
    task.check()
    try:
        if _is_damaged(accepted):
            kept = set_aside(accepted)
            said.append(
                f"The list of accepted migrations was damaged: {accepted} is kept as {kept.name}."
                " What came with a workspace has to be accepted again."
            )
    except OSError as error:
        said.append(f"The list of accepted migrations is damaged: {accepted} cannot be put aside: {error.strerror}.")
    return tuple(said)


def _is_damaged(accepted: Path) -> bool:
    """Whether it is there, and no list of checksums."""
    if not os.path.lexists(accepted):
        return False
    try:
        lines = json.loads(read_file(accepted))
    except (OSError, ValueError, RecursionError):
        return True
    return not isinstance(lines, list) or not all(isinstance(line, str) for line in lines)
