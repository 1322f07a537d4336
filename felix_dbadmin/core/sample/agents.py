"""Checkpoints of agents on their way down the helix: how sure they were, where, and at what cost."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

import apsw

from felix_dbadmin.core.sample.prose import SEED, Prose, Row, insertion
from felix_dbadmin.core.sample.workflows import WORKFLOWS, started

COLUMNS = (
    "agent_id",
    "workflow_id",
    "agent_type",
    "spawn_time",
    "checkpoint",
    "confidence",
    "tokens_used",
    "processing_time",
    "depth_ratio",
    "phase",
    "position_x",
    "position_y",
    "position_z",
    "content_preview",
    "timestamp",
)
HEIGHT, TURNS, TOP_RADIUS, BOTTOM_RADIUS = 8.0, 2, 3.0, 0.5
RUN_SECONDS = 200.0
"""From a workflow's begin to checkpoint 1.0."""
LAST_CHECKPOINT = 12
"""In tenths: agents may run a little past the planned end."""


@dataclass(frozen=True, slots=True)
class Character:
    """How agents of one type behave: when they are spawned, and their confidence at the top and what depth adds."""

    kind: str
    share: int
    spawned: tuple[float, float]
    confidence: float
    gain: float
    noise: float
    tokens: int


CHARACTERS = (
    Character("research", 5, (0.0, 0.25), 0.42, 0.30, 0.08, 900),
    Character("analysis", 4, (0.05, 0.35), 0.48, 0.33, 0.06, 700),
    Character("critic", 3, (0.1, 0.4), 0.40, 0.26, 0.10, 450),
    Character("synthesis", 2, (0.3, 0.6), 0.55, 0.38, 0.04, 1_200),
    Character("system", 2, (0.0, 0.5), 0.62, 0.15, 0.05, 260),
)


def fill_agent_performance(db: apsw.Connection, now: float, workflows: int = WORKFLOWS) -> None:
    """Insert the demo's checkpoints, inside the caller's transaction. The table must be there."""
    db.executemany(insertion("agent_performance", COLUMNS), generate_checkpoints(workflows, now=now))


def generate_checkpoints(workflows: int, seed: int = SEED, *, now: float = 1_760_000_000.0) -> Iterator[Row]:
    """Checkpoints of `workflows` workflows, some 125 for each; the newest is from before `now`."""
    rng = random.Random(f"checkpoints {seed}")
    prose = Prose(rng)
    for workflow in range(1, workflows + 1):
        begin = started(workflow, now, workflows)
        # Every ninth workflow went badly: the deeper, the less sure.
        troubled = workflow % 9 == 5
        for character in rng.choices(CHARACTERS, weights=[item.share for item in CHARACTERS], k=rng.randint(11, 15)):
            yield from _descent(rng, prose, character, workflow, begin, troubled)


def _descent(
    rng: random.Random, prose: Prose, character: Character, workflow: int, begin: float, troubled: bool
) -> Iterator[Row]:
    """One agent's checkpoints from its spawning to the bottom, or to where it gave up."""
    agent = f"{character.kind}_{rng.randrange(9):03d}"
    spawn = round(rng.uniform(*character.spawned), 4)
    speed = rng.uniform(0.9, 1.3)
    last = LAST_CHECKPOINT if rng.random() < 0.8 else rng.randint(5, LAST_CHECKPOINT)
    gain = -0.2 if troubled else character.gain
    for tenth in range(math.ceil(spawn * 10 + 0.01), last + 1):
        checkpoint = tenth / 10
        depth = round(min(1.0, (checkpoint - spawn) * speed), 4)
        confidence = rng.gauss(character.confidence + gain * depth, character.noise)
        placed = rng.random() > 0.004
        yield (
            agent,
            workflow if rng.random() > 0.003 else None,
            character.kind,
            spawn,
            checkpoint,
            round(min(0.99, max(0.05, confidence)), 4),
            max(20, int(rng.lognormvariate(math.log(character.tokens), 0.35))),
            round(rng.gammavariate(2.0, 1.6) + 0.05, 3),
            depth,
            phase_at(depth),
            *(position_at(depth) if placed else (None, None, None)),
            prose.remark() if rng.random() > 0.04 else None,
            round(begin + checkpoint * RUN_SECONDS + rng.uniform(0, 4), 3),
        )


def phase_at(depth: float) -> str:
    """The helix phase at a depth from 0 (top) to 1."""
    if depth < 0.4:
        return "exploration"
    return "analysis" if depth < 0.7 else "synthesis"


def position_at(depth: float) -> tuple[float, float, float]:
    """x, y and z on a helix that narrows on its way down."""
    radius = TOP_RADIUS * (BOTTOM_RADIUS / TOP_RADIUS) ** depth
    angle = depth * TURNS * math.tau
    return radius * math.cos(angle), radius * math.sin(angle), HEIGHT * (1 - depth)
