"""The history of workflows: what was asked, how it ended, and which question followed which."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from datetime import datetime

import apsw

from felix_dbadmin.core.sample.prose import DAY, SEED, Prose, Row, insertion

WORKFLOWS = 40
"""Run so far. Checkpoints and commands remember them all."""
KEPT = 13
"""The newest ones, whose outputs are still there."""
THREADS = (3, 1, 4, 2, 1, 2)
"""Workflows per conversation, in order; a thread of one is a question without a follow-up."""
SPAN = 30 * DAY

COLUMNS = (
    "workflow_id",
    "task_input",
    "status",
    "created_at",
    "completed_at",
    "final_synthesis",
    "confidence",
    "agents_count",
    "tokens_used",
    "max_tokens",
    "processing_time",
    "temperature",
    "metadata",
    "parent_workflow_id",
    "conversation_thread_id",
)
QUESTIONS = (
    "Explain what we know about {topic}, and what we only believe.",
    "Compare two ways to handle {topic}.",
    "Find out why {topic} went wrong last week.",
    "Write a short guide to {topic} for a new colleague.",
    "Which risks come with {topic} in the next release?",
)
FOLLOW_UPS = (
    "And which of these points on {topic} did the critic doubt?",
    "Shorten that, and name the sources on {topic}.",
)
STATUSES = {3: "failed", 8: "cancelled", 11: "failed"}
"""By position among those kept; the others completed."""


def started(workflow: int, now: float, workflows: int = WORKFLOWS) -> float:
    """When a workflow (from 1) began, in Unix seconds: evenly over the last 30 days, the newest ten minutes ago."""
    return now - SPAN + (SPAN - 600) * workflow / workflows


def fill_workflows(db: apsw.Connection, now: float) -> None:
    """Insert the demo's workflows, inside the caller's transaction."""
    db.executemany(insertion("workflow_outputs", COLUMNS), demo_workflows(now))


def demo_workflows(now: float) -> Iterator[Row]:
    """The workflows that are kept, oldest first. Times are local, without a zone, as Felix writes them."""
    rng = random.Random(f"workflows {SEED}")
    prose = Prose(rng)
    position = 0
    for length in THREADS:
        topic = prose.topic()
        thread = str(uuid.UUID(int=rng.getrandbits(128), version=4)) if length > 1 else None
        for place in range(length):
            number = WORKFLOWS - KEPT + position + 1
            status = STATUSES.get(position, "completed")
            question = rng.choice(FOLLOW_UPS if place else QUESTIONS).format(topic=topic.name)
            begin = started(number, now)
            seconds = round(rng.uniform(12, 240), 3)
            synthesis = prose.paragraph(topic, rng.randint(12, 25)) if status == "completed" else None
            if position == 5:
                question = f"{question} {prose.foreign_remark()}"
            agents = [prose.agent() for _ in range(rng.randint(4, 9))]
            outcome = {
                "confidence": round(rng.uniform(0.55, 0.93), 3) if synthesis else 0.0,
                "agents_synthesized": len(agents),
                "tokens_used": rng.randint(900, 2_900),
                "max_tokens": 3_000,
                "temperature": 0.3,
            }
            metadata = {
                "status": status,
                "task_input": question,
                "start_time": _local(begin),
                "end_time": _local(begin + seconds),
                "agents_spawned": agents,
                "centralpost_synthesis": {"synthesis_content": synthesis, **outcome} if synthesis else None,
                "log": [prose.sentence(topic) for _ in range(0 if status == "cancelled" else rng.randint(5, 40))],
            }
            yield (
                number,
                question,
                status,
                _local(begin),
                _local(begin + seconds),
                synthesis,
                outcome["confidence"],
                len(agents),
                outcome["tokens_used"],
                outcome["max_tokens"],
                seconds,
                outcome["temperature"],
                json.dumps(metadata, ensure_ascii=False),
                number - 1 if place else None,
                thread,
            )
            position += 1


def _local(moment: float) -> str:
    return datetime.fromtimestamp(moment).isoformat()
