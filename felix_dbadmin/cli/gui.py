"""gui: the window, or a picture of it where there is no display."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from felix_dbadmin.cli.options import WorkspaceOption
from felix_dbadmin.cli.session import Session, chosen_folder, session
from felix_dbadmin.cli.status import print_status
from felix_dbadmin.core.errors import EngineStopped, WorkspaceUnusable
from felix_dbadmin.core.migrate.status import read_status
from felix_dbadmin.core.workspace import open_workspace

PLATFORM = "QT_QPA_PLATFORM"
UNSEEN = ("offscreen", "minimal")
"""Platforms of Qt that draw where nobody looks: a window there would wait for ever."""

NO_DISPLAY = "There is no display to open a window on (no DISPLAY or WAYLAND_DISPLAY, or Qt draws off screen)."

PictureOption = Annotated[
    Path | None,
    typer.Option("--or-picture", metavar="PNG", help="Without a display: draw the window into this file instead."),
]


def gui(workspace: WorkspaceOption = None, or_picture: PictureOption = None) -> None:
    """Open the window."""
    with session(workspace) as run:
        folder = _folder(run, workspace)
        picture = None
        if not _has_display():
            if or_picture is None:
                raise WorkspaceUnusable(
                    NO_DISPLAY,
                    "Use the commands (felix-dbadmin --help), or draw it: felix-dbadmin gui --or-picture PNG",
                )
            picture = or_picture.expanduser().absolute()
            run.out.line(NO_DISPLAY)
            _print_status(run)
            os.environ[PLATFORM] = "offscreen"
        # Qt is loaded only now, and in no other command.
        from felix_dbadmin.app import run as open_window

        code = open_window(folder, picture=picture)
        if code:
            raise typer.Exit(code)
        if picture is not None:
            if not picture.is_file():
                raise EngineStopped(f"{picture} was not made.", "Run it again with a display.")
            run.out.line(f"The window is drawn in {picture}")


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    if os.environ.get(PLATFORM) in UNSEEN:
        return False
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", PLATFORM))


def _folder(run: Session, given: Path | None) -> Path | None:
    """What was named, or the current folder where databases are in it; otherwise the window's own last one."""
    place = open_workspace(run.folder)
    if chosen_folder(given) is None and not any(place.database(item).exists() for item in place.components):
        return None
    return place.folder


def _print_status(run: Session) -> None:
    with run.task("Reading the databases") as task:
        found = read_status(run.folder, task=task)
    print_status(run.out, found, list(found.components))
