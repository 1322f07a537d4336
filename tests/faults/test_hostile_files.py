"""Spoilt databases through everything that opens one: our own error or the right result, soon, and never a crash."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from felix_dbadmin.core.workspace import open_workspace
from tests.faults.figures import Figure, record
from tests.faults.sampling import PATIENCE, SOAK_SECONDS, trials
from tests.helpers.hostile_child import Child
from tests.helpers.hostile_work import GOOD, SPOILT
from tests.helpers.mutations import mutated

PARTS = 2
"""Each takes a processor of its own."""
FILES = (2_000 if SOAK_SECONDS >= 900 else 60) // PARTS
CALLS = None if SOAK_SECONDS else 12
"""Of the some 25 that a file can be put through: all of them in a soak, else as many by chance."""


def _workspace(folder: Path, database: str, good: bytes, spoilt: bytes) -> Path:
    """A spoilt live database, a good backup of it, and a backup that is spoilt in the same way."""
    shutil.rmtree(folder, ignore_errors=True)
    backups = folder / "backups"
    backups.mkdir(parents=True)
    stem = Path(database).stem
    (folder / database).write_bytes(spoilt)
    (backups / GOOD.replace("good", stem)).write_bytes(good)
    (backups / SPOILT.format(stem)).write_bytes(spoilt)
    return folder


@pytest.mark.timeout(PATIENCE + 600)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_spoilt_databases(
    templates: dict[str, bytes], unmigrated: dict[str, bytes], scratch: Path, child: Child, part: int
) -> None:
    databases = {each.name: each.database for each in open_workspace(scratch).components}
    sound = [(name, data) for found in (templates, unmigrated) for name, data in found.items()]
    ends: Counter[str] = Counter()
    slowest = ("", 0.0)
    wrong: list[str] = []
    bad_files = tried = 0
    for number, rng in enumerate(trials(f"spoilt files, part {part}", FILES, 0.0)):
        component, good = sound[number % len(sound)]
        what, data = mutated(rng, good)
        for _ in range(2):
            folder = _workspace(scratch / "w", databases[component], good, data)
            found = child.outcomes(folder, component, CALLS)
            if all(outcome != "too slow" for _, outcome, _ in found):
                break  # else the machine may have been busy: once more
        bad = [
            f"file {number}, {component}, {what}, {call}: {outcome}"
            for call, outcome, _ in found
            if outcome != "done" and not outcome.startswith("refused: ")
        ]
        ends.update(outcome.partition(":")[0] for _, outcome, _ in found)
        slowest = max(slowest, *((call, seconds) for call, _, seconds in found), key=lambda each: each[1])
        tried, bad_files, wrong = tried + 1, bad_files + bool(bad), wrong + bad
    remark = f"{ends.total():,} calls, {ends['refused']:,} of them refused; slowest: {slowest[0]}"
    record(Figure(f"spoilt databases, part {part}", tried, "files", bad_files, slowest[1], remark))
    kinds = {each.rstrip().splitlines()[-1]: each for each in wrong}
    assert not wrong, f"{len(wrong)} wrong, of these kinds:\n" + "\n\n".join(kinds.values())
