"""What the tests with hostile files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.helpers.filling import fill
from tests.helpers.hostile_child import Child
from tests.helpers.workspaces import run_sql

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
def knowledge(templates: dict[str, bytes]) -> bytes:
    return templates["knowledge"]


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    started = Child()
    yield started
    started.close()
