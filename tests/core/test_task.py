"""A task tells how far it is, not too often, and stops when it is asked to."""

from __future__ import annotations

import threading

import apsw
import pytest

from felix_dbadmin.core import task as task_module
from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.pace import StepCost
from felix_dbadmin.core.task import Progress, Task


def test_steps_and_counts_reach_the_listener(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_module, "REPORT_INTERVAL", 0.0)
    heard: list[Progress] = []
    task = Task(heard.append)
    task.begin(["copy", "check"])
    task.report(3, 10, "pages")
    task.step(1, "reading")
    task.report(1, None)
    assert heard == [
        Progress(("copy", "check"), 0, 0, None, "", ()),
        Progress(("copy", "check"), 0, 3, 10, "pages", ()),
        Progress(("copy", "check"), 1, 0, None, "reading", ()),
        Progress(("copy", "check"), 1, 1, None, "", ()),
    ]


def test_many_reports_become_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_module, "REPORT_INTERVAL", 3_600.0)
    heard: list[Progress] = []
    task = Task(heard.append)
    task.begin(["copy", "check"])
    for done in range(1_000):
        task.report(done, 1_000)
    task.step(1)
    assert [(progress.step, progress.done) for progress in heard] == [(0, 0), (1, 0)]


def test_lines_of_the_log_travel_once_and_in_order() -> None:
    heard: list[Progress] = []
    task = Task(heard.append)
    task.log("one")
    task.log("two")
    task.begin(["only"])
    task.step(0)
    assert [progress.log for progress in heard] == [("one", "two"), ()]


def test_a_task_without_a_listener_is_fine() -> None:
    task = Task()
    task.begin(["only"])
    task.step(0)
    task.report(1, 2)
    assert not task.cancelled


def test_after_a_cancel_every_step_and_report_raises() -> None:
    task = Task()
    task.begin(["only"])
    task.cancel()
    assert task.cancelled
    for call in (task.check, lambda: task.step(0), lambda: task.report(1, 2)):
        with pytest.raises(Cancelled):
            call()


def test_waiting_ends_at_once_when_cancelled() -> None:
    task = Task()
    assert task.wait(0.0) is False
    threading.Timer(0.05, task.cancel).start()
    assert task.wait(60.0) is True


ENDLESS = "with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c"


def test_a_cancel_from_another_thread_stops_running_sql() -> None:
    task, db = Task(), apsw.Connection(":memory:")
    threading.Timer(0.05, task.cancel).start()
    with task.guarding(db), pytest.raises(apsw.InterruptError):
        db.execute(ENDLESS).fetchall()


def test_a_cancelled_write_takes_its_transaction_back() -> None:
    task, db = Task(), apsw.Connection(":memory:")
    db.execute("create table t(n)")
    db.execute("begin immediate; insert into t values (0)")
    threading.Timer(0.05, task.cancel).start()
    with task.guarding(db), pytest.raises(apsw.InterruptError):
        db.execute(f"insert into t {ENDLESS}")
    assert not db.in_transaction
    assert db.execute("select count(*) from t").get == 0


def test_outside_the_guard_a_cancelled_task_has_no_hold_on_the_connection() -> None:
    task, db = Task(), apsw.Connection(":memory:")
    task.cancel()
    with task.guarding(db):
        pass
    count = "with recursive c(n) as (select 1 union all select n + 1 from c limit 10000) select count(*) from c"
    assert db.execute(count).get == 10_000


def test_with_costs_a_running_statement_is_reported_in_milliseconds_of_the_whole_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(task_module, "REPORT_INTERVAL", 0.0)
    heard: list[Progress] = []
    task, db = Task(heard.append), apsw.Connection(":memory:")
    db.execute("create table t(n)")
    long = "insert into t with recursive c(n) as (select 1 union all select n + 1 from c limit 20000) select n from c"
    with task.guarding(db), task.recording() as recording:
        db.execute(long)
    cost = recording.finished()
    task.begin(["fill", "look"])
    task.expect((cost, StepCost(60.0)))
    with task.guarding(db), task.counting(db):
        task.step(0, "filling")
        db.execute(long)
        task.step(1)
    filling = [progress for progress in heard if progress.note == "filling"]
    assert len(filling) > 50
    assert {progress.total for progress in heard[1:]} == {round(1000 * (cost.seconds + 60.0))}
    assert [progress.done for progress in filling] == sorted(progress.done for progress in filling)
    assert (heard[-1].step, heard[-1].done, heard[-1].rows) == (1, round(1000 * cost.seconds), 20_000)
    assert heard[-1].remaining is not None
    assert heard[-1].remaining > 1.0
