"""init and demo: a workspace to begin with."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from felix_dbadmin.cli.options import JsonOption, WorkspaceOption
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.cli.status import print_status
from felix_dbadmin.core.backups.publish import private_folder
from felix_dbadmin.core.errors import WorkspaceUnusable
from felix_dbadmin.core.migrate.status import WorkspaceStatus, read_status
from felix_dbadmin.core.sample.demo import make_demo
from felix_dbadmin.core.text import count_text
from felix_dbadmin.core.workspace import open_workspace, require_writable

DEMO_FOLDER = Path("felix-demo")

FolderArgument = Annotated[Path, typer.Argument(metavar="[FOLDER]", readable=False, help="Where to make it.")]
KeepOption = Annotated[bool, typer.Option("--keep", help="Leave a demo that is there already as it is.")]


def init(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Make a workspace: the folder, and one for its backups. Databases that are there are left alone."""
    with session(workspace, as_json=as_json) as run:
        try:
            run.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceUnusable(
                f"{run.folder} cannot be made: {error.strerror}.", "Choose another folder, or check the permissions."
            ) from error
        place = open_workspace(run.folder)
        require_writable(place)
        private_folder(place.backups)
        found = _show_status(run)
        run.out.line()
        if found.pending:
            run.out.line(f"Next: felix-dbadmin migrate --workspace {run.folder}")
        run.out.document({"workspace": str(run.folder), "backups": str(place.backups), "pending": found.pending})


def demo(folder: FolderArgument = DEMO_FOLDER, keep: KeepOption = False, as_json: JsonOption = False) -> None:
    """Make a folder of sample databases to try this program on."""
    with session(folder, as_json=as_json) as run:
        if keep and _holds_databases(run.folder):
            run.out.line(f"{run.folder} holds databases already; they are left as they are.")
            databases: tuple[tuple[str, int], ...] = ()
        else:
            with run.task("Making the demo") as task:
                databases = make_demo(run.folder, time.time(), task=task).databases
            for name, rows in databases:
                run.out.line(f"{name}: {count_text(rows, 'row')}")
        run.out.line()
        _show_status(run)
        run.out.line()
        run.out.line("Try next:")
        run.out.lines(
            [f"felix-dbadmin {verb} --workspace {run.folder}" for verb in ("dry-run", "migrate", "backup list", "gui")]
        )
        made = [{"database": name, "rows": rows} for name, rows in databases]
        run.out.document({"workspace": str(run.folder), "made": made})


def _holds_databases(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    place = open_workspace(folder)
    return any(place.database(component).exists() for component in place.components)


def _show_status(run: Session) -> WorkspaceStatus:
    with run.task("Reading the databases") as task:
        found = read_status(run.folder, task=task)
    print_status(run.out, found, list(found.components))
    return found
