"""What the tests with hostile files share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from felix_dbadmin.core.connection import create_database
from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.faults.figures import TABLE, Figure, record, recorded, write_table
from tests.faults.sampling import SOAK_SECONDS
from tests.helpers.filling import fill
from tests.helpers.hostile_child import Child
from tests.helpers.workspaces import run_sql
from tests.migrations.helpers import make_base

COMPONENTS = ("knowledge", "tasks", "workflows", "agent_performance", "system_actions")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A migrated database of every component with some rows in every table; two of them in WAL mode."""
    folder = tmp_path_factory.mktemp("templates")
    found: dict[str, bytes] = {}
    for number, name in enumerate(COMPONENTS):
        carry_out(folder, rehearse(folder, Request(name), task=Task()).plan, task=Task())
        workspace = open_workspace(folder)
        path = workspace.database(workspace.component(name))
        fill(path, 30)
        if number % 2:
            run_sql(path, "pragma journal_mode = wal")
        found[name] = path.read_bytes()
    return found


@pytest.fixture(scope="session")
def unmigrated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A database as Felix makes it of every component that has such a one, with some rows."""
    found: dict[str, bytes] = {}
    for name in COMPONENTS:
        path = tmp_path_factory.mktemp("unmigrated") / "base.db"
        with create_database(path) as db:
            make_base(db, name)
            empty = db.execute("select count(*) from sqlite_schema").get == 0
        if not empty:
            fill(path, 30)
            found[name] = path.read_bytes()
    return found


@pytest.fixture(scope="session")
def knowledge(templates: dict[str, bytes]) -> bytes:
    return templates["knowledge"]


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    started = Child()
    yield started
    started.close()


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """A folder for thousands of short-lived files: in memory where the system has that, which halves their cost."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="felix-dbadmin-") as folder:
        yield Path(folder)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over what it recorded."""
    handed: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if handed is not None:
        handed["figures"] = recorded()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for each in getattr(node, "workeroutput", {}).get("figures", ()):
        record(Figure(**each))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A soak ends with what it tried."""
    is_worker = hasattr(terminalreporter.config, "workeroutput")
    if SOAK_SECONDS and not is_worker and (found := write_table()):
        terminalreporter.section(f"what was tried, also in {TABLE}")
        terminalreporter.write_line(found)
