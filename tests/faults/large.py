"""A workspace whose knowledge database has 500 MB, for the tests of a run that ask for it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from felix_dbadmin.core.connection import create_database
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.sample.agents import COLUMNS, generate_checkpoints
from felix_dbadmin.core.sample.knowledge import generate_entries, insert_entries
from felix_dbadmin.core.sample.prose import insertion
from felix_dbadmin.core.task import Task
from tests.faults.operations import COMPONENT, DATABASE, carry_out_request
from tests.migrations.helpers import apply, files, make_base

ENTRIES = 300_000
"""514 MB with their index."""

CHECKPOINTS = 500_000


def make_large(folder: Path) -> Path:
    """`folder` with knowledge and agent_performance, both with all their migrations."""
    with create_database(folder / DATABASE) as db:
        db.pragma("synchronous", "off")
        make_base(db, COMPONENT)
        db.execute("begin")
        insert_entries(db, generate_entries(ENTRIES))
        db.execute("commit")
    carry_out_request(folder, Request(COMPONENT), Task())
    with create_database(folder / "felix_agent_performance.db") as db:
        db.pragma("synchronous", "off")
        for migration in files("agent_performance"):
            apply(db, migration)
        db.execute("begin")
        db.executemany(insertion("agent_performance", COLUMNS), islice(generate_checkpoints(CHECKPOINTS), CHECKPOINTS))
        db.execute("commit")
    return folder
