"""Sequences of commands that worked before, and each time one was used."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

import apsw

from felix_dbadmin.core.sample.prose import SEED, insertion
from felix_dbadmin.core.sample.workflows import SPAN, WORKFLOWS, started

PATTERN_COLUMNS = (
    "pattern_id",
    "pattern_name",
    "command_sequence",
    "task_category",
    "success_rate",
    "usage_count",
    "avg_duration",
    "preconditions",
    "created_at",
    "updated_at",
)
USAGE_COLUMNS = ("pattern_id", "workflow_id", "agent_id", "success", "duration", "timestamp")


@dataclass(frozen=True, slots=True)
class Pattern:
    """`uses` times in the demo, of which about `reliability` (0 to 1) went well; `seconds` is the usual duration."""

    name: str
    category: str
    commands: tuple[str, ...]
    preconditions: dict[str, object] | None
    uses: int
    reliability: float
    seconds: float


PATTERNS = (
    Pattern(
        "make an environment and install",
        "environment",
        ("python -m venv .venv", "source .venv/bin/activate", "pip install -r requirements.txt"),
        {"files": ["requirements.txt"], "venv_active": False},
        84,
        0.86,
        21.0,
    ),
    Pattern(
        "test before push",
        "vcs",
        ("python -m pytest -q", "git status --short", "git push origin main"),
        {"files": [".git"], "venv_active": True},
        61,
        0.72,
        14.0,
    ),
    Pattern(
        "find what changed",
        "vcs",
        ("git status --short", "git diff --stat main", "git log --oneline -n 17"),
        {"files": [".git"]},
        97,
        0.98,
        0.4,
    ),
    Pattern(
        "clean build",
        "build",
        ("rm -rf build", "docker build -t felix-hub ."),
        {"approval": True},
        23,
        0.57,
        75.0,
    ),
    Pattern(
        "ask the model server",
        "network",
        ("curl -s http://localhost:1234/v1/models",),
        None,
        40,
        0.8,
        0.5,
    ),
    Pattern(
        "check the databases",
        "maintenance",
        ("du -sh .", "sqlite3 felix_knowledge.db 'PRAGMA integrity_check'"),
        {},
        12,
        1.0,
        1.2,
    ),
    Pattern("update one package", "environment", ("pip list --outdated", "pip install httpx"), None, 0, 0.0, 0.0),
)


def fill_patterns(db: apsw.Connection, now: float) -> None:
    """Insert the patterns, with figures that agree with their uses; inside the caller's transaction."""
    rng = random.Random(f"patterns {SEED}")
    add_pattern = insertion("command_patterns", PATTERN_COLUMNS)
    add_usage = insertion("command_pattern_usage", USAGE_COLUMNS)
    for ident, pattern in enumerate(PATTERNS, start=1):
        uses = []
        for workflow in sorted(rng.randint(1, WORKFLOWS) for _ in range(pattern.uses)):
            success = int(rng.random() < pattern.reliability)
            duration = round(pattern.seconds * rng.lognormvariate(0, 0.4), 3)
            moment = started(workflow, now) + rng.uniform(1, 400)
            uses.append((ident, workflow, f"system_{rng.randrange(6):03d}", success, duration, moment))
        many = len(uses) or 1
        figures = (
            round(sum(use[3] for use in uses) / many, 4),
            len(uses),
            round(sum(use[4] for use in uses) / many, 3),
        )
        conditions = None if pattern.preconditions is None else json.dumps(pattern.preconditions)
        first = now - SPAN
        newest = max((use[5] for use in uses), default=first)
        described = (ident, pattern.name, json.dumps(pattern.commands), pattern.category)
        db.execute(add_pattern, (*described, *figures, conditions, first, newest))
        db.executemany(add_usage, uses)
