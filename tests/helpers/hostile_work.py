"""The child process that opens spoilt databases with everything that does so, and says how each call ended.

It is handed one workspace a line; a crash of it is seen by the parent, with the trace that faulthandler writes.
"""

from __future__ import annotations

import faulthandler
import hashlib
import json
import random
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import apsw

from felix_dbadmin.core.analytics.ask import PAGES, ask
from felix_dbadmin.core.analytics.panel import Wish
from felix_dbadmin.core.analytics.requests import read_queue
from felix_dbadmin.core.backups.bring_back import bring_back
from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.backups.contents import damage_of, read_contents
from felix_dbadmin.core.backups.operations import back_up, restore, verify
from felix_dbadmin.core.connection import open_published, open_reader
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.live_files import guard_live_files
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.status import read_status
from felix_dbadmin.core.migrate.verify import verify_component
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.rows import read_rows
from felix_dbadmin.core.search.export import export_hits
from felix_dbadmin.core.search.find import FirstPage, first_page
from felix_dbadmin.core.search.forms import Form
from felix_dbadmin.core.search.health import read_health
from felix_dbadmin.core.search.query import parse
from felix_dbadmin.core.search.reading import read_row
from felix_dbadmin.core.search.scan import scan
from felix_dbadmin.core.search.sources import Source, read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import BACKUPS_FOLDER, open_workspace

SOUGHT = Search(parse("the data"))

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


_TABLE_OF: dict[str, tuple[str, str | int]] = {
    "knowledge": ("knowledge_entries", "id 3"),
    "tasks": ("task_executions", "id 3"),
    "workflows": ("workflow_outputs", 3),
    "agent_performance": ("agent_performance", 3),
    "system_actions": ("command_executions", 3),
}
"""A table with rows to bring back, and the key of one."""


def main() -> None:
    faulthandler.enable()
    guard_live_files()
    apsw.hard_heap_limit(int(sys.argv[1]))
    for line in sys.stdin:
        folder, component, most, only = json.loads(line)
        calls = [each for each in _calls(Path(folder), component) if each[0].startswith(tuple(only))]
        if most is not None and most < len(calls):
            rng = random.Random(line)
            calls = [calls[at] for at in sorted(rng.sample(range(len(calls)), most))]
        print(json.dumps([(name, *_outcome(work)) for name, work in calls]), flush=True)  # noqa: T201 - the answer


def _calls(folder: Path, component: str) -> list[tuple[str, Callable[[Task], object]]]:
    """In this order: what only looks, what works on copies, what mends."""
    database = open_workspace(folder).component(component).database
    stem = Path(database).stem
    good, spoilt = GOOD.replace("good", stem), SPOILT.format(stem)
    calls: list[tuple[str, Callable[[Task], object]]] = [
        ("status", lambda task: read_status(folder, (component,), task=task)),
        ("verify", lambda task: verify_component(folder, component, task=task)),
        ("search", lambda task: _search(folder, component, task)),
        ("read rows", lambda task: _read_rows(folder, component, task)),
        ("quick search health", lambda task: read_health(folder, (component,), thorough=False, task=task)),
        ("search health", lambda task: read_health(folder, (component,), task=task)),
        ("export", lambda task: _export(folder, component, task)),
        ("approvals", lambda task: read_queue(folder, task=task)),
    ]
    calls += [
        (f"analytics {page} {panel}", partial(_ask, folder, page, panel))
        for page in _PAGES_OF[component]
        for panel in PAGES[page]
    ]
    table, key = _TABLE_OF[component]
    calls += [
        ("dry run up", lambda task: _rehearse(folder, Request(component), task)),
        ("dry run down", lambda task: _rehearse(folder, Request(component, Direction.DOWN, 0), task)),
        ("backup", lambda task: _back_up(folder, component, task)),
        ("compare with the spoilt", lambda task: compare_with_live(folder, component, good, task=task)),
        ("compare a spoilt backup", lambda task: compare_with_live(folder, component, spoilt, task=task)),
        ("bring rows back", lambda task: _bring_back(folder, component, good, table, ((key,),), task)),
        ("bring a table back", lambda task: _bring_back(folder, component, good, table, None, task)),
        ("bring a spoilt table back", lambda task: _bring_back(folder, component, spoilt, table, None, task)),
        ("restore over the spoilt", lambda task: _restore(folder, component, good, task)),
        ("verify a spoilt backup", lambda task: verify(folder, spoilt, task=task)),
        ("restore a spoilt backup", lambda task: _restore(folder, component, spoilt, task)),
    ]
    return calls


def _ask(folder: Path, page: str, panel: str, task: Task) -> None:
    ask(folder, page, panel, Wish(), task=task)


def _search(folder: Path, component: str, task: Task) -> None:
    for source in read_sources(folder, (component,), task=task).found:
        try:
            _hits(folder, source, task)
        except DbAdminError:
            task.check()


def _hits(folder: Path, source: Source, task: Task) -> FirstPage:
    return (first_page if source.index else scan)(folder, source, SOUGHT, task=task)


def _read_rows(folder: Path, component: str, task: Task) -> None:
    """The first hits whole, and a page of the table around each."""
    for source in read_sources(folder, (component,), task=task).found:
        for hit in _hits(folder, source, task).hits[:3]:
            row = read_row(folder, source, SOUGHT, hit.rowid, key=hit.key, task=task)
            if source.table and not row.gone:
                read_rows(folder, component, source.table, around=(source.key, row.key), task=task)


def _export(folder: Path, component: str, task: Task) -> None:
    """What is refused leaves no file; what is done has all the rows that it says."""
    target = folder / "hits.json"
    target.unlink(missing_ok=True)
    try:
        sources = read_sources(folder, (component,), task=task).found
        done = export_hits(folder, sources, SOUGHT, target, Form.JSON, task=task)
    except DbAdminError:
        assert not target.exists()
        raise
    assert len(json.loads(target.read_bytes())) == done.rows


def _rehearse(folder: Path, request: Request, task: Task) -> None:
    """The live file is the same to the last byte, however the dry run ends."""
    path = _database(folder, request.component)
    before = hashlib.sha256(path.read_bytes()).digest()
    try:
        rehearse(folder, request, task=task)
    finally:
        assert hashlib.sha256(path.read_bytes()).digest() == before


def _bring_back(
    folder: Path, component: str, backup: str, table: str, keys: tuple[tuple[object, ...], ...] | None, task: Task
) -> None:
    """What is done has the rows of the backup, as a second look at both files says."""
    bring_back(folder, component, backup, table, keys, task=task)
    copy = folder / BACKUPS_FOLDER / backup
    with open_published(copy, task) as db, open_reader(_database(folder, component), task) as live:
        every = f"select * from {table} not indexed"
        found, wanted = (Counter(each.execute(every).fetchall()) for each in (live, db))
    if keys is None:
        assert found == wanted
    else:
        assert any(row[0] == keys[0][0] for row in found & wanted)


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
