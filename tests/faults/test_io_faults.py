"""Faults and power cuts, one after the other, in every operation: the database is old or new, and nothing is a lie."""

from __future__ import annotations

import errno
import itertools
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core import connection
from tests.faults import figures
from tests.faults.plain import PlainReader, plain_reader
from tests.faults.power import STYLES, Cut
from tests.faults.sampling import PATIENCE, trials
from tests.faults.scenes import SCENES, Scene
from tests.faults.system import KINDS
from tests.faults.verdicts import Recording, after_cut, record, under_fault
from tests.faults.vfs import Fault

# One worker for all: a recording serves two tests, and the report at the end has all figures.
pytestmark = [pytest.mark.xdist_group("io faults")]

FAULTS = 9
CUTS = 45
"""How many are tried of each operation and mode in a normal run."""

CONTROL_CUTS = 60

CASES = tuple(
    (scene, mode)
    for scene in SCENES
    for mode in ("delete", "wal")
    # The others have no database that could be in WAL mode.
    if mode == "delete" or scene.name not in ("create", "prune", "compress")
)

FAULT_SHARE = 0.15 / len(CASES)
CUT_SHARE = 0.06 / len(CASES)
"""Of a soak. All faults of all operations, some 22,000, take a quarter of an hour; power cuts have no end."""

CODES: dict[str, tuple[int, ...]] = {
    "read": (apsw.SQLITE_IOERR_READ,),
    "write": (apsw.SQLITE_FULL, apsw.SQLITE_IOERR_WRITE),
    "sync": (apsw.SQLITE_IOERR_FSYNC,),
    "truncate": (apsw.SQLITE_IOERR_TRUNCATE,),
    "delete": (apsw.SQLITE_IOERR_DELETE,),
    "open": (apsw.SQLITE_CANTOPEN,),
    **dict.fromkeys(KINDS, (errno.EIO, errno.ENOSPC)),
}

Recorder = Callable[[Scene, str], Recording]


@pytest.fixture(scope="module")
def reader() -> Iterator[PlainReader]:
    with plain_reader() as child:
        yield child


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, reader: PlainReader) -> Recorder:
    made: dict[tuple[str, str], Recording] = {}

    def get(scene: Scene, mode: str) -> Recording:
        key = (scene.name, mode)
        if key not in made:
            made[key] = record(scene, mode, tmp_path_factory.mktemp(f"{scene.name}_{mode}"), reader)
        return made[key]

    return get


def faults_of(made: Recording) -> list[Fault]:
    return [
        Fault(kind, nth, code, lasting)
        for kind, count in sorted(made.counts.items())
        for nth in range(1, count + 1)
        for code in CODES[kind]
        for lasting in (False, True)
    ]


def sample(faults: Sequence[Fault], rng: random.Random) -> list[Fault]:
    """As many of each kind in turn, so that the few syncs are not lost among the many reads."""
    by_kind: dict[str, list[Fault]] = {}
    for fault in rng.sample(faults, len(faults)):
        by_kind.setdefault(fault.kind, []).append(fault)
    kinds = rng.sample(list(by_kind.values()), len(by_kind))
    rounds = itertools.zip_longest(*kinds)
    return [fault for each in rounds for fault in each if fault is not None]


def cuts_of(made: Recording, chances: Iterator[random.Random]) -> Iterator[Cut]:
    """As many as there are chances: first the moment after each acknowledgement, then any."""
    marks = [at + 1 for at, event in enumerate(made.log) if event.kind == "mark"]
    first = [(at, style) for at in reversed(marks) for style in ("synced", "torn")]
    for number, rng in enumerate(chances):
        at, style = first[number] if number < len(first) else (rng.randrange(len(made.log) + 1), rng.choice(STYLES))
        yield Cut(at, style, rng.randrange(1 << 30))


def names(case: object) -> str:
    return case.name if isinstance(case, Scene) else str(case)


