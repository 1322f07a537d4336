"""Sentences for the demo, assembled from topics by a seeded generator: the same seed, the same text."""

from __future__ import annotations

import random

from felix_dbadmin.core.sample.topics import TOPICS, Topic

SEED = 443
"""The demo is the same on every machine."""

DAY = 86_400.0

Value = str | float | None
Row = tuple[Value, ...]
"""One row to insert, in the order of its table's column list here."""

AGENT_TYPES = ("research", "analysis", "critic", "synthesis", "system")

CONDITIONS = (
    "with the default settings",
    "on the third attempt",
    "under the load of twelve agents",
    "while a backup was running",
    "before anyone had changed the configuration",
    "once the cache was warm",
    "on the slower of the two machines",
    "after the restart",
    "when the input was empty",
    "at the end of the month",
    "with half of the memory",
    "in every run of the last week",
)

CONSEQUENCES = (
    "The critic asked for a second measurement.",
    "A test now holds that.",
    "Nothing was lost.",
    "The remedy took one line.",
    "It has not come back since.",
    "The next agent should begin here.",
    "Confidence stayed low until a second source agreed.",
    "The operator was told.",
)

UNICODE_REMARKS = (
    "Der Prüflauf für „Größe über 4 GB“ schlug zunächst fehl.",
    "Résumé déjà vérifié : l'élève a gardé la clé « naïve ».",
    "日本語のファイル名でも検索できることを確認しました。",
    "Βρέθηκαν δύο γραφές: ΣΊΣΥΦΟΣ, σίσυφος.",
    "Проверка прошла, но журнал остался открытым.",
    "تم التحقق من النسخة الاحتياطية قبل الاستعادة.",
    "Cafe\u0301 and café are the same word; 👩‍🔬 is one sign made of three.",
)


class Prose:
    """Draws topics, sentences and paragraphs from one generator of random numbers."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def topic(self) -> Topic:
        return self._rng.choice(TOPICS)

    def sentence(self, topic: Topic) -> str:
        pick = self._rng.choice
        text = f"{pick(topic.subjects)} {pick(topic.findings)}"
        return f"{text} {pick(CONDITIONS)}." if self._rng.random() < 0.6 else f"{text}."

    def paragraph(self, topic: Topic, sentences: int) -> str:
        """Sentences on one topic, some with their consequence behind them."""
        parts = []
        for _ in range(sentences):
            parts.append(self.sentence(topic))
            if self._rng.random() < 0.3:
                parts.append(self._rng.choice(CONSEQUENCES))
        return " ".join(parts)

    def remark(self) -> str:
        """One sentence on anything."""
        return self.sentence(self.topic())

    def foreign_remark(self) -> str:
        """One sentence that is not plain ASCII."""
        return self._rng.choice(UNICODE_REMARKS)

    def agent(self) -> str:
        """Such as research_007; the same agents come again and again."""
        return f"{self._rng.choice(AGENT_TYPES)}_{self._rng.randrange(12):03d}"


def insertion(table: str, columns: tuple[str, ...]) -> str:
    """The INSERT for one row of `table`."""
    return f"insert into {table} ({', '.join(columns)}) values ({', '.join('?' * len(columns))})"
