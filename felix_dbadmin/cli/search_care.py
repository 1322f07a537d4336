"""search health, search rebuild and search optimise: how the full-text indexes are, and what mends them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from felix_dbadmin.cli.changes import change
from felix_dbadmin.cli.options import (
    ComponentsOption,
    IndexOption,
    JsonOption,
    WaitOption,
    WorkspaceOption,
    YesOption,
)
from felix_dbadmin.cli.output import Output
from felix_dbadmin.cli.planning import requests_for, statuses
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.migrate.plan import Direction
from felix_dbadmin.core.search.health import IndexHealth, read_health
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.text import bytes_text, time_text

PENDING = 3
NOT_HEALTHY = 4

QuickOption = Annotated[
    bool, typer.Option("--quick", help="Only count rows; otherwise each is compared, on a private copy.")
]


def health(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    quick: QuickOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Look at every full-text index.

    Exit code 4 where one is not healthy, 3 where one is only waiting for its migration.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        names = tuple(item.name for item in run.select(component))
        with run.task("Looking at the search indexes") as task:
            found = read_health(run.folder, names, thorough=not quick, task=task)
        _print(run.out, found)
        run.out.document({"workspace": str(run.folder), "indexes": [_document(item) for item in found]})
        if any(not item.healthy and not _waiting(item) for item in found):
            raise typer.Exit(NOT_HEALTHY)
        if any(_waiting(item) for item in found):
            raise typer.Exit(PENDING)


def rebuild(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    index: IndexOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Make full-text indexes anew from their rows.

    Rehearsed on a copy first, with a backup, as a migration is. To only look: felix-dbadmin dry-run --rebuild
    """
    _care(Direction.REBUILD, workspace, component, index, yes=yes, as_json=as_json, wait=wait)


def optimise(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    index: IndexOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Merge the pieces of full-text indexes into one.

    Rehearsed on a copy first, with a backup, as a migration is. To only look: felix-dbadmin dry-run --optimise
    """
    _care(Direction.OPTIMISE, workspace, component, index, yes=yes, as_json=as_json, wait=wait)


def _care(
    direction: Direction,
    workspace: WorkspaceOption,
    component: ComponentsOption,
    index: str,
    *,
    yes: bool,
    as_json: bool,
    wait: float,
) -> None:
    with session(workspace, as_json=as_json, wait=wait) as run:
        names = component or (() if index else _searchable(run))
        requests = requests_for(run, names, direction, None, out_of_order=False, index=index)
        change(run, requests, statuses(run, requests), yes=yes, allow_data_loss=False)


def _searchable(run: Session) -> tuple[str, ...]:
    """The components that have an index, or cannot be read: the change then says why."""
    with run.task("Reading the databases") as task:
        found = read_sources(run.folder, task=task)
    names = [source.component for source in found.found if source.index]
    names += [failed.component for failed in found.failed]
    if not names:
        raise WrongUsage("There is no search index here.", "The migrations make them: felix-dbadmin migrate")
    return tuple(dict.fromkeys(names))


def _waiting(item: IndexHealth) -> bool:
    return item.action is not None and item.action.direction is Direction.UP


def _print(out: Output, found: tuple[IndexHealth, ...]) -> None:
    heads = ("Component", "Index", "Rows", "Indexed", "Missing", "Stale", "Triggers", "Size", "Pieces", "Optimised", "")
    numbers = ("Rows", "Indexed", "Missing", "Stale", "Size", "Pieces")
    out.table(heads, [_row(item) for item in found], numbers=numbers)
    out.line()
    for item in found:
        if item.advice:
            out.line(f"{item.component} {item.index}: {item.advice}")
        if item.integrity is not None and not item.integrity.ok:
            out.line(f"  {item.integrity.detail}")
        if item.action is not None:
            out.line(f"  {item.action.command}")


def _row(item: IndexHealth) -> tuple[str, ...]:
    right = sum(trigger.state == "right" for trigger in item.triggers)
    return (
        item.component,
        item.index,
        *(_number(count) for count in (item.source_rows, item.indexed_rows, item.missing, item.stale)),
        f"{right} of {len(item.triggers)} right" if item.triggers else "",
        bytes_text(item.bytes) if item.bytes else "",
        str(item.segments) if item.exists else "",
        time_text(item.last_optimised) if item.last_optimised is not None else "",
        _verdict(item),
    )


def _verdict(item: IndexHealth) -> str:
    if item.healthy:
        return "healthy" if item.integrity is not None else "rows counted"
    return "not made" if _waiting(item) else "NOT HEALTHY"


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _document(item: IndexHealth) -> dict[str, object]:
    command = item.action.command if item.action is not None else None
    return {**asdict(item), "action": command}
