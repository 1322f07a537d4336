"""history: what happened to each component, newest first."""

from __future__ import annotations

from dataclasses import asdict

from felix_dbadmin.cli.options import ComponentsOption, JsonOption, WaitOption, WorkspaceOption
from felix_dbadmin.cli.output import Output
from felix_dbadmin.cli.session import session
from felix_dbadmin.core.history import Event, EventKind, read_history
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.text import duration_text, time_text

_EXPLAINED = {EventKind.FAILED, EventKind.CANCELLED, EventKind.INTERRUPTED}


def history(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """What happened to each database: migrations, rollbacks, backups, restores and failures, newest first."""
    with session(workspace, as_json=as_json, wait=wait) as run:
        documents: list[dict[str, object]] = []
        for item in run.select(component):
            with run.task(f"Reading the history of {item.name}") as task:
                events = read_history(run.folder, item.name, task=task)
            _print(run.out, item.name, events)
            documents.append({"component": item.name, "events": [asdict(event) for event in events]})
        run.out.document({"workspace": str(run.folder), "components": documents})


def _print(out: Output, component: str, events: tuple[Event, ...]) -> None:
    out.line(component, style="bold")
    if not events:
        out.line("  nothing happened yet that this program knows of")
    else:
        rows = [_row(event) for event in events]
        out.table(("When", "What", "Version", "Took", "By", "Backup"), rows, numbers=("Version", "Took"))
    out.line()


def _row(event: Event) -> tuple[str, ...]:
    why = f" ({event.detail})" if event.kind in _EXPLAINED and event.detail else ""
    what = f"Backup: {event.title}" if event.kind is EventKind.BACKUP else event.title
    return (
        time_text(event.at),
        f"{what}{why}",
        "" if event.version is None else str(event.version),
        "" if event.duration is None else duration_text(event.duration),
        event.who,
        event.backup,
    )
