"""An engine process with a test at its other end: frames over pipes, no Qt."""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from felix_dbadmin.engine.messages import (
    Answer,
    Call,
    Decoder,
    Message,
    Ready,
    Reported,
    Request,
    Started,
    Succeeded,
    encode,
)

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0
"""Seconds until a test that waits is called failed; nothing passes or fails by being slower or faster than that."""


class Client:
    """What the window is to the engine."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self._in = process.stdin
        self._out = process.stdout.fileno()
        self._decoder = Decoder()
        self._received: deque[Message] = deque()

    def send(self, *requests: Request) -> None:
        self.write(b"".join(encode(request) for request in requests))

    def call(self, ident: int, work: Callable[..., object], lane: str = "lane") -> None:
        self.send(Call(ident, lane, pickle.dumps(work)))

    def write(self, data: bytes) -> None:
        self._in.write(data)
        self._in.flush()

    def hang_up(self) -> None:
        self._in.close()

    def receive(self) -> Message | None:
        """The next message, None at the end of the stream."""
        while not self._received:
            readable, _, _ = select.select([self._out], [], [], PATIENCE)
            assert readable, "the engine says nothing"
            data = os.read(self._out, 1 << 16)
            if not data:
                return None
            self._received.extend(self._decoder.feed(data))
        return self._received.popleft()

    def answers(self, ident: int) -> list[Answer]:
        """All that is said about a call, up to its end; what is said of others meanwhile is dropped."""
        said: list[Answer] = []
        while not said or isinstance(said[-1], Started | Reported):
            message = self.receive()
            assert message is not None, "the engine has ended"
            if not isinstance(message, Ready) and getattr(message, "ident", None) == ident:
                assert isinstance(message, Answer)
                said.append(message)
        return said

    def result(self, ident: int, work: Callable[..., object]) -> object:
        self.call(ident, work, lane=f"lane of {ident}")
        end = self.answers(ident)[-1]
        assert isinstance(end, Succeeded), end
        return pickle.loads(end.payload)

    def until_running(self, ident: int) -> None:
        """Return when the work of a call has reported."""
        while not (isinstance(message := self.receive(), Reported) and message.ident == ident):
            assert message is not None, "the engine has ended"

    def wait(self) -> int:
        return self.process.wait(PATIENCE)


@contextmanager
def engine() -> Iterator[Client]:
    command = [sys.executable, "-P", "-m", "felix_dbadmin.engine.process"]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        try:
            yield Client(process)
        finally:
            process.kill()
