"""A workspace of many entries, once for all benchmarks of a run.

FELIX_BENCH_ENTRIES sets the number of entries: 300,000, or 2,000,000 on demand.
"""

from __future__ import annotations

import os
from pathlib import Path

from felix_dbadmin.core.connection import create_database
from felix_dbadmin.core.sample.knowledge import generate_entries, insert_entries
from tests.migrations.helpers import apply, files, make_base

ENTRIES = int(os.environ.get("FELIX_BENCH_ENTRIES", "300000"))


def make_knowledge(folder: Path) -> Path:
    """`folder` with a migrated knowledge database."""
    with create_database(folder / "felix_knowledge.db") as db:
        db.pragma("synchronous", "off")
        make_base(db, "knowledge")
        db.execute("begin")
        insert_entries(db, generate_entries(ENTRIES))
        db.execute("commit")
        for migration in files("knowledge"):
            apply(db, migration)
    return folder
