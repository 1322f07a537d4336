"""One run of one command: its workspace, its output, its cancellable work, and how it ends."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from felix_dbadmin.cli.output import Output, console_on, plain
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.errors import Cancelled, ConsentMissing, DbAdminError, WrongUsage
from felix_dbadmin.core.task import LOCK_WAIT, Progress, Task
from felix_dbadmin.core.text import list_text
from felix_dbadmin.core.workspace import open_workspace

WORKSPACE_VARIABLE = "FELIX_WORKSPACE"
LONGEST_NOTE = 60


def chosen_folder(given: Path | None) -> Path | None:
    """What the option or the environment names; None where neither does."""
    named = os.environ.get(WORKSPACE_VARIABLE, "")
    return given or (Path(named) if named else None)


class Session:
    """What a command works with: it prints through `out` and calls core inside `task`."""

    def __init__(self, folder: Path, out: Output, lock_wait: float) -> None:
        self.folder = folder
        self.out = out
        self._lock_wait = lock_wait
        self._stopped = False

    @contextmanager
    def task(self, title: str) -> Iterator[Task]:
        """A task that shows its progress and that Ctrl-C cancels. Raises Cancelled where an earlier one was."""
        if self._stopped:
            raise Cancelled("Cancelled.", "Nothing is left half done; start it again when you like.")
        with _progress_shown(title, self.out) as bar:
            task = Task(bar, lock_wait=self._lock_wait)
            with _cancelled_by_interrupt(task):
                yield task
        self._stopped = task.cancelled

    def select(self, names: Sequence[str] | None) -> tuple[Component, ...]:
        """The components with these names, all of them for none, in their usual order. Raises WrongUsage."""
        workspace = open_workspace(self.folder)
        chosen = {workspace.component(name).name for name in names or ()}
        return tuple(item for item in workspace.components if not chosen or item.name in chosen)

    def only(self, names: Sequence[str] | None, what: str) -> Component:
        """The one component that was named. Raises WrongUsage unless it is exactly one."""
        chosen = self.select(names)
        if not names or len(chosen) != 1:
            known = list_text([item.name for item in self.select(None)], limit=20)
            raise WrongUsage(f"{what} works on exactly one component.", f"Name it with --component: one of {known}.")
        return chosen[0]

    def require_consent(self, question: str, *, yes: bool) -> None:
        """Nothing when somebody said yes, by option or at the prompt. Raises ConsentMissing."""
        if yes:
            return
        if self.out.as_json or not self.out.on_terminal:
            raise ConsentMissing(
                f"Nobody has said yes to: {question.rstrip('?')}. Nothing was changed.",
                "Look at what it would do, then add --yes.",
            )
        try:
            agreed = self.out.ask(question)
        except KeyboardInterrupt:
            raise Cancelled("Cancelled; nothing was changed.", "Start it again when you like.") from None
        if not agreed:
            raise ConsentMissing("Not confirmed; nothing was changed.", "Answer y, or add --yes, to go on.")


@contextmanager
def session(workspace: Path | None, *, as_json: bool = False, wait: float = LOCK_WAIT) -> Iterator[Session]:
    """Prints known errors and ends the program with their exit code; anything else is a bug and stays loud."""
    out = Output(as_json=as_json)
    folder = (chosen_folder(workspace) or Path()).expanduser().absolute()
    try:
        yield Session(folder, out, wait)
    except DbAdminError as error:
        out.error(error)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        stopped = Cancelled("Cancelled.", "What was reported as done stands: felix-dbadmin status")
        out.error(stopped)
        raise typer.Exit(stopped.exit_code) from None


@contextmanager
def _cancelled_by_interrupt(task: Task) -> Iterator[None]:
    """The first Ctrl-C cancels the task, which rolls back what is under way; a second one interrupts as usual."""
    usual = signal.getsignal(signal.SIGINT)
    if usual in (signal.SIG_IGN, None) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def cancel(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, usual)
        # In a thread: this handler may have interrupted code that holds the lock of the task's event.
        threading.Thread(target=task.cancel).start()

    signal.signal(signal.SIGINT, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


class _Bar:
    """Draws what a task reports."""

    def __init__(self, title: str, bar: ProgressBar) -> None:
        self._title = title
        self._bar = bar
        self._row = bar.add_task(plain(title), total=None)

    def __call__(self, progress: Progress) -> None:
        parts = [self._title]
        if len(progress.steps) > 1:
            parts.append(f"{progress.step + 1} of {len(progress.steps)}: {progress.steps[progress.step]}")
        if progress.note:
            parts.append(progress.note[:LONGEST_NOTE])
        self._bar.update(self._row, description=plain(" · ".join(parts)), completed=progress.done, total=progress.total)


@contextmanager
def _progress_shown(title: str, out: Output) -> Iterator[_Bar | None]:
    """A line on stderr that goes when the work ends; None where nobody would see it."""
    if out.as_json or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with ProgressBar(*columns, console=console_on(sys.stderr), transient=True) as bar:
        yield _Bar(title, bar)
