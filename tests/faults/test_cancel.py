"""Cancelled anywhere on a database of 500 MB: it ends soon, the old state stays, and nothing is left lying around.

Takes minutes and 3 GB: only in a soak.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from felix_dbadmin.core.analytics.ask import ask
from felix_dbadmin.core.analytics.panel import Wish
from felix_dbadmin.core.backups.bring_back import bring_back
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.backups.operations import back_up, restore, verify
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.verify import verify_component
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.search.find import first_page, rank
from felix_dbadmin.core.search.health import read_health
from felix_dbadmin.core.search.query import parse
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.task import Progress, Task
from tests.faults.figures import Figure, record
from tests.faults.large import make_large
from tests.faults.operations import COMPONENT, DATABASE, carry_out_request, partials
from tests.faults.sampling import PATIENCE, SOAK_SECONDS, trials
from tests.helpers.workspaces import run_sql

pytestmark = [
    pytest.mark.timeout(PATIENCE + 600),
    pytest.mark.skipif(not SOAK_SECONDS, reason="a database of 500 MB is made in a soak only: FELIX_SOAK_SECONDS"),
]

LATENCY = 0.25
"""Seconds from the cancel to the end of the work."""

TRIALS = 2
SHARE = 0.4
"""Of a soak, for all of this: what does not come to its turn in a short one is skipped, in another order each time."""

OPERATIONS = (
    "back up",
    "restore",
    "compare",
    "bring back",
    "verify a backup",
    "verify",
    "health",
    "search",
    "analytics",
    "dry run",
    "rebuild",
    "roll back",
    "apply",
)


class Large:
    """The workspace, and the operations on it, each with what makes ready for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.backup = back_up(folder, COMPONENT, task=Task()).path.name
        source = read_sources(folder, (COMPONENT,), task=Task()).found[0]
        search = Search(parse("the data", source.columns))
        self.operations: dict[str, Callable[[Task], object]] = {
            "back up": lambda task: back_up(folder, COMPONENT, task=task),
            "restore": lambda task: restore(folder, COMPONENT, self.backup, task=task),
            "compare": lambda task: compare_with_live(folder, COMPONENT, self.backup, task=task),
            "bring back": lambda task: bring_back(folder, COMPONENT, self.backup, "knowledge_entries", None, task=task),
            "verify a backup": lambda task: verify(folder, self.backup, task=task),
            "verify": lambda task: verify_component(folder, COMPONENT, task=task),
            "health": lambda task: read_health(folder, (COMPONENT,), task=task),
            "search": lambda task: (
                first_page(folder, source, search, task=task),
                rank(folder, source, search, task=task),
            ),
            "analytics": lambda task: ask(folder, "agents", "confidence_by_type", Wish(), task=task),
            "dry run": lambda task: rehearse(folder, Request(COMPONENT, Direction.REBUILD), task=task),
            "rebuild": lambda task: carry_out_request(folder, Request(COMPONENT, Direction.REBUILD), task),
            "roll back": lambda task: carry_out_request(folder, Request(COMPONENT, Direction.DOWN, 0), task),
            "apply": lambda task: carry_out_request(folder, Request(COMPONENT), task),
        }

    def make_ready(self, operation: str) -> None:
        """What an earlier operation did is undone, and the backups that it took are gone."""
        run_sql(self.folder / DATABASE, "pragma journal_mode = delete")
        if operation in ("apply", "roll back"):
            version = self.version()
            if operation == "apply" and version == 2:
                self.operations["roll back"](Task())
            if operation == "roll back" and version != 2:
                self.operations["apply"](Task())
        elif self.version() != 2:
            self.operations["apply"](Task())
        for item in list_backups(self.folder / "backups"):
            if item.name != self.backup:
                item.path.unlink()
                item.path.with_name(f"{item.name}.json").unlink(missing_ok=True)

    def version(self) -> int:
        with open_reader(self.folder / DATABASE) as db:
            found = db.execute("select max(version) from schema_migrations where component = ?", (COMPONENT,)).get
        return int(str(found or 0))