@pytest.mark.parametrize(("scene", "mode"), CASES, ids=names)
@pytest.mark.timeout(PATIENCE)
def test_a_fault_leaves_old_or_new_and_is_told_as_it_is(
    scene: Scene, mode: str, recorded: Recorder, reader: PlainReader, scratch: Path
) -> None:
    made = recorded(scene, mode)
    points = faults_of(made)
    chances = trials(f"faults in {scene.name} ({mode})", FAULTS, FAULT_SHARE)
    first = next(chances)
    tried: Counter[str] = Counter()
    wrong: dict[Fault, list[str]] = {}
    # Each fault once: the tries end when all are done, whatever time is left.
    for number, (fault, _) in enumerate(zip(sample(points, first), itertools.chain((first,), chances), strict=False)):
        folder = scratch / f"at{number}"
        outcome = under_fault(made, fault, folder, reader)
        tried["went well all the same" if not outcome.said else "told"] += 1
        if outcome.wrong:
            wrong[fault] = outcome.wrong
        shutil.rmtree(folder)
    told = f"of {len(points):,} that there are; {tried['told']:,} told, the others did no harm"
    figures.record(figures.Figure(f"{scene.name} ({mode})", tried.total(), "faults", len(wrong), remark=told))
    assert wrong == {}


@pytest.mark.parametrize(("scene", "mode"), CASES, ids=names)
@pytest.mark.timeout(PATIENCE)
def test_a_power_cut_leaves_old_or_new_and_what_was_acknowledged(
    scene: Scene, mode: str, recorded: Recorder, reader: PlainReader, scratch: Path
) -> None:
    made = recorded(scene, mode)
    wrong: dict[Cut, list[str]] = {}
    tried = 0
    chances = trials(f"power cuts in {scene.name} ({mode})", CUTS, CUT_SHARE)
    for cut in cuts_of(made, chances):
        folder = scratch / f"at{tried}"
        if found := after_cut(made, cut, folder, reader):
            wrong[cut] = found
        shutil.rmtree(folder)
        tried += 1
    happened = f"from a recording of {len(made.log):,} events"
    states = figures.Figure(f"{scene.name} ({mode})", tried, "states after a power cut", len(wrong), remark=happened)
    figures.record(states)
    assert wrong == {}


def lax(level: str) -> Callable[[apsw.Connection], None]:
    def set_level(db: apsw.Connection) -> None:
        db.pragma("synchronous", level)

    return set_level


def broken_by(
    level: str,
    scene: str,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    reader: PlainReader,
) -> Counter[str]:
    """What the same harness finds wrong, by kind, where writers are opened with another `synchronous`."""
    policy = tuple(lax(level) if each is connection.survive_power_loss else each for each in connection.WRITER)
    monkeypatch.setattr(connection, "WRITER", policy)
    chosen = next(each for each in SCENES if each.name == scene)
    made = record(chosen, mode, folder, reader)
    found: Counter[str] = Counter()
    for number, cut in enumerate(cuts_of(made, map(random.Random, range(CONTROL_CUTS)))):
        for what in after_cut(made, cut, folder / f"at{number}", reader):
            found[what.partition(":")[0]] += 1
    return found


@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("scene", ["apply", "restore", "approve"])
def test_the_harness_bites_where_nothing_is_synced(
    scene: str, mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reader: PlainReader
) -> None:
    found = broken_by("off", scene, mode, monkeypatch, tmp_path, reader)
    lost = f"the control: {', '.join(f'{count} times {what}' for what, count in found.items())}"
    figures.record(
        figures.Figure(f"{scene} ({mode}), nothing synced", CONTROL_CUTS, "states after a power cut", remark=lost)
    )
    assert found["neither old nor new"] > 0
    assert found["an acknowledged change is lost"] > 0


def test_the_harness_sees_that_the_default_loses_acknowledged_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reader: PlainReader
) -> None:
    """FULL does not sync the unlink of the journal, which is the commit: the reason why writers use EXTRA."""
    found = broken_by("full", "approve", "delete", monkeypatch, tmp_path, reader)
    assert set(found) == {"an acknowledged change is lost"}
