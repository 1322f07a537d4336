"""Code that came with a workspace, accepted by a person: kept for good, and told in the journal."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.errors import CheckFailed
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text, list_text
from felix_dbadmin.core.trust import Code, accept, accepted_file, unaccepted
from felix_dbadmin.core.workspace import open_workspace


def accept_code(folder: Path, code: tuple[Code, ...], *, task: Task) -> tuple[Code, ...]:
    """Let exactly these texts run from now on, whatever their files hold meanwhile; returns them.

    Raises OutOfSpace, WorkspaceUnusable, and CheckFailed where they are not kept when that is read back.
    """
    workspace = open_workspace(folder)
    for component in dict.fromkeys(each.component for each in code):
        task.check()
        texts = tuple(each for each in code if each.component == component)
        command = f"felix-dbadmin trust --component {component}"
        with recorded(workspace, component, f"Accept code of {component}", kind="accept", command=command) as entry:
            accept(texts)
            if unaccepted(texts):
                raise CheckFailed(
                    f"{accepted_file()} does not hold what was accepted; nothing of it runs.",
                    "Look at that file's folder and its disk, then accept it again.",
                )
            entry.detail = accepted_text(texts)
    return code


def accepted_text(code: tuple[Code, ...]) -> str:
    """'2 texts of notes accepted: base.sql and 001_add_author.sql.'"""
    components = list_text(tuple(dict.fromkeys(each.component for each in code)))
    files = list_text([each.file for each in code])
    return f"{count_text(len(code), 'text')} of {components} accepted: {files}."
