"""The child process that opens spoilt databases with everything that reads one, and says how each call ended.

It is handed one workspace a line; a crash of it is seen by the parent, with the trace that faulthandler writes.
"""

from __future__ import annotations

import faulthandler
import json
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from felix_dbadmin.core.analytics.ask import PAGES, ask
from felix_dbadmin.core.analytics.panel import Wish
from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.backups.contents import damage_of, read_contents
from felix_dbadmin.core.backups.operations import back_up, restore, verify
from felix_dbadmin.core.connection import open_published, open_reader
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.live_files import guard_live_files
from felix_dbadmin.core.migrate.status import read_status
from felix_dbadmin.core.search.find import first_page
from felix_dbadmin.core.search.query import parse
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import BACKUPS_FOLDER, open_workspace

LIMIT = 3.0
"""Seconds that one call may take."""

GOOD = "manual_good_20250101_000000.db"
SPOILT = "manual_{}_20250101_000001.db"
_PAGES_OF = {
    "knowledge": (),
    "tasks": ("tasks",),
    "workflows": ("workflows",),
    "agent_performance": ("agents",),
    "system_actions": ("commands",),
}


def main() -> None:
    faulthandler.enable()
    guard_live_files()
    for line in sys.stdin:
        folder, component = json.loads(line)
        print(json.dumps(_all(Path(folder), component)), flush=True)  # noqa: T201 - the answer


def _all(folder: Path, component: str) -> list[tuple[str, str, float]]:
    database = open_workspace(folder).component(component).database
    stem = Path(database).stem
    good, spoilt = GOOD.replace("good", stem), SPOILT.format(stem)
    calls: list[tuple[str, Callable[[Task], object]]] = [
        ("status", lambda task: read_status(folder, (component,), task=task)),
        ("search", lambda task: _search(folder, component, task)),
    ]
    calls += [
        (f"analytics {page} {panel}", partial(_ask, folder, page, panel))
        for page in _PAGES_OF[component]
        for panel in PAGES[page]
    ]
    calls += [
        ("backup", lambda task: _back_up(folder, component, task)),
        ("compare with the spoilt", lambda task: compare_with_live(folder, component, good, task=task)),
        ("restore over the spoilt", lambda task: _restore(folder, component, good, task)),
        ("verify a spoilt backup", lambda task: verify(folder, spoilt, task=task)),
        ("compare a spoilt backup", lambda task: compare_with_live(folder, component, spoilt, task=task)),
        ("restore a spoilt backup", lambda task: _restore(folder, component, spoilt, task)),
    ]
    return [(name, *_outcome(work)) for name, work in calls]


def _ask(folder: Path, page: str, panel: str, task: Task) -> None:
    ask(folder, page, panel, Wish(), task=task)


def _search(folder: Path, component: str, task: Task) -> None:
    for source in read_sources(folder, (component,), task=task).found:
        try:
            first_page(folder, source, Search(parse("the data")), task=task)
        except DbAdminError:
            task.check()


def _back_up(folder: Path, component: str, task: Task) -> None:
    """What calls itself verified holds what the database does, as a second look at both files says."""
    taken = back_up(folder, component, task=task)
    if taken.verified:
        _require_same(taken.path, _database(folder, component), component, task)


def _restore(folder: Path, component: str, backup: str, task: Task) -> None:
    restore(folder, component, backup, task=task)
    _require_same(folder / BACKUPS_FOLDER / backup, _database(folder, component), component, task)


def _database(folder: Path, component: str) -> Path:
    workspace = open_workspace(folder)
    return workspace.database(workspace.component(component))


def _require_same(copy: Path, live: Path, component: str, task: Task) -> None:
    with open_published(copy, task) as db, open_reader(live, task) as other:
        assert read_contents(db, component, task) == read_contents(other, component, task)
        assert not damage_of(other, task)


def _outcome(work: Callable[[Task], object]) -> tuple[str, float]:
    """'done', 'refused: …' with our own error, 'too slow', or the trace of what must not happen; and its seconds."""
    task = Task(lock_wait=1.0)
    late = threading.Timer(3 * LIMIT, task.cancel)
    late.start()
    started = time.monotonic()
    try:
        work(task)
        outcome = "done"
    except DbAdminError as error:
        outcome = f"refused: {type(error).__name__}: {error.summary}"
        if not (error.summary and error.hint):
            outcome = f"no hint: {error!r}"
    except BaseException:  # noqa: BLE001 - any other exception is the bug that is looked for
        outcome = traceback.format_exc()
    finally:
        late.cancel()
    seconds = time.monotonic() - started
    return ("too slow" if seconds > LIMIT else outcome), seconds


if __name__ == "__main__":
    main()
