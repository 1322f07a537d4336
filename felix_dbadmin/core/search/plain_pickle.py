"""Plain values that Python has pickled, read without running anything: Felix keeps its longer content so."""

from __future__ import annotations

import json
import math
import pickletools
from collections.abc import Iterator

_CONSTANTS: dict[str, object] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_VALUES = {
    *("BININT", "BININT1", "BININT2", "LONG1", "LONG4", "INT", "LONG", "FLOAT", "BINFLOAT"),
    *("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"),
}
_EMPTY = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": list}
_NOTHING = {"PROTO", "FRAME"}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


MOST_STEPS = 500_000
"""Instructions, some 0.5 s."""


class _NotPlain(Exception):
    pass


def read_plain(data: bytes, most: int) -> str | None:
    """Objects, arrays, texts and numbers as JSON, of at most about `most` characters; None where it is anything else.

    The instructions are read here one by one; those that would make objects of any class are not among them.
    """
    if not data.startswith(b"\x80"):
        return None
    try:
        value = _Reader(most).read(data)
        return json.dumps(value, ensure_ascii=False)
    except (_NotPlain, ValueError, TypeError, IndexError, KeyError, RecursionError, OverflowError, UnicodeError):
        return None


class _Reader:
    def __init__(self, most: int) -> None:
        self._left = most
        self._stack: list[object] = []
        self._memo: list[object] = []
        self._marks: list[int] = []
        """Where on the stack each began."""

    def read(self, data: bytes) -> object:
        for count, (name, argument) in enumerate(_instructions(data)):
            if name == "STOP":
                [value] = self._stack
                return value
            if count == MOST_STEPS:
                break
            self._step(name, argument)
        raise _NotPlain

    def _step(self, name: str, argument: object) -> None:
        if name in _VALUES:
            self._push(argument)
        elif name in _CONSTANTS:
            self._push(_CONSTANTS[name])
        elif name in _EMPTY:
            self._push(_EMPTY[name]())
        elif name == "MARK":
            self._marks.append(len(self._stack))
        elif name == "MEMOIZE" or (name in ("BINPUT", "LONG_BINPUT") and argument == len(self._memo)):
            self._memo.append(self._stack[-1])
        elif name in ("BINGET", "LONG_BINGET") and isinstance(argument, int):
            self._again(self._memo[argument])
        elif name not in _NOTHING:
            self._gather(name)

    def _gather(self, name: str) -> None:
        """What puts values into what stands before them."""
        if name in _TUPLES:
            count = _TUPLES[name]
            values = self._stack[-count:]
            del self._stack[-count:]
            self._stack.append(values)
        elif name in ("TUPLE", "LIST"):
            self._stack.append(self._marked())
        elif name in ("SETITEM", "SETITEMS"):
            values = self._marked() if name == "SETITEMS" else [self._stack.pop(-2), self._stack.pop()]
            holder = self._stack[-1]
            if not isinstance(holder, dict) or not all(isinstance(key, str) for key in values[::2]):
                raise _NotPlain
            holder.update(zip(values[::2], values[1::2], strict=True))
        elif name in ("APPEND", "APPENDS"):
            values = self._marked() if name == "APPENDS" else [self._stack.pop()]
            holder = self._stack[-1]
            if not isinstance(holder, list):
                raise _NotPlain
            holder.extend(values)
        else:
            raise _NotPlain

    def _marked(self) -> list[object]:
        place = self._marks.pop()
        values = self._stack[place:]
        del self._stack[place:]
        return values

    def _again(self, value: object) -> None:
        """A list or object that stands in two places could hold itself, or a million copies of itself."""
        if isinstance(value, dict | list):
            raise _NotPlain
        self._push(value)

    def _push(self, value: object) -> None:
        if isinstance(value, float) and not math.isfinite(value):
            raise _NotPlain
        self._left -= len(value) if isinstance(value, str) else 1
        if self._left < 0:
            raise _NotPlain
        self._stack.append(value)


def _instructions(data: bytes) -> Iterator[tuple[str, object]]:
    for code, argument, _ in pickletools.genops(data):
        yield code.name, argument
