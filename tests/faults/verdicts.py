"""What must hold after a fault or a power cut, as sentences that are empty when all is well."""

from __future__ import annotations

import hashlib
import json
import shutil
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zstandard import ZstdDecompressor, ZstdError

from felix_dbadmin.core.backups.names import COMPRESSED
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.paths import PARTIAL
from tests.faults.plain import ABSENT, PlainReader, Seen
from tests.faults.power import Cut, after_power_cut, files_in, put
from tests.faults.scenes import Scene, perform, set_mode
from tests.faults.vfs import Event, Fault, Recorder, cause_of

STANDS = (
    "before it stand",
    "had been committed",
    "had been restored",
    "had been written",
    "as it was, or",
    "to be looked at",
)
"""One of which an error must say of a database that is new, or new in part."""

UNTOUCHED = ("nothing was changed", "old state is kept", "nothing was done")
"""What an error must not say of a database that is new."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A run of a scene in which nothing failed."""

    scene: Scene
    folder: Path
    """The workspace as it was before."""
    origin: Path
    """Where the run took place: the log has its paths."""
    before: dict[str, bytes]
    log: list[Event]
    counts: dict[str, int]
    states: tuple[Seen, ...]
    """What the database is before, and at each mark of the log."""

    def acknowledged(self, at: int) -> int:
        """How many marks were passed before event `at`."""
        return sum(event.kind == "mark" for event in self.log[:at])


def record(scene: Scene, mode: str, folder: Path, reader: PlainReader) -> Recording:
    """Make the scene's workspace in `folder`, and record a run of it."""
    template, origin = folder / "template", folder / "run"
    template.mkdir()
    scene.prepare(template)
    set_mode(template / scene.database, mode)
    shutil.copytree(template, origin)
    before = files_in(origin)
    recorder = Recorder(origin)
    perform(scene, origin, recorder)
    made = Recording(scene, template, origin, before, recorder.log, dict(recorder.counts), ())
    ends = [0, *(at + 1 for at, event in enumerate(recorder.log) if event.kind == "mark")]
    states = tuple(_state(made, Cut(at, "all"), folder / f"state{number}", reader) for number, at in enumerate(ends))
    assert (states[0].exact != states[-1].exact) == scene.changes, f"{scene.name} is no test of anything"
    return Recording(scene, template, origin, before, recorder.log, made.counts, states)


def _state(made: Recording, cut: Cut, folder: Path, reader: PlainReader) -> Seen:
    put(after_power_cut(made.before, made.log, cut), made.origin, folder)
    return reader.look(folder / made.scene.database)


def after_cut(made: Recording, cut: Cut, folder: Path, reader: PlainReader) -> list[str]:
    """What is wrong in `folder` when the power failed at `cut`."""
    put(after_power_cut(made.before, made.log, cut), made.origin, folder)
    seen = reader.look(folder / made.scene.database)
    passed = made.acknowledged(cut.at)
    exact = [state.exact for state in made.states]
    wrong = []
    if seen.problem or seen.exact not in exact:
        wrong.append(f"neither old nor new: {seen.problem or 'a mixture'}")
    elif seen.exact not in exact[passed : passed + 2]:
        wrong.append("an acknowledged change is lost")
    done = passed == len(made.states) - 1
    changed = made.scene.backs_up and seen.exact != exact[0]
    wrong += _backups(made, folder, made.states[0].exact, lambda each: each.exact, reader, must=changed or done)
    return wrong


def _backups(
    made: Recording, folder: Path, old: str, key: Callable[[Seen], str], reader: PlainReader, *, must: bool
) -> list[str]:
    """Each manifest belongs to a whole backup; a new one holds the old state, and is there where it `must` be."""
    scene, backups = made.scene, folder / "backups"
    known = {path.name for path in (made.folder / "backups").glob("*.json")}
    wrong, fresh, whole = [], [], set()
    for manifest in sorted(backups.glob("*.json")):
        said = json.loads(manifest.read_bytes())
        file = backups / said["file"]
        if _digest(file) != said["sha256"]:
            wrong.append(f"{manifest.name} promises a backup that is not there whole")
            continue
        whole.add(said["sha256"])
        if manifest.name not in known and not said["compression"]:
            fresh.append(file)
            if key(reader.look(file)) != old:
                wrong.append(f"{file.name} is not the state before")
    if scene.name in ("compress", "prune"):
        wrong += _older_backups(made, backups, whole, must=must)
    elif must and (scene.backs_up or not scene.changes) and not fresh:
        wrong.append("the backup from before is missing")
    return wrong


