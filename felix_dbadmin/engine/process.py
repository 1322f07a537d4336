"""The engine's main loop: `python -m felix_dbadmin.engine.process`, with messages on standard input and output.

It ends when it is told to or when its input ends, which it does however the window died.
"""

from __future__ import annotations

import faulthandler
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator

from felix_dbadmin.core.connection import open_memory
from felix_dbadmin.core.live_files import guard_live_files
from felix_dbadmin.engine.lanes import Lanes
from felix_dbadmin.engine.messages import Call, Cancel, Decoder, Message, Ready, Reply, Shutdown, encode

CHUNK = 1 << 16

GRACE = 30.0
"""Seconds for cancelled work to roll back. What still runs then is cut off; its database is as before."""


class Replies:
    """Writes to the window from a thread of its own: work that holds a lock never waits for a busy window."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._queue: queue.SimpleQueue[bytes | threading.Event | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="replies", daemon=True)
        self._thread.start()

    def send(self, reply: Reply) -> None:
        self._queue.put(encode(reply))

    def flush(self) -> None:
        """Return when everything that was sent before has been written, or nobody is left to read it."""
        written = threading.Event()
        self._queue.put(written)
        written.wait()

    def close(self, timeout: float) -> None:
        """Write the rest, for at most `timeout` seconds."""
        self._queue.put(None)
        self._thread.join(timeout)

    def _write_all(self) -> None:
        listening = True
        while (item := self._queue.get()) is not None:
            if isinstance(item, threading.Event):
                item.set()
            elif listening:
                listening = self._write(item)

    def _write(self, frame: bytes) -> bool:
        rest = memoryview(frame)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:  # the window is gone: the end of our input says so too
            return False
        return True


def main() -> None:
    """Serve one window until it is gone."""
    requests, replies = _take_over_standard_streams()
    # Ctrl-C in a terminal reaches both processes; what it means is for the window to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.stderr is not None:
        faulthandler.enable()
    guard_live_files()
    if not _serve(requests, Replies(replies)):
        os._exit(1)


def _serve(requests: int, replies: Replies) -> bool:
    lanes = Lanes(replies.send, replies.flush)
    replies.send(Ready(os.getpid(), _sqlite_version()))
    try:
        for message in _received(requests):
            match message:
                case Call():
                    lanes.submit(message)
                case Cancel():
                    lanes.cancel(message.ident)
                case Shutdown():
                    break
    finally:
        all_ended = lanes.close(GRACE)
        replies.close(GRACE)
    return all_ended


def _received(requests: int) -> Iterator[Message]:
    decoder = Decoder()
    while data := os.read(requests, CHUNK):
        yield from decoder.feed(data)


def _take_over_standard_streams() -> tuple[int, int]:
    """Private descriptors for the messages: a stray print goes to stderr, and no child process reads our input."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2 if sys.stderr is not None else nothing, 1)
    os.close(nothing)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (requests, replies):
            msvcrt.setmode(descriptor, os.O_BINARY)
    return requests, replies


def _sqlite_version() -> str:
    with open_memory() as db:
        return str(db.execute("select sqlite_version()").fetchall()[0][0])


if __name__ == "__main__":
    main()
