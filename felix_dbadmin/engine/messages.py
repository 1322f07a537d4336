"""What the window and the engine say to each other, and how it travels: frames of a length and a pickle.

    window → engine   Call* Cancel* Shutdown
    engine → window   Ready, and for each call: Started, Reported*, then exactly one of
                      Succeeded, Failed, WasCancelled, Crashed

Work, results and errors are pickles inside the pickle (`bytes` fields), so that one which cannot be read
spoils its own call only.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from felix_dbadmin.core.errors import Cancelled
from felix_dbadmin.core.task import Progress

_LENGTH = struct.Struct("!Q")

LONGEST = 1 << 32
"""Bytes of a frame. Text that was printed into the stream would be read as a far greater length."""


@dataclass(frozen=True, slots=True)
class Call:
    """Run `work` (pickled; called with the keyword `task`) after all earlier calls of the same lane."""

    ident: int
    lane: str
    work: bytes


@dataclass(frozen=True, slots=True)
class Cancel:
    ident: int


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Cancel everything, wait for it to end, and exit."""


@dataclass(frozen=True, slots=True)
class Ready:
    pid: int
    sqlite_version: str


@dataclass(frozen=True, slots=True)
class Started:
    """Written before the work begins: a call without it has not touched anything."""

    ident: int


@dataclass(frozen=True, slots=True)
class Reported:
    ident: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class Succeeded:
    ident: int
    payload: bytes
    """The pickled result."""


@dataclass(frozen=True, slots=True)
class Failed:
    ident: int
    payload: bytes
    """The pickled DbAdminError."""


@dataclass(frozen=True, slots=True)
class WasCancelled:
    ident: int
    payload: bytes
    """The pickled Cancelled."""


@dataclass(frozen=True, slots=True)
class Crashed:
    """A bug: the formatted traceback of what nobody expected."""

    ident: int
    text: str


Request = Call | Cancel | Shutdown
Answer = Started | Reported | Succeeded | Failed | WasCancelled | Crashed
Reply = Ready | Answer
Message = Request | Reply

_KINDS = (Call, Cancel, Shutdown, Ready, Started, Reported, Succeeded, Failed, WasCancelled, Crashed)


def cancelled_in_time() -> Cancelled:
    """How a call ends that was cancelled while it waited."""
    return Cancelled("Cancelled before it started.", "Nothing was changed.")


class NotAMessage(Exception):
    """The stream holds something that is no message; nothing after it can be understood."""


def encode(message: Message) -> bytes:
    """The message as a frame."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


class Decoder:
    """Turns the bytes of a stream, cut anywhere, into messages again."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes | bytearray | memoryview) -> Iterator[Message]:
        """The messages that are complete with `data`. Raises NotAMessage."""
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > LONGEST:
                raise NotAMessage(f"a frame of {length} bytes was announced")
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            yield _decode(body)


def _decode(body: bytes) -> Message:
    try:
        message = pickle.loads(body)
    except Exception as error:
        raise NotAMessage(f"a frame cannot be read: {error}") from error
    if not isinstance(message, _KINDS):
        raise NotAMessage(f"a frame holds a {type(message).__name__}")
    return message
