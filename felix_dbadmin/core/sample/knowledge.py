"""Knowledge entries: what the agents of the demo have learned, and rows without end for benchmarks."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from itertools import accumulate

import apsw

from felix_dbadmin.core.sample.prose import AGENT_TYPES, DAY, SEED, Prose, Row, insertion
from felix_dbadmin.core.sample.topics import TOPICS, Topic

ENTRIES = 443
COLUMNS = (
    "knowledge_id",
    "knowledge_type",
    "content_json",
    "content_compressed",
    "confidence_level",
    "source_agent",
    "domain",
    "tags_json",
    "created_at",
    "updated_at",
    "access_count",
    "success_rate",
    "related_entries_json",
)
TYPES = (
    "task_result",
    "agent_insight",
    "pattern_recognition",
    "failure_analysis",
    "optimization_data",
    "domain_expertise",
)
CONFIDENCE_LEVELS = ("low", "medium", "high", "verified")
DOMAINS = tuple(dict.fromkeys(topic.domain for topic in TOPICS))

VOCABULARY = 30_000
"""Distinct words of the generated entries; the word of rank r is drawn about 1/r as often as the first."""
WORDS_PER_ENTRY = 40
COMMON_WORD = "checkpoint"
"""In every generated entry."""
UNCOMMON_WORD = "tourmaline"
"""In every hundredth generated entry."""


def fill_knowledge(db: apsw.Connection, now: float) -> None:
    """Insert the demo's entries and their tags, inside the caller's transaction."""
    insert_entries(db, demo_entries(now))


def insert_entries(db: apsw.Connection, entries: Iterable[Row]) -> None:
    """Insert entries and, from their tags_json, the rows of knowledge_tags."""
    db.executemany(insertion("knowledge_entries", COLUMNS), entries)
    db.execute(
        "insert or ignore into knowledge_tags(knowledge_id, tag)"
        " select knowledge_id, value from knowledge_entries, json_each(tags_json)"
    )


def demo_entries(now: float, count: int = ENTRIES) -> Iterator[Row]:
    """`count` entries of the last 60 days, oldest first."""
    rng = random.Random(f"knowledge {SEED}")
    prose = Prose(rng)
    known: list[str] = []
    for number in range(count):
        topic = prose.topic()
        kind = rng.choice(TYPES)
        created = now - (count - number) * 60 * DAY / count + rng.uniform(0, 3_000)
        accesses = int(rng.expovariate(0.15))
        related = sorted(rng.sample(known, k=min(len(known), rng.choice((0, 0, 0, 1, 2)))))
        ident = f"{rng.getrandbits(64):016x}"
        known.append(ident)
        yield (
            ident,
            kind,
            json.dumps(_content(rng, prose, kind, topic, number), ensure_ascii=False),
            None,
            rng.choices(CONFIDENCE_LEVELS, weights=(2, 4, 4, 3))[0],
            prose.agent(),
            topic.domain,
            json.dumps(_tags(rng, topic, number)),
            created,
            created + rng.choice((0.0, 0.0, rng.uniform(60, 20_000))),
            accesses,
            round(rng.betavariate(6, 1.5), 3) if accesses else 1.0,
            json.dumps(related),
        )


def _tags(rng: random.Random, topic: Topic, number: int) -> list[str]:
    """One to four tags; every fiftieth entry has none."""
    if number % 50 == 49:
        return []
    others = [tag for tag in rng.choice(TOPICS).tags if tag not in topic.tags]
    return [*rng.sample(topic.tags, k=rng.randint(1, 3)), *rng.sample(others, k=min(len(others), rng.randrange(2)))]


def _content(rng: random.Random, prose: Prose, kind: str, topic: Topic, number: int) -> dict[str, object]:
    """What Felix keeps of an entry: topic, result and source, and what its kind adds."""
    long = number % 70 == 35
    result = prose.paragraph(topic, 150 if long else rng.randint(1, 5))
    if number % 24 == 7:
        result = f"{result} {prose.foreign_remark()}"
    content: dict[str, object] = {"topic": topic.name, "result": result, "source": f"run-{rng.randint(1, 40)}"}
    match kind:
        case "task_result":
            content["steps"] = [prose.sentence(topic) for _ in range(rng.randrange(4))]
        case "failure_analysis":
            content["cause"] = prose.sentence(topic)
            content["seen_before"] = rng.random() < 0.3
        case "optimization_data":
            before = round(rng.lognormvariate(4, 1), 1)
            content["measured"] = {"before_ms": before, "after_ms": round(before * rng.uniform(0.05, 0.9), 1)}
        case "pattern_recognition":
            content["occurrences"] = rng.randint(2, 60)
        case _:
            content["agents"] = [prose.agent() for _ in range(rng.randint(1, 4))]
    return content


def generate_entries(count: int, seed: int = 1, *, now: float = 1_760_000_000.0) -> Iterator[Row]:
    """`count` entries for benchmarks, of words as unevenly frequent as those of real text.

    Some 200,000 a second: a text is a stretch of one long random text, and the entry's own number.
    """
    rng = random.Random(seed)
    words = _vocabulary(rng)
    weights = list(accumulate(1 / (rank + 2) for rank in range(len(words))))
    text = rng.choices(words, cum_weights=weights, k=1 << 18)
    tags = [json.dumps(rng.sample(topic.tags, k=2)) for topic in TOPICS]
    agents = [f"{kind}_{number:03d}" for kind in AGENT_TYPES for number in range(12)]
    last = len(text) - WORDS_PER_ENTRY
    for number in range(count):
        start = int(rng.random() * last)
        uncommon = f"{UNCOMMON_WORD} " if number % 100 == 0 else ""
        result = f"{uncommon}{' '.join(text[start : start + WORDS_PER_ENTRY])} {COMMON_WORD} {number}"
        created = now - (count - number)
        yield (
            f"{number * 0x9E3779B97F4A7C15 % (1 << 64):016x}",
            TYPES[number % len(TYPES)],
            f'{{"topic": "{text[start]}", "result": "{result}", "source": "run-{number % 40}"}}',
            None,
            CONFIDENCE_LEVELS[number * 7 % len(CONFIDENCE_LEVELS)],
            agents[start % len(agents)],
            DOMAINS[start % len(DOMAINS)],
            tags[number % len(tags)],
            created,
            created,
            start % 17,
            1.0,
            "[]",
        )


def _vocabulary(rng: random.Random) -> list[str]:
    """Distinct words: those of the topics first, then made-up ones."""
    phrases = (phrase for topic in TOPICS for phrase in (*topic.subjects, *topic.findings))
    words = dict.fromkeys(word.strip(".,'").lower() for phrase in phrases for word in phrase.split())
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    while len(words) < VOCABULARY:
        words["".join(rng.choices(syllables, k=rng.randint(2, 4)))] = None
    return list(words)
