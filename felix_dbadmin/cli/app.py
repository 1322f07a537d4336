"""The commands in one place, and the entry point of the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from felix_dbadmin import __version__
from felix_dbadmin.cli import (
    analytics,
    approvals,
    backup,
    changes,
    demo,
    dry_run,
    gui,
    history,
    output,
    search,
    status,
    trust,
    verify,
)
from felix_dbadmin.cli.options import WorkspaceOption
from felix_dbadmin.core.live_files import guard_live_files

app = typer.Typer(
    help="Migrate, rehearse, back up and restore the SQLite databases of the Felix agent framework.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 pending, 4 drift or conflict, 5 locked, 6 not confirmed,"
    " 130 cancelled.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"felix-dbadmin {__version__}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
]


@app.callback(invoke_without_command=True)
def start(context: typer.Context, workspace: WorkspaceOption = None, version: VersionOption = False) -> None:
    """Migrate, rehearse, back up and restore the SQLite databases of the Felix agent framework.

    Without a command the window opens.
    """
    if context.invoked_subcommand is None:
        gui.gui(workspace)
    elif workspace is not None:
        raise typer.BadParameter(f"put it after the command: felix-dbadmin {context.invoked_subcommand} --workspace …")


for command in (
    status.status,
    dry_run.dry_run,
    changes.migrate,
    changes.rollback,
    changes.repair,
    verify.verify,
    trust.trust,
    history.history,
    demo.init,
    demo.demo,
    gui.gui,
):
    app.command()(command)
app.add_typer(backup.app)
app.add_typer(search.app, name="search")
app.add_typer(analytics.app)
app.add_typer(approvals.app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code. `arguments` are those of the process where None."""
    guard_live_files()
    output.never_fail_to_print()
    try:
        typer.main.get_command(app).main(
            None if arguments is None else list(arguments), prog_name="felix-dbadmin", standalone_mode=True
        )
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    else:
        code = 0
    output.flush()
    return code
