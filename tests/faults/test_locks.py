"""What this program does to a database never drops a lock that it holds on it, nor one of another program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from felix_dbadmin.core.activity import read_activities
from felix_dbadmin.core.analytics.ask import ask
from felix_dbadmin.core.analytics.panel import Wish
from felix_dbadmin.core.backups.catalogue import list_backups
from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.backups.operations import back_up, verify
from felix_dbadmin.core.connection import open_writer
from felix_dbadmin.core.files import read_header, sha256_of
from felix_dbadmin.core.migrate.describe import describe_database
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.status import read_status
from felix_dbadmin.core.migrate.verify import verify_component
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.search.find import first_page
from felix_dbadmin.core.search.health import read_health
from felix_dbadmin.core.search.query import parse
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace
from tests.faults.operations import COMPONENT, DATABASE, ROOT, Ready, make_ready, oldest_manual
from tests.helpers.peers import attempt, holding, process
from tests.helpers.workspaces import query

LOCKS = Path("/proc/locks")

pytestmark = pytest.mark.skipif(not LOCKS.exists(), reason="this system does not tell its locks")


def searched(folder: Path) -> object:
    source = read_sources(folder, (COMPONENT,), task=Task()).found[0]
    return first_page(folder, source, Search(parse("the", source.columns)), task=Task())


ACTIONS: dict[str, Callable[[Path], object]] = {
    "status": lambda folder: read_status(folder, task=Task()),
    "verify": lambda folder: verify_component(folder, COMPONENT, task=Task()),
    "describe": lambda folder: describe_database(folder, COMPONENT, task=Task()),
    "back up": lambda folder: back_up(folder, COMPONENT, task=Task()),
    "verify a backup": lambda folder: verify(folder, oldest_manual(folder), task=Task()),
    "list backups": lambda folder: list_backups(folder / "backups"),
    "compare": lambda folder: compare_with_live(folder, COMPONENT, oldest_manual(folder), task=Task()),
    "dry run": lambda folder: rehearse(folder, Request(COMPONENT, Direction.DOWN), task=Task()),
    "search": searched,
    "health": lambda folder: read_health(folder, (COMPONENT,), task=Task()),
    "analytics": lambda folder: [ask(folder, "agents", "headline", Wish(), task=Task())],
    "hash": lambda folder: sha256_of(folder / DATABASE),
    "header": lambda folder: read_header(folder / DATABASE),
    "journal": lambda folder: read_activities(open_workspace(folder)),
}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    return make_ready(tmp_path_factory.mktemp("locks"), ("repair",), entries=100)["repair"]


def locks_of(pid: int, folder: Path) -> set[tuple[str, str, str, str]]:
    """The locks that a process has on the database and the files beside it: kind, inode and range."""
    inodes = {str(path.stat().st_ino) for path in folder.glob(f"{DATABASE}*")}
    found = set()
    for line in LOCKS.read_text(encoding="ascii").splitlines():
        parts = line.split()
        if len(parts) == 8 and parts[4] == str(pid) and parts[5].rpartition(":")[2] in inodes:
            found.add((parts[3], parts[5].rpartition(":")[2], parts[6], parts[7]))
    return found


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_our_own_transaction_keeps_its_locks_whatever_else_this_process_does(
    ready: Ready, tmp_path: Path, journal: str
) -> None:
    """As when the engine looks at one thing for the window while it changes another."""
    folder = ready.copy(tmp_path / "ours", journal)
    for name, act in ACTIONS.items():
        with open_writer(folder / DATABASE) as db:
            db.execute("begin immediate")
            db.execute("update knowledge_entries set access_count = 77")
            before = locks_of(os.getpid(), folder)
            assert before
            act(folder)
            assert before <= locks_of(os.getpid(), folder), name
            refused = attempt(folder / DATABASE, "insert into knowledge_tags values ('lost', 'lost')")
            assert refused == "database is locked", name
            db.execute("commit")
    assert query(folder / DATABASE, "select distinct access_count from knowledge_entries") == [(77,)]


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_migration_that_another_process_holds_open_keeps_its_locks(
    ready: Ready, tmp_path: Path, journal: str
) -> None:
    folder = ready.copy(tmp_path / "theirs", journal)
    with holding(folder / DATABASE, "begin immediate", "update knowledge_entries set access_count = 78") as other:
        before = locks_of(other.pid, folder)
        assert before
        for name, act in ACTIONS.items():
            act(folder)
            assert locks_of(other.pid, folder) == before, name
        assert locks_of(os.getpid(), folder) == set(), "we hold nothing when we are done"


def test_the_harness_sees_a_lock_that_is_lost(ready: Ready, tmp_path: Path) -> None:
    """The control: what we never do, in a process without the guard."""
    folder = ready.copy(tmp_path / "control")
    code = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "db.execute('begin immediate'); open(sys.argv[1]).close(); print('ready', flush=True); sys.stdin.read()"
    )
    with process(code, str(folder / DATABASE)) as careless:
        assert locks_of(careless.pid, folder) == set()
        assert attempt(folder / DATABASE, "delete from knowledge_tags") == "ok"


def test_no_second_sqlite_and_no_qt_after_all_of_that(ready: Ready, tmp_path: Path) -> None:
    """The actions import what they need when they need it: this looks after them."""
    folder = ready.copy(tmp_path / "imports")
    code = (
        "import sys; from pathlib import Path; from tests.faults.test_locks import ACTIONS;"
        "[act(Path(sys.argv[1])) for act in ACTIONS.values()];"
        "print(sorted({'sqlite3', '_sqlite3', 'PySide6', 'shiboken6'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"
