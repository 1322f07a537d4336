"""Values far larger than any that Felix writes: what reads them answers soon, in bounded memory, or says why not."""

from __future__ import annotations

import itertools
import shutil
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.workspace import open_workspace
from tests.faults.figures import Figure, record
from tests.faults.sampling import PATIENCE, SOAK_SECONDS, trials
from tests.helpers.hostile_child import Child
from tests.helpers.hostile_work import GOOD, SPOILT

GIANT = 200_000_000 if SOAK_SECONDS else 24_000_000
"""Bytes of one value."""

HEAP = 10_000_000
"""Bytes that SQLite may take, where it may not take what it wants."""

LOOKS = ("status", "verify", "search", "read rows", "quick", "export", "compare", "analytics")

WIDE = "hex(randomblob(500000))"

VALUES = {
    "a text": ("knowledge", "knowledge_entries", {"content_json": f"cast(zeroblob({GIANT}) as text)"}, 3),
    "bytes in a column of text": ("knowledge", "knowledge_entries", {"content_json": f"zeroblob({GIANT})"}, 3),
    "packed bytes": ("knowledge", "knowledge_entries", {"content_compressed": f"zeroblob({GIANT})"}, 3),
    "a name that rows are grouped by": (
        "agent_performance",
        "agent_performance",
        {"agent_type": f"cast(zeroblob({GIANT}) as text)"},
        3,
    ),
    "a task": ("tasks", "task_executions", {"task_description": f"cast(zeroblob({GIANT}) as text)"}, 3),
    "a megabyte in each of many columns": (
        "knowledge",
        "knowledge_entries",
        dict.fromkeys(("content_json", "content_compressed", "source_agent", "domain", "tags_json"), WIDE),
        GIANT // 5_000_000,
    ),
}
"""What is put into which columns of a component's table, of the one row with this number or, for many, up to it."""


def _put(path: Path, table: str, values: dict[str, str], rows: str) -> None:
    """Past the triggers and indexes, which would have to take it in: an enemy's file need not be the work of Felix."""
    db = apsw.Connection(str(path))
    try:
        db.pragma("synchronous", "off")
        db.pragma("journal_mode", "off")
        extra = "select type, name, sql from sqlite_schema where type in ('trigger', 'index') and sql is not null"
        others = db.execute(extra).fetchall()
        for kind, name, _ in others:
            db.execute(f'drop {kind} "{name}"')
        db.execute(f"update {table} set {', '.join(f'{name} = {sql}' for name, sql in values.items())} where {rows}")
        for _, _, sql in others:
            db.execute(str(sql))
        db.pragma("journal_mode", "delete")
    finally:
        db.close()


def _look(what: str, templates: dict[str, bytes], reader: Child, folder: Path) -> list[tuple[str, str, float]]:
    component, table, values, number = VALUES[what]
    database = folder / open_workspace(folder).component(component).database
    database.write_bytes(templates[component])
    _put(database, table, values, f"rowid {'<=' if len(values) > 1 else '='} {number}")
    (folder / "backups").mkdir()
    (folder / "backups" / GOOD.replace("good", database.stem)).write_bytes(templates[component])
    (folder / "backups" / SPOILT.format(database.stem)).hardlink_to(database)
    return reader.outcomes(folder, component, only=LOOKS)


@pytest.mark.timeout(PATIENCE)
def test_giant_values(templates: dict[str, bytes], tmp_path: Path) -> None:
    cases = list(itertools.product(VALUES, (0, HEAP)))
    (rng,) = trials("giant values", 1, 0.0)
    wrong, slowest, most_memory = [], 0.0, 0
    chosen = cases if SOAK_SECONDS else rng.sample(cases, 2)
    for number, (what, heap) in enumerate(chosen):
        folder = tmp_path / str(number)
        folder.mkdir()
        with closing(Child(heap)) as reader:
            found = _look(what, templates, reader, folder)
            most_memory = max(most_memory, reader.most_memory)
        wrong += [
            f"{what}, {heap or 'any'} bytes of memory, {call}: {how}"
            for call, how, _ in found
            if how != "done" and not how.startswith("refused: ")
        ]
        slowest = max(slowest, *(seconds for _, _, seconds in found))
        shutil.rmtree(folder)
    remark = f"of {GIANT / 1e6:.0f} MB; the process had {most_memory / 1e6:.0f} MB at most"
    record(Figure("giant values", len(chosen), "files", len(wrong), slowest, remark))
    assert not wrong, "\n".join(wrong)
    # SQLite's own copy, one in Python, and one for each of two databases that are compared.
    assert most_memory < 150_000_000 + 4 * GIANT
