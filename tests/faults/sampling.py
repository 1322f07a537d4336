"""How much of a large space a run tries: a sample with a printed seed, or, for FELIX_SOAK_SECONDS, what fits."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

SOAK_SECONDS = float(os.environ.get("FELIX_SOAK_SECONDS", "0"))
"""0 in a normal run."""

PATIENCE = 120 + int(SOAK_SECONDS)
"""Seconds for pytest's own limit on a test that samples."""


def trials(name: str, count: int, share: float) -> Iterator[random.Random]:
    """`count` sources of chance, or as many as fit into this `share` of a soak; at least `count` in either.

    FELIX_FAULT_SEED=n makes a run the same as the one that printed n.
    """
    seed = int(os.environ.get("FELIX_FAULT_SEED") or random.SystemRandom().randrange(10**9))
    print(f"{name}: FELIX_FAULT_SEED={seed}")  # noqa: T201 - shown with a failure, and by -s
    ends, done = time.monotonic() + SOAK_SECONDS * share, 0
    while done < count or time.monotonic() < ends:
        yield random.Random(f"{seed} {name} {done}")
        done += 1
    print(f"{name}: {done} trials")  # noqa: T201
