"""A thread per busy lane: calls of one lane in order, lanes side by side.

A lane is a database's name. Its thread ends when the lane is empty, so that lanes cost nothing.
"""

from __future__ import annotations

import pickle
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from functools import partial

from felix_dbadmin.core.errors import Cancelled, DbAdminError
from felix_dbadmin.core.task import Progress, Task
from felix_dbadmin.engine.messages import (
    Answer,
    Call,
    Crashed,
    Failed,
    Reported,
    Started,
    Succeeded,
    WasCancelled,
    cancelled_in_time,
)


class Lanes:
    """Runs calls, and answers each through `send`; `flush` returns when what was sent has left the process."""

    def __init__(self, send: Callable[[Answer], None], flush: Callable[[], None]) -> None:
        self._send = send
        self._flush = flush
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Call]] = {}
        self._threads: set[threading.Thread] = set()
        self._running: dict[int, Task] = {}
        self._closed = False

    def submit(self, call: Call) -> None:
        """Run the call when the earlier ones of its lane have ended."""
        with self._lock:
            if self._closed:
                return
            queue = self._waiting.get(call.lane)
            if queue is not None:
                queue.append(call)
                return
            self._waiting[call.lane] = deque([call])
            # A daemon: work that will not end must not keep the process alive for ever, see `close`.
            thread = threading.Thread(target=self._run_lane, args=(call.lane,), name=call.lane, daemon=True)
            self._threads.add(thread)
            thread.start()

    def cancel(self, ident: int) -> None:
        """End a waiting call without running it, ask a running one to stop; one that has ended is left alone."""
        with self._lock:
            task = self._running.get(ident)
            if task is not None:
                task.cancel()
                return
            found = self._take_out(ident)
        if found:
            self._send(WasCancelled(ident, pickle.dumps(cancelled_in_time())))

    def close(self, timeout: float) -> bool:
        """Drop what waits, cancel what runs, and wait `timeout` seconds; False when something still runs."""
        with self._lock:
            self._closed = True
            for queue in self._waiting.values():
                queue.clear()
            for task in self._running.values():
                task.cancel()
            threads = tuple(self._threads)
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _take_out(self, ident: int) -> bool:
        for queue in self._waiting.values():
            for call in queue:
                if call.ident == ident:
                    queue.remove(call)
                    return True
        return False

    def _run_lane(self, lane: str) -> None:
        while True:
            with self._lock:
                queue = self._waiting[lane]
                if not queue:
                    del self._waiting[lane]
                    self._threads.discard(threading.current_thread())
                    return
                call = queue.popleft()
                task = Task(partial(self._report, call.ident))
                self._running[call.ident] = task
            self._send(Started(call.ident))
            self._flush()
            answer = _answer(call, task)
            with self._lock:
                del self._running[call.ident]
            self._send(answer)

    def _report(self, ident: int, progress: Progress) -> None:
        self._send(Reported(ident, progress))


def _answer(call: Call, task: Task) -> Answer:
    try:
        task.check()
        work: Callable[..., object] = pickle.loads(call.work)
        return Succeeded(call.ident, _packed(work(task=task), work))
    except Cancelled as error:
        return WasCancelled(call.ident, pickle.dumps(error))
    except DbAdminError as error:
        return Failed(call.ident, pickle.dumps(error))
    except BaseException:  # noqa: BLE001 - the end of a thread: even SystemExit must be answered, or its job never ends
        return Crashed(call.ident, traceback.format_exc())


def _packed(result: object, work: Callable[..., object]) -> bytes:
    try:
        return pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise TypeError(f"the {type(result).__name__} that {work} returned cannot be sent to the window") from error