def _older_backups(made: Recording, backups: Path, whole: set[str], *, must: bool) -> list[str]:
    """What may be compressed or deleted, and what may not; `must`: all of it is done. `whole`: what is there."""
    known = {path.name: json.loads(path.read_bytes())["sha256"] for path in (made.folder / "backups").glob("*.json")}
    wrong = []
    if made.scene.name == "compress":
        if not set(known.values()) <= whole:
            wrong.append("a backup is there in neither form")
    elif not (backups / max(known)).exists():
        wrong.append("the newest backup is gone")
    elif must and len(list(backups.glob("*.json"))) != 1:
        wrong.append("pruned backups came back")
    if must and len(list(backups.glob("*.db"))) != 1:
        wrong.append("what was done is undone")
    return wrong


def _digest(backup: Path) -> str:
    """Of the database in it, in hexadecimal; '' where it is not there whole."""
    try:
        with backup.open("rb") as file:
            plain = ZstdDecompressor().stream_reader(file) if backup.suffix == COMPRESSED else file
            return hashlib.sha256(plain.read()).hexdigest()
    except (FileNotFoundError, ZstdError):
        return ""


@dataclass(frozen=True, slots=True)
class Outcome:
    wrong: list[str]
    said: str
    """The error, '' where the operation ended well in spite of the fault."""


def under_fault(made: Recording, fault: Fault, folder: Path, reader: PlainReader) -> Outcome:
    """Run the scene in `folder` with a fault, and judge what it left and what it said."""
    shutil.copytree(made.folder, folder)
    recorder = Recorder(folder, fault)
    error: DbAdminError | None = None
    try:
        perform(made.scene, folder, recorder)
    except DbAdminError as raised:
        error = raised
    except Exception as raised:  # noqa: BLE001 - whatever it is, it is the finding
        return Outcome([f"not one of our errors: {type(raised).__name__}: {raised}{_where(raised)}"], "bug")
    seen = reader.look(folder / made.scene.database)
    loose = [state.loose for state in made.states]
    wrong = []
    if seen.problem or seen.loose not in loose:
        wrong.append(f"neither old nor new: {seen.problem or 'a mixture'}")
    if error is None:
        if seen.loose != loose[-1]:
            wrong.append("said to be done, and it is not")
    else:
        # A database that was made and holds nothing yet is no more than none.
        nothing = loose[:2] if loose[0] == ABSENT else loose[:1]
        wrong += _judge(error, made, folder, recorder, changed=seen.loose not in nothing)
    changed = made.scene.backs_up and seen.loose != loose[0]
    wrong += _backups(made, folder, loose[0], lambda each: each.loose, reader, must=error is None or changed)
    return Outcome(wrong, f"{type(error).__name__}: {error.summary}" if error else "")


def _where(error: BaseException) -> str:
    """The lines of our code that it came through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "felix_dbadmin" in frame.filename]
    return " at " + " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[::-1])


def _judge(error: DbAdminError, made: Recording, folder: Path, recorder: Recorder, *, changed: bool) -> list[str]:
    said = error.summary
    struck = (Path(path).name.removesuffix(PARTIAL) for path in recorder.struck)
    files = {made.scene.database, Path(made.scene.database).stem, *struck}
    wrong = []
    if not recorder.struck:
        wrong.append(f"failed without a fault: {said}")
    if not any(name in said for name in files):
        wrong.append(f"names no file: {said}")
    if recorder.fault is not None and cause_of(recorder.fault) not in said and "no room left on the disk" not in said:
        wrong.append(f"does not say why: {said}")
    if not error.hint:
        wrong.append(f"does not say what to do: {said}")
    if changed and not any(words in said for words in STANDS):
        wrong.append(f"does not say that the database is changed: {said}")
    if changed and any(words in said.lower() for words in UNTOUCHED):
        wrong.append(f"a lie, for the database is changed: {said}")
    return wrong
