"""Spoilt databases through everything that opens one: our own error or the right result, soon, and never a crash."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from felix_dbadmin.core.workspace import open_workspace
from tests.helpers.hostile_child import Child
from tests.helpers.hostile_work import GOOD, SPOILT
from tests.helpers.mutations import mutated

SOAK = float(os.environ.get("FELIX_SOAK_SECONDS", "0"))
FILES = 2_000 if SOAK else 60


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


@pytest.mark.timeout(max(120, int(SOAK) + 600))
def test_spoilt_databases(templates: dict[str, bytes], tmp_path: Path, child: Child) -> None:
    seed = int(os.environ.get("FELIX_SEED", "0")) or random.SystemRandom().randrange(1 << 30)
    databases = {each.name: each.database for each in open_workspace(tmp_path).components}
    components = tuple(templates)
    ends: Counter[str] = Counter()
    slowest = ("", 0.0)
    stop = time.monotonic() + SOAK if SOAK else float("inf")
    wrong, tried = [], 0
    for number in range(FILES):
        if time.monotonic() > stop:
            break
        tried += 1
        component = components[number % len(components)]
        what, data = mutated(seed + number, templates[component])
        folder = _workspace(tmp_path / "w", databases[component], templates[component], data)
        for call, outcome, seconds in child.outcomes(folder, component):
            ends[outcome.partition(":")[0]] += 1
            slowest = max(slowest, (call, seconds), key=lambda each: each[1])
            if outcome != "done" and not outcome.startswith("refused: "):
                wrong.append(f"seed {seed + number}, {component}, {what}, {call}: {outcome}")
    figures = f"seed {seed}: {tried} spoilt files, {sum(ends.values())} calls, {dict(ends)}, slowest {slowest}"
    print(f"\n{figures}")  # noqa: T201 - the seed and the figures are asked for
    kinds = {each.rstrip().splitlines()[-1]: each for each in wrong}
    assert not wrong, f"{len(wrong)} wrong, of these kinds:\n" + "\n\n".join(kinds.values())
