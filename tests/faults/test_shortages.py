"""Too little of something: disk, permission, file size, memory. The live file stays, the error says what lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.errors import OutOfSpace
from tests.cli.running import without_superpowers
from tests.faults.children import Outcome, outcome, outcome_as
from tests.faults.figures import Figure, record
from tests.faults.operations import DATABASE, OPERATIONS, Ready, make_ready, partials, run, state_of
from tests.faults.sampling import PATIENCE, trials
from tests.helpers.workspaces import in_another_process

pytestmark = pytest.mark.timeout(PATIENCE)

WRITING = tuple(name for name in OPERATIONS if name != "prune")
"""What needs room; deleting backups needs none."""

DISK_BYTES = 24 << 20

JOURNALS = ("delete", "wal")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ready]:
    return make_ready(tmp_path_factory.mktemp("shortages"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no small disk can be mounted here: {error}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def unharmed(ready: Ready, folder: Path, ended: Outcome, *words: str) -> bool:
    """Whether it ended well. Otherwise what stands is a whole state, said in our words, and nothing is left over."""
    state = state_of(folder)
    assert ended.known, ended
    assert partials(folder) == [], ended
    if not ended.error:
        assert state == ready.states[-1]
        return True
    assert state in ready.states, ended
    if "nothing was changed" in ended.summary.lower():
        assert state == ready.states[0], ended
    assert ended.hint, ended
    assert "Correct the statement" not in ended.hint, ended
    assert "not an error" not in ended.summary, ended
    assert not words or any(word in ended.summary for word in words), ended
    return False


def works_again(ready: Ready, folder: Path) -> None:
    """With enough of everything the same operation does its work."""
    if state_of(folder) == ready.states[0]:
        run(folder, ready.operation)
        assert state_of(folder) == ready.states[-1]


def told(what: str, ends: Counter[str]) -> None:
    print(what, dict(sorted(ends.items())))  # noqa: T201
    refused = sum(count for end, count in ends.items() if end.endswith("refused"))
    record(Figure(what, ends.total(), "operations", remark=f"{refused} refused, each with its reason"))


@pytest.mark.parametrize("limit", ["file size", "memory"])
def test_a_limit_of_the_system(ready: dict[str, Ready], tmp_path: Path, limit: str) -> None:
    ends: Counter[str] = Counter()
    for chance in trials(limit, 12, 0.02):
        operation = chance.choice(OPERATIONS)
        most = 4_000_000 if limit == "memory" else 1_500_000
        # A heap limit of 0 bytes would be none.
        amount = 1 + int(most * chance.random() ** 2)
        folder = ready[operation].copy(tmp_path / "limited", chance.choice(JOURNALS))
        ended = outcome(folder, operation, limit, amount)
        good = unharmed(ready[operation], folder, ended, ready[operation].database.removesuffix(".db"))
        works_again(ready[operation], folder)
        ends[f"{operation}: {'done' if good else 'refused'}"] += 1
        shutil.rmtree(folder)
    told(f"a limit of {limit}", ends)


def test_a_full_disk(ready: dict[str, Ready], small_disk: Path) -> None:
    ends: Counter[str] = Counter()
    for chance in trials("full disk", 12, 0.02):
        operation = chance.choice(WRITING)
        folder = ready[operation].copy(small_disk / "workspace", chance.choice(JOURNALS))
        filler = small_disk / "filler"
        leave = int(6_000_000 * chance.random() ** 2)
        with filler.open("wb") as file:
            file.write(bytes(max(0, shutil.disk_usage(small_disk).free - leave)))
        ended = outcome(folder, operation)
        filler.unlink()
        good = unharmed(ready[operation], folder, ended, "room")
        works_again(ready[operation], folder)
        ends[f"{operation}: {'done' if good else 'refused'}"] += 1
        shutil.rmtree(folder)
    told("a full disk", ends)


def test_the_index_of_a_log_needs_room_too(ready: dict[str, Ready], small_disk: Path) -> None:
    """What SQLite calls an I/O error is a full disk to a person."""
    folder = ready["apply"].copy(small_disk / "workspace", "wal")
    with (small_disk / "filler").open("wb") as file:
        file.write(bytes(shutil.disk_usage(small_disk).free))
    with pytest.raises(OutOfSpace, match="no room left on the disk of"), open_reader(folder / DATABASE) as db:
        db.execute("select count(*) from knowledge_entries").fetchall()


def test_backups_can_be_pruned_on_a_disk_without_a_byte_of_room(ready: dict[str, Ready], small_disk: Path) -> None:
    folder = ready["prune"].copy(small_disk / "workspace")
    before = len(list((folder / "backups").glob("*.db")))
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(shutil.disk_usage(small_disk).free))
    assert shutil.disk_usage(small_disk).free == 0
    ended = outcome(folder, "prune")
    assert ended.error == "", ended
    assert len(list((folder / "backups").glob("*.db"))) == before - 2
    filler.unlink()
    shutil.rmtree(folder)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_folder_that_cannot_be_written(ready: dict[str, Ready], tmp_path: Path, operation: str) -> None:
    folder = ready[operation].copy(tmp_path / "locked up")
    database = folder / ready[operation].database
    before = database.read_bytes()
    for path in (folder / "backups", folder):
        if path.is_dir():
            path.chmod(0o500)
    ended = outcome_as(without_superpowers(), folder, operation)
    folder.chmod(0o700)
    assert ended.error == "WorkspaceUnusable"
    assert "not writable" in ended.summary
    assert ended.hint
    assert database.read_bytes() == before
    assert partials(folder) == []


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in ("back up", "prune", "compress")])
def test_a_database_that_cannot_be_written(ready: dict[str, Ready], tmp_path: Path, operation: str) -> None:
    folder = ready[operation].copy(tmp_path / "read-only")
    database = folder / ready[operation].database
    database.chmod(0o400)
    before = database.read_bytes()
    ended = outcome_as(without_superpowers(), folder, operation)
    assert ended.error == "DatabaseUnusable"
    assert f"{database.name} is read-only" in ended.summary
    assert "chmod u+w" in ended.hint
    assert database.read_bytes() == before
    assert database.stat().st_mode & 0o777 == 0o400
    assert partials(folder) == []


def test_a_database_that_cannot_be_written_is_backed_up_all_the_same(ready: dict[str, Ready], tmp_path: Path) -> None:
    folder = ready["back up"].copy(tmp_path / "read-only")
    (folder / DATABASE).chmod(0o400)
    before = len(list((folder / "backups").glob("*.db")))
    assert outcome_as(without_superpowers(), folder, "back up").error == ""
    assert len(list((folder / "backups").glob("*.db"))) == before + 1


def test_another_program_finds_the_database_whole_after_a_shortage(ready: dict[str, Ready], tmp_path: Path) -> None:
    """Seen with the SQLite of Python, as Felix would."""
    folder = ready["apply"].copy(tmp_path / "seen", "wal")
    assert outcome(folder, "apply", "file size", 300_000).error
    code = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
        "print(db.execute('pragma integrity_check').fetchone()[0],"
        " db.execute('select count(*) from knowledge_entries').fetchone()[0])"
    )
    assert in_another_process(code, os.fspath(folder / DATABASE)).split() == ["ok", "300"]
