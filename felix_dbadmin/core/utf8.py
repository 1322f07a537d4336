"""Stored text as UTF-8 bytes. It need not be valid, which Python's text must be; and a database may keep UTF-16."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakSet

import apsw

_prepared: WeakSet[apsw.Connection] = WeakSet()
"""Connections to UTF-16 databases that have the function."""


def as_utf8(db: apsw.Connection, expression: str) -> str:
    """SQL for the bytes of a text; of numbers as text, of bytes themselves and of null as they are."""
    encoding = str(db.pragma("encoding"))
    if encoding == "UTF-8":
        return f"cast({expression} as blob)"
    if db not in _prepared:
        # Under this name there is nothing in SQLite; the cast hands over the bytes as they are stored.
        db.create_scalar_function("utf8_of", _recoder(encoding), 2, deterministic=True)
        _prepared.add(db)
    return f"utf8_of(typeof({expression}), cast({expression} as blob))"


def _recoder(encoding: str) -> Callable[..., apsw.SQLiteValue]:
    def recoded(kind: str, stored: bytes | None) -> apsw.SQLiteValue:
        if stored is None or kind == "blob":
            return stored
        return stored.decode(encoding, "replace").encode()

    return recoded
