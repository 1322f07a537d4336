"""Work for the engine process in tests: importable functions, as those of core are."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from felix_dbadmin.core.connection import create_database, explaining, open_memory, open_reader, open_writer
from felix_dbadmin.core.errors import CheckFailed
from felix_dbadmin.core.task import Task

ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"

_done: list[object] = []
_meetings: dict[str, threading.Barrier] = {}
_lock = threading.Lock()


class CannotTravel:
    """Becomes bytes, and does not come back."""

    def __reduce__(self) -> tuple[object, ...]:
        return (int, ("not a number",))


def echo(value: object, *, task: Task) -> object:
    return value


def note(value: object, *, task: Task) -> None:
    """Remember that this ran, in this engine process."""
    _done.append(value)


def noted(*, task: Task) -> list[object]:
    return list(_done)


def meet(name: str, parties: int, *, task: Task) -> str:
    """Ends only when so many calls are inside at the same time; a cancel does not end it."""
    task.begin(("Meeting",))
    with _lock:
        barrier = _meetings.setdefault(name, threading.Barrier(parties, timeout=60))
    barrier.wait()
    return name


def hold(*, task: Task) -> None:
    """Says that it runs, then goes on until it is cancelled."""
    task.begin(("Holding",))
    while not task.wait(60):
        pass
    task.check()


def tell_and_hold(fifo: Path, *, task: Task) -> None:
    """Lets a reader of `fifo` go on, then holds: all earlier answers of this lane are in the pipe by then."""
    with fifo.open("wb"):
        pass
    hold(task=task)


def ignore_cancel(*, task: Task) -> None:
    task.begin(("Holding",))
    threading.Event().wait()


def count_for_ever(*, task: Task) -> object:
    """One statement that never ends."""
    task.begin(("Counting",))
    with explaining(Path("memory"), task), open_memory() as db, task.guarding(db):
        return db.execute(ENDLESS).fetchall()


def report(count: int, *, task: Task) -> int:
    task.begin(("First", "Second"))
    for done in range(count):
        task.log(f"line {done}")
        task.report(done, count, "going on")
    task.step(1)
    return count


def refuse(*, task: Task) -> None:
    raise CheckFailed("felix.db: 3 rows are missing.", "Restore a backup.", statement="SELECT 1", where="001.sql:3")


def stumble(*, task: Task) -> None:
    raise ZeroDivisionError("the bug of this test")


def leave(*, task: Task) -> None:
    sys.exit("nobody may leave like this")


def make_what_cannot_be_sent(*, task: Task) -> object:
    return lambda: None


def make_what_cannot_be_read(*, task: Task) -> object:
    return CannotTravel()


def make_bytes(size: int, *, task: Task) -> bytes:
    return b"\xa5" * size


def engine_pid(*, task: Task) -> int:
    return os.getpid()


def die(*, task: Task) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def print_text(*, task: Task) -> str:
    print("a stray line")  # noqa: T201 - what a library might do
    os.write(1, b"and one past Python")
    return "printed"


def read_input(*, task: Task) -> bytes:
    return os.read(0, 100)


def loaded(names: tuple[str, ...], *, task: Task) -> list[str]:
    """Which of these modules, or modules in them, this process has imported."""
    return sorted({name for name in names for module in sys.modules if module == name or module.startswith(name + ".")})


def open_behind_sqlite(path: Path, *, task: Task) -> str:
    """What happens to code of this process that opens a live database file."""
    with open_reader(path, task):
        try:
            path.read_bytes()
        except PermissionError as error:
            return str(error)
    return "allowed"


def make_database(path: Path, rows: int, *, task: Task) -> None:
    with create_database(path, task) as db:
        db.execute("create table entries(id integer primary key)")
        db.execute("insert into entries with recursive n(i) as (select 1 union all select i + 1 from n) "
                   "select i from n limit ?", (rows,))  # fmt: skip


def count_rows(path: Path, *, task: Task) -> int:
    with open_reader(path, task) as db:
        return int(str(db.execute("select count(*) from entries").fetchall()[0][0]))


def state_sentence(path: Path, *, task: Task) -> str:
    """An inspection, as the window gives one along with a job."""
    with open_reader(path, task) as db:
        verdict = db.execute("pragma quick_check").fetchall()[0][0]
    return f"{path.name}: {count_rows(path, task=task)} rows, integrity {verdict}."


def change_and_hold(path: Path, *, task: Task) -> None:
    """Deletes everything in a transaction that is still open when it reports, and holds it."""
    task.begin(("Changing",))
    with open_writer(path, task) as db:
        db.execute("begin immediate")
        try:
            db.execute("delete from entries")
            task.step(0, "changed")
            hold(task=task)
        finally:
            db.execute("rollback")


def change_and_die(path: Path, *, task: Task) -> None:
    with open_writer(path, task) as db:
        db.execute("begin immediate")
        db.execute("delete from entries")
        die(task=task)
