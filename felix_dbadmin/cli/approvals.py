"""approvals: the commands that wait for a yes or no. Nothing is run here: Felix does, when it reads a yes."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from typing import Annotated

import typer

from felix_dbadmin.cli.options import JsonOption, WaitOption, WorkspaceOption
from felix_dbadmin.cli.output import Output
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.core.analytics.approvals import Approval, Decision, Queue, Standing, decide, read_queue, undo
from felix_dbadmin.core.analytics.panel import State
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.text import age_text, count_text, duration_text, time_text

app = typer.Typer(
    name="approvals",
    help="Commands that wait for a yes or no: list them, answer, take an answer back. Nothing is run here.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

NEWEST = 5
"""Answers that are printed beneath what waits."""

IdArgument = Annotated[int, typer.Argument(metavar="ID", help="As approvals list says it.", show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; a denial needs it.")]
NameOption = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Who answers; otherwise the name that you are logged in by.")
]


@app.command("list")
def list_(workspace: WorkspaceOption = None, as_json: JsonOption = False, wait: WaitOption = LOCK_WAIT) -> None:
    """Who waits, and the newest answers."""
    with session(workspace, as_json=as_json, wait=wait) as run:
        show_queue(run)


@app.command()
def approve(
    ident: IdArgument,
    reason: ReasonOption = "",
    name: NameOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Let Felix run a command.

    Exit code 4 where it was answered meanwhile or has expired.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        done = _decided(run, ident, name, reason, approve=True)
        _say(run, done, f"Request {ident} is approved by {done.approval.by}; Felix may run it:")


@app.command()
def deny(
    ident: IdArgument,
    reason: ReasonOption = "",
    name: NameOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Forbid Felix to run a command.

    Exit code 4 where it was answered meanwhile or has expired.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        done = _decided(run, ident, name, reason, approve=False)
        _say(run, done, f"Request {ident} is denied by {done.approval.by}:")


@app.command("undo")
def undo_(
    ident: IdArgument,
    name: NameOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Take back an answer that was given here.

    Exit code 4 where somebody else gave it or the command has run.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        with run.task(f"Taking back the answer to {ident}") as task:
            done = undo(run.folder, ident, name or _own_name(), task=task)
        waits = "waits again" if done.approval.standing is Standing.WAITING else "is without an answer, and expired"
        _say(run, done, f"Request {ident} {waits}:")


def _decided(run: Session, ident: int, name: str, reason: str, *, approve: bool) -> Decision:
    with run.task(f"{'Approving' if approve else 'Denying'} {ident}") as task:
        return decide(run.folder, ident, approve, name or _own_name(), reason, task=task)


def show_queue(run: Session) -> None:
    with run.task("Reading the queue") as task:
        queue = read_queue(run.folder, task=task)
    print_queue(run.out, queue)
    run.out.document({"workspace": str(run.folder), **queue_document(queue)})


def print_queue(out: Output, queue: Queue) -> None:
    if queue.state is State.NOT_MIGRATED:
        out.line("There is no approval queue yet: felix-dbadmin migrate --component system_actions")
        return
    if queue.waiting:
        heads = ("ID", "Asked", "Expires", "Trust", "Risk", "Agent", "Command", "Context")
        out.table(heads, [_row(each, queue.now) for each in queue.waiting], numbers=("ID",))
        out.line()
    if queue.decided:
        rows = [_answer_row(each) for each in queue.decided[:NEWEST]]
        out.table(("ID", "Newest answers", "By", "When", "Command", "Reason"), rows, numbers=("ID",))
        out.line()
    waiting = queue.count(Standing.WAITING)
    shown = f", {len(queue.waiting):,} shown" if len(queue.waiting) < waiting else ""
    rest = [f"{count:,} {standing}" for standing, count in queue.counts if standing is not Standing.WAITING and count]
    out.line(", ".join([f"{count_text(waiting, 'command waits', 'commands wait')} for an answer{shown}", *rest]))
    if queue.waiting:
        out.line('Answer with: felix-dbadmin approvals approve ID, or deny ID --reason "…"')


def _row(approval: Approval, now: float) -> tuple[str, ...]:
    asked = age_text(approval.requested, now) if approval.requested is not None else "unknown"
    return (
        str(approval.ident),
        asked,
        _expiry_text(approval, now),
        approval.trust,
        approval.risk,
        approval.agent,
        approval.command,
        approval.context,
    )


def _answer_row(approval: Approval) -> tuple[str, ...]:
    when = time_text(approval.at) if approval.at is not None else ""
    return (str(approval.ident), approval.standing, approval.by, when, approval.command, approval.reason)


def _expiry_text(approval: Approval, now: float) -> str:
    return f"in {duration_text(approval.expires - now)}" if approval.expires is not None else "never"


def _say(run: Session, done: Decision, sentence: str) -> None:
    run.out.line(sentence)
    run.out.lines(done.approval.command.splitlines(), indent="    ")
    if done.approval.standing in (Standing.APPROVED, Standing.DENIED) and done.approval.at is not None:
        run.out.line(f"Read back: {done.approval.standing} at {time_text(done.approval.at)}.")
    if done.note:
        run.out.line(f"note: {done.note}")
    run.out.document({"workspace": str(run.folder), "request": approval_document(done.approval), "note": done.note})


def approval_document(approval: Approval) -> dict[str, object]:
    return asdict(approval)


def queue_document(queue: Queue) -> dict[str, object]:
    return {
        "state": queue.state,
        "now": queue.now,
        "counts": {str(standing): count for standing, count in queue.counts},
        "waiting": [approval_document(each) for each in queue.waiting],
        "lapsed": [approval_document(each) for each in queue.lapsed],
        "decided": [approval_document(each) for each in queue.decided],
    }


def _own_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, as in some containers
        return ""
