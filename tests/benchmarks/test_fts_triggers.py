"""What keeping the search index up to date costs, against the triggers that Felix's own migration makes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import apsw
import pytest

from felix_dbadmin.core.connection import create_database
from tests.migrations.helpers import apply, files, make_base

ENTRIES = 300_000
STORE = (
    "insert or replace into knowledge_entries values"
    " (?, 'insight', ?, null, 'high', 'agent', 'python', '[\"a\", \"b\"]', 1, 1, 0, 1.0, '[]')"
)
FELIX_TRIGGER = """
create trigger knowledge_fts_update after update on knowledge_entries begin
    update knowledge_fts
    set content_text = new.content_json, domain = new.domain, tags = new.tags_json
    where knowledge_id = new.knowledge_id;
end
"""
STEMS = ("agent", "helix", "token", "memory", "query", "index", "prompt", "cache", "vector", "lock", "shell", "graph")
WORDS = [stem + ending for stem in STEMS for ending in ("", "s", "ing", "ed", "er", "ion")]


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    """300,000 entries of 60 words, then migrated."""
    chance = random.Random(1)
    texts = [" ".join(chance.choices(WORDS, k=60)) for _ in range(2000)]
    with create_database(tmp_path_factory.mktemp("fts") / "knowledge.db") as db:
        make_base(db, "knowledge")
        db.execute("begin")
        db.executemany(STORE, ((f"{number:08x}", f"{number} {chance.choice(texts)}") for number in range(ENTRIES)))
        db.execute("commit")
        for migration in files("knowledge"):
            apply(db, migration)
        # Waiting for the disk costs both the same, and would hide the difference.
        db.pragma("synchronous", "off")
        yield db


def one_update(db: apsw.Connection, column: str) -> Callable[[], None]:
    chance = random.Random(2)

    def update() -> None:
        key = f"{chance.randrange(ENTRIES):08x}"
        db.execute(f"update knowledge_entries set {column} = {column} || 1 where knowledge_id = ?", (key,))

    return update


def seconds_each(work: Callable[[], None], times: int) -> float:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def test_a_content_update_costs_a_twentieth(benchmark: Any, knowledge: apsw.Connection) -> None:
    benchmark.pedantic(one_update(knowledge, "content_json"), rounds=50)
    ours = seconds_each(one_update(knowledge, "content_json"), 50)
    counted = seconds_each(one_update(knowledge, "access_count"), 50)
    knowledge.execute("begin; drop trigger knowledge_fts_update")
    knowledge.execute(FELIX_TRIGGER)
    knowledge.execute("commit")
    theirs = seconds_each(one_update(knowledge, "content_json"), 5)
    their_count = seconds_each(one_update(knowledge, "access_count"), 5)
    benchmark.extra_info.update(ours=ours, theirs=theirs, counted=counted, their_count=their_count)
    assert ours < theirs / 20
    assert counted < their_count / 20
