"""The engine process as its window meets it: over two pipes, whatever happens at the other end."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.errors import CheckFailed
from felix_dbadmin.engine.messages import Call, Crashed, Failed, Ready, Reported, Shutdown, Started, Succeeded
from tests.engine.client import Client, engine
from tests.helpers import engine_work as work


@pytest.fixture
def client() -> Iterator[Client]:
    with engine() as client:
        yield client


def test_it_says_who_it_is_when_it_is_ready(client: Client) -> None:
    assert client.receive() == Ready(client.process.pid, apsw.sqlite_lib_version())


def test_a_call_is_answered_by_started_reports_and_one_result(client: Client) -> None:
    client.call(7, partial(work.report, 3))
    started, *reports, end = client.answers(7)
    assert started == Started(7)
    assert [report.progress.step for report in reports if isinstance(report, Reported)][-1] == 1
    lines = [line for report in reports if isinstance(report, Reported) for line in report.progress.log]
    assert lines == ["line 0", "line 1", "line 2"]
    assert end == Succeeded(7, pickle.dumps(3, pickle.HIGHEST_PROTOCOL))


def test_a_known_error_arrives_with_its_words_and_place(client: Client) -> None:
    client.call(1, work.refuse)
    end = client.answers(1)[-1]
    assert isinstance(end, Failed)
    error = pickle.loads(end.payload)
    assert isinstance(error, CheckFailed)
    assert (error.summary, error.hint) == ("felix.db: 3 rows are missing.", "Restore a backup.")
    assert (error.statement, error.where) == ("SELECT 1", "001.sql:3")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (work.stumble, "ZeroDivisionError: the bug of this test"),
        (work.leave, "SystemExit: nobody may leave like this"),
        (work.make_what_cannot_be_sent, "cannot be sent to the window"),
    ],
)
def test_what_nobody_expected_comes_with_its_traceback_and_the_engine_goes_on(
    client: Client, function: object, words: str
) -> None:
    assert callable(function)
    client.call(1, function)
    end = client.answers(1)[-1]
    assert isinstance(end, Crashed)
    assert words in end.text
    assert "Traceback" in end.text
    assert client.result(2, partial(work.echo, "alive")) == "alive"


def test_work_that_cannot_be_unpickled_spoils_its_own_call_only(client: Client) -> None:
    client.send(Call(1, "lane", b"cnowhere\nnothing\n."))
    end = client.answers(1)[-1]
    assert isinstance(end, Crashed)
    assert "nowhere" in end.text
    assert client.result(2, partial(work.echo, "alive")) == "alive"


def test_stray_prints_go_to_stderr_and_leave_the_stream_whole(client: Client) -> None:
    assert client.result(1, work.print_text) == "printed"
    assert client.result(2, partial(work.echo, "still understood")) == "still understood"
    client.hang_up()
    client.wait()
    assert client.process.stderr is not None
    stderr = client.process.stderr.read()
    assert b"a stray line" in stderr
    assert b"and one past Python" in stderr


def test_work_and_its_child_processes_cannot_read_the_requests(client: Client) -> None:
    assert client.result(1, work.read_input) == b""


def test_neither_qt_nor_another_sqlite_is_in_the_process(client: Client) -> None:
    names = ("PySide6", "shiboken6", "sqlite3", "_sqlite3", "apsw")
    assert client.result(1, partial(work.loaded, names)) == ["apsw"]


def test_code_in_the_process_cannot_open_a_live_database_behind_sqlite(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "live.db"
    assert client.result(1, partial(work.make_database, path, 3)) is None
    assert "open in this process" in str(client.result(2, partial(work.open_behind_sqlite, path)))


def test_a_result_of_many_megabytes_arrives(client: Client) -> None:
    assert client.result(1, partial(work.make_bytes, 20 << 20)) == b"\xa5" * (20 << 20)


def test_it_ends_when_its_window_is_gone_and_rolls_back_what_was_under_way(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "entries.db"
    client.result(1, partial(work.make_database, path, 100))
    client.call(2, partial(work.change_and_hold, path))
    client.until_running(2)
    client.hang_up()
    assert client.wait() == 0
    assert not path.with_name(path.name + "-journal").exists()
    with engine() as next_engine:
        assert next_engine.result(1, partial(work.count_rows, path)) == 100


def test_it_ends_when_nobody_reads_its_answers_any_more(client: Client) -> None:
    assert client.process.stdout is not None
    client.call(1, partial(work.echo, "first"))
    client.answers(1)
    client.process.stdout.close()
    client.call(2, partial(work.make_bytes, 1 << 20))
    client.hang_up()
    assert client.wait() == 0


def test_it_ends_on_shutdown_with_calls_running_and_waiting(client: Client) -> None:
    client.call(1, work.count_for_ever)
    client.call(2, partial(work.echo, "never"))
    client.until_running(1)
    client.send(Shutdown())
    assert client.wait() == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals for other processes")
def test_ctrl_c_in_the_terminal_is_left_to_the_window(client: Client) -> None:
    client.receive()
    client.process.send_signal(signal.SIGINT)
    assert client.result(1, partial(work.echo, "alive")) == "alive"


def test_garbage_on_its_input_ends_it_loudly(client: Client) -> None:
    client.write(b"GET / HTTP/1.1\r\n\r\n")
    assert client.wait() == 1
    assert client.process.stderr is not None
    assert b"NotAMessage" in client.process.stderr.read()