@pytest.fixture(scope="module")
def ends() -> float:
    return time.monotonic() + SOAK_SECONDS * SHARE


@pytest.fixture(autouse=True)
def _in_time(ends: float) -> None:
    if time.monotonic() > ends:
        pytest.skip("this soak is over: make soak SECONDS=…")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Large:
    folder = tmp_path_factory.mktemp("large")
    return Large(make_large(folder))


def latency_of(work: Callable[[Task], object], delay: float) -> tuple[float | None, float]:
    """Seconds from a cancel after `delay` to the end, None where the work was done before; and all of its time."""
    task, cancelled_at = Task(), 0.0

    def cancel() -> None:
        nonlocal cancelled_at
        cancelled_at = time.monotonic()
        task.cancel()

    timer = threading.Timer(delay, cancel)
    started = time.monotonic()
    timer.start()
    try:
        work(task)
    except Cancelled:
        ended = time.monotonic()
        return ended - cancelled_at, ended - started
    finally:
        timer.cancel()
        timer.join()
    return None, time.monotonic() - started


class CancelledWriting:
    """A task that is cancelled so many seconds after a restore began to write, with the moments of both."""

    def __init__(self, after: float) -> None:
        self.task = Task(self._look)
        self.writing = self.cancelled = 0.0
        self._after = after

    def _look(self, progress: Progress) -> None:
        if progress.step == 2:
            self.writing = self.writing or time.monotonic()
            if not self.cancelled and time.monotonic() - self.writing >= self._after:
                self.cancelled = time.monotonic()
                self.task.cancel()


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_cancel_is_heeded_while_a_restore_writes(large: Large, journal: str) -> None:
    """Whatever was written by then has to be undone."""
    found: list[float] = []
    for chance in trials(f"cancel a writing restore, {journal}", TRIALS, 0.0):
        large.make_ready("restore")
        run_sql(large.folder / DATABASE, f"pragma journal_mode = {journal}")
        rows, moments = large_rows(large), CancelledWriting(chance.random() * 2)
        try:
            large.operations["restore"](moments.task)
        except Cancelled:
            found.append(time.monotonic() - moments.cancelled)
        assert partials(large.folder) == []
        assert large_rows(large) == rows
        with open_reader(large.folder / DATABASE) as db:
            assert db.pragma("journal_mode") == journal
    worst = max(found, default=0.0)
    late = sum(latency >= LATENCY for latency in found)
    record(Figure(f"cancel a restore of 500 MB while it writes, {journal}", len(found), "cancels", late, worst))
    assert worst < LATENCY


@pytest.mark.parametrize("operation", random.sample(OPERATIONS, len(OPERATIONS)) if SOAK_SECONDS else OPERATIONS)
def test_a_cancel_is_heeded_at_once_wherever_it_comes(large: Large, operation: str) -> None:
    work = large.operations[operation]
    large.make_ready(operation)
    _, whole = latency_of(work, threading.TIMEOUT_MAX)
    found: list[float] = []
    for chance in trials(f"cancel {operation}", TRIALS, 0.0):
        large.make_ready(operation)
        rows = large_rows(large)
        delay = whole * chance.random()
        latency, _ = latency_of(work, delay)
        assert partials(large.folder) == []
        assert large_rows(large) == rows
        if latency is not None:
            found.append(latency)
    worst = max(found, default=0.0)
    late = sum(latency >= LATENCY for latency in found)
    record(Figure(f"cancel {operation} of 500 MB", len(found), "cancels", late, worst, f"whole {whole:.1f} s"))
    assert worst < LATENCY


def large_rows(large: Large) -> int:
    with open_reader(large.folder / DATABASE) as db:
        return int(str(db.execute("select count(*) from knowledge_entries").get))


def test_the_database_is_as_large_as_it_is_said_to_be(large: Large) -> None:
    assert (large.folder / DATABASE).stat().st_size > 500_000_000
