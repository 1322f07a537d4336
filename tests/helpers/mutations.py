"""Database files spoilt in the ways that disks, transfers and enemies spoil them: a pure function of a random state."""

from __future__ import annotations

import random
from collections.abc import Callable

Mutation = Callable[[random.Random, bytearray], None]

_INTERESTING = (0, 1, 2, 5, 10, 13, 0x7F, 0x80, 0xFF)
"""Bytes that mean something in a page: its kinds, and the ends of ranges."""
_HEADER_FIELDS = (16, 18, 19, 20, 21, 22, 23, 24, 28, 32, 36, 40, 44, 47, 52, 56, 59, 60, 64, 68, 92, 96)
_SQL = (b"CREATE", b"TABLE", b"INTEGER", b"TEXT", b"fts5", b"ON", b"PRIMARY")


def _page_size(data: bytearray) -> int:
    size = int.from_bytes(data[16:18], "big")
    return size if size >= 512 else 4096


def flip_bits(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.choice((1, 3, 30))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def put_bytes(rng: random.Random, data: bytearray) -> None:
    """In one page, where its structure is."""
    start = rng.randrange(max(1, len(data) // _page_size(data))) * _page_size(data)
    for _ in range(rng.choice((1, 4, 16))):
        data[start + rng.randrange(min(64, len(data) - start))] = rng.choice(_INTERESTING)


def truncate(rng: random.Random, data: bytearray) -> None:
    whole = rng.random() < 0.5
    length = rng.randrange(len(data))
    del data[length // _page_size(data) * _page_size(data) if whole else length :]


def swap_pages(rng: random.Random, data: bytearray) -> None:
    size = _page_size(data)
    first, second = (rng.randrange(1, max(2, len(data) // size)) * size for _ in range(2))
    data[first : first + size], data[second : second + size] = (
        data[second : second + size],
        data[first : first + size],
    )


def blank_page(rng: random.Random, data: bytearray) -> None:
    size = _page_size(data)
    start = rng.randrange(max(1, len(data) // size)) * size
    data[start : start + size] = bytes(size) if rng.random() < 0.5 else rng.randbytes(size)


def lie_in_header(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.choice((1, 2, 5))):
        data[rng.choice(_HEADER_FIELDS)] = rng.choice((*_INTERESTING, rng.randrange(256)))


def spoil_schema(rng: random.Random, data: bytearray) -> None:
    """In the text of a statement that makes an object."""
    word = rng.choice(_SQL)
    places = [at for at in range(len(data) - len(word)) if data[at] == word[0] and data[at : at + len(word)] == word]
    if places:
        at = rng.choice(places) + rng.randrange(len(word) + 20)
        data[min(at, len(data) - 1)] = rng.choice((0, 0x20, 0x22, 0x27, 0x28, 0x80, 0xFF, rng.randrange(256)))


def append_rubbish(rng: random.Random, data: bytearray) -> None:
    data += rng.randbytes(rng.choice((1, 100, 5000)))


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits,
    put_bytes,
    truncate,
    swap_pages,
    blank_page,
    lie_in_header,
    spoil_schema,
    append_rubbish,
)


def mutated(rng: random.Random, data: bytes) -> tuple[str, bytes]:
    """What was done, and the file after it. The same for the same random state."""
    spoilt = bytearray(data)
    names = []
    for mutate in rng.choices(MUTATIONS, k=rng.choice((1, 1, 1, 2))):
        if len(spoilt) >= 512:
            mutate(rng, spoilt)
            names.append(mutate.__name__)
    return " + ".join(names), bytes(spoilt)
