"""analytics: the figures of the window's tabs, in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from felix_dbadmin.cli.approvals import show_queue
from felix_dbadmin.cli.options import JsonOption, WaitOption, WorkspaceOption
from felix_dbadmin.cli.panels import csv_text, panel_document, print_panel
from felix_dbadmin.cli.search_options import conditions, moment
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.core.analytics.ask import PAGES, ask
from felix_dbadmin.core.analytics.panel import Panel, State, Wish
from felix_dbadmin.core.errors import DbAdminError, WrongUsage
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.text import list_text

app = typer.Typer(
    name="analytics",
    help="How agents, commands, workflows and tasks behave.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

USUAL = Wish()

FILTERS = {
    "agents": ("agent_type", "phase", "workflow_id", "agent_id"),
    "commands": (
        "trust_level",
        "agent_type",
        "agent_id",
        "workflow_id",
        "error_category",
        "command",
        "executed",
        "success",
        "exit_code",
        "venv_active",
    ),
    "workflows": ("status",),
    "tasks": ("task_type", "complexity", "outcome"),
}
COMPONENTS = {
    "agents": "agent_performance",
    "commands": "system_actions",
    "workflows": "workflows",
    "tasks": "tasks",
}

ByOption = Annotated[
    list[str] | None,
    typer.Option("--by", metavar="PANEL", help="Only this panel, with all its rows; repeat it for more."),
]
SinceOption = Annotated[str, typer.Option("--since", metavar="TIME", help="2025-10-24, or how long ago: 24h, 7d.")]
UntilOption = Annotated[str, typer.Option("--until", metavar="TIME", help="As --since; a date is included.")]
FilterOption = Annotated[
    list[str] | None,
    typer.Option("--filter", "-f", metavar="COLUMN=VALUE", help="Only such rows; repeat it for more."),
]
LeastOption = Annotated[
    int, typer.Option("--least", metavar="N", min=1, help="How often a command must have run to be ranked.")
]
LongestOption = Annotated[int, typer.Option("--longest", metavar="N", min=1, help="Rows of a table that ranks.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print the table of one panel, and nothing else.")]


def _command(page: str, says: str) -> Callable[..., None]:
    def show(
        workspace: WorkspaceOption = None,
        by: ByOption = None,
        since: SinceOption = "",
        until: UntilOption = "",
        where: FilterOption = None,
        least: LeastOption = USUAL.least_uses,
        longest: LongestOption = USUAL.longest,
        as_json: JsonOption = False,
        as_csv: CsvOption = False,
        wait: WaitOption = LOCK_WAIT,
    ) -> None:
        with session(workspace, as_json=as_json, wait=wait) as run:
            wish = Wish(
                since=moment(since, "--since"),
                until=moment(until, "--until", end=True),
                where=_where(page, where or ()),
                least_uses=least,
                longest=longest,
            )
            names = _panels(page, by or (), one=as_csv)
            if as_csv and as_json:
                raise WrongUsage("--csv and --json are two answers to one question.", "Give one of them.")
            if as_csv:
                _print_csv(_asked(run, page, names[0], wish), page)
                return
            shown = [_asked(run, page, name, wish) for name in names]
            migrate = f"felix-dbadmin migrate --component {COMPONENTS[page]}"
            for panel in shown:
                print_panel(run.out, panel, migrate, whole=bool(by))
            run.out.document(_document(run, page, wish, shown))

    show.__doc__ = f"{says}\n\nPanels: {', '.join(PAGES[page])}. Filters: {', '.join(FILTERS[page])}."
    return show


app.command("agents")(_command("agents", "Confidence, tokens and activity of agents."))
app.command("commands")(_command("commands", "Success, failures, durations and patterns of commands."))
app.command("workflows")(_command("workflows", "Status, confidence and cost of workflows."))
app.command("tasks")(_command("tasks", "Outcome, complexity and patterns of tasks."))


@app.command("approvals")
def approvals(workspace: WorkspaceOption = None, as_json: JsonOption = False, wait: WaitOption = LOCK_WAIT) -> None:
    """Commands that wait for an answer.

    As approvals list prints them.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        show_queue(run)


def _asked(run: Session, page: str, name: str, wish: Wish) -> Panel:
    with run.task(f"Reading {page}: {name}") as task:
        return ask(run.folder, page, name, wish, task=task)


def _where(page: str, filters: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A misspelt column would silently count everything."""
    found = conditions(filters)
    for condition in found:
        if condition.negated:
            raise WrongUsage(f"--filter {condition.column}!=… is not for figures.", "Write COLUMN=VALUE.")
        if condition.column not in FILTERS[page]:
            known = list_text(FILTERS[page], limit=20)
            raise WrongUsage(f"{page} cannot be filtered by {condition.column}.", f"Choose one of {known}.")
    return tuple((condition.column, condition.values) for condition in found)


def _panels(page: str, by: Sequence[str], *, one: bool) -> tuple[str, ...]:
    known = tuple(PAGES[page])
    for name in by:
        if name not in known:
            raise WrongUsage(f"There is no panel {page} {name}.", f"Choose one of {list_text(known, limit=20)}.")
    if one and len(by) != 1:
        raise WrongUsage("--csv prints the table of one panel.", f"Name it with --by: {list_text(known, limit=20)}.")
    return tuple(dict.fromkeys(by)) or known


def _print_csv(panel: Panel, page: str) -> None:
    if panel.state is State.NOT_MIGRATED:
        raise DbAdminError(
            f"{panel.title}: the table is not there yet.", f"Run: felix-dbadmin migrate --component {COMPONENTS[page]}"
        )
    sys.stdout.write(csv_text(panel.table))


def _document(run: Session, page: str, wish: Wish, shown: Sequence[Panel]) -> dict[str, object]:
    return {
        "workspace": str(run.folder),
        "page": page,
        "since": wish.since,
        "until": wish.until,
        "filters": {column: list(values) for column, values in wish.where},
        "panels": [panel_document(panel) for panel in shown],
    }
