"""What the demo's texts are about: topics of software work, as phrases that fit together into sentences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Any subject fits any finding: findings are in the past tense, so that they agree with one and with many."""

    name: str
    domain: str
    tags: tuple[str, ...]
    subjects: tuple[str, ...]
    findings: tuple[str, ...]


TOPICS = (
    Topic(
        "virtual environments",
        "python",
        ("venv", "pip", "interpreter"),
        (
            "The project's virtual environment",
            "A virtual environment made by another interpreter",
            "The activation script",
            "One of the virtual environments on the build machine",
        ),
        (
            "kept the pinned packages apart from those of the system",
            "lost its interpreter when Python was upgraded underneath",
            "resolved imports from the wrong site-packages",
            "needed to be activated in the same shell as the command",
            "took eleven seconds to make, and two with a warm wheel cache",
        ),
    ),
    Topic(
        "asynchronous input and output",
        "python",
        ("asyncio", "concurrency", "latency"),
        ("The event loop", "A coroutine without a timeout", "The pool of async clients", "An awaited queue"),
        (
            "stalled behind one blocking call to the file system",
            "cancelled its children but left a socket open",
            "served forty requests at once without another thread",
            "hid the first exception behind the second",
            "drained in order once backpressure reached the producer",
        ),
    ),
    Topic(
        "parsing",
        "nlp",
        ("parser", "tokens", "grammar"),
        ("The recursive descent parser", "A tokenizer with lookahead", "The grammar for filter expressions"),
        (
            "reported the column of the error instead of the end of the line",
            "backtracked without limit on nested parentheses",
            "accepted a trailing comma that the writer never produces",
            "turned a long input into a stack overflow",
        ),
    ),
    Topic(
        "text embeddings",
        "nlp",
        ("embeddings", "retrieval", "tokens"),
        ("The embedding model", "A vector index over short texts", "The keyword fallback", "The similarity threshold"),
        (
            "ranked paraphrases above exact matches",
            "returned the same ten neighbours for every short query",
            "lost accents and punctuation before it compared anything",
            "answered without a model when the server was down",
        ),
    ),
    Topic(
        "caching",
        "web",
        ("cache", "latency", "http"),
        ("The response cache", "A cache key without the user's language", "The entity tag", "The invalidation message"),
        (
            "returned yesterday's page to one reader in a thousand",
            "saved nine of ten trips to the database",
            "expired every entry in the same second",
            "grew until the oldest entries were evicted",
        ),
    ),
    Topic(
        "rate limits",
        "web",
        ("http", "retry", "latency"),
        ("The public interface", "A client without jitter", "The token bucket", "The retry policy"),
        (
            "answered 429 with a date that had already passed",
            "sent its retries in step with all the others",
            "let short bursts through and held the average",
            "doubled the load at the moment it should have fallen",
        ),
    ),
    Topic(
        "SQLite locking",
        "databases",
        ("sqlite", "locking", "concurrency"),
        ("A long reader", "The write-ahead log", "The deferred transaction", "A second connection"),
        (
            "kept the checkpoint from finishing",
            "met a busy database when it tried to upgrade its lock",
            "let readers go on while one writer committed",
            "waited ten seconds and then gave up with a clear message",
            "committed in four milliseconds with the journal on the same disk",
        ),
    ),
    Topic(
        "composite indexes",
        "databases",
        ("sqlite", "schema", "query-plan"),
        ("The composite index", "A covering index", "The query planner", "An index on the second column alone"),
        (
            "answered the filter and the order without a sort",
            "went unused because the condition called a function",
            "cost one write in five and saved every scan",
            "changed its mind after statistics were gathered",
        ),
    ),
    Topic(
        "full-text search",
        "databases",
        ("fts5", "sqlite", "retrieval"),
        ("The full-text index", "A prefix query", "The stemming tokenizer", "The update trigger"),
        (
            "found the plural where the singular was asked for",
            "kept a stale row after the entry had been replaced",
            "put the shortest matching text first",
            "rebuilt itself from the source table in seconds",
        ),
    ),
    Topic(
        "flaky tests",
        "testing",
        ("pytest", "isolation", "ci"),
        ("The flaky test", "A shared fixture", "The test that slept", "A test ordered after its neighbour"),
        (
            "passed alone and failed in the company of others",
            "depended on the order of a set",
            "waited for a clock when it should have waited for an event",
            "wrote into the working directory of the next one",
        ),
    ),
    Topic(
        "property-based testing",
        "testing",
        ("pytest", "oracle", "fuzzing"),
        ("The property", "A shrunken counterexample", "The brute-force oracle", "The round trip"),
        (
            "found an empty string that nobody had thought of",
            "fitted on one line once it had been made small",
            "disagreed with the fast version on equal keys",
            "held for ten thousand inputs and failed for one",
        ),
    ),
    Topic(
        "deployment",
        "devops",
        ("release", "rollback", "ci"),
        ("The release pipeline", "A canary instance", "The rollback", "The deployment script"),
        (
            "stopped at the first machine that did not answer its health check",
            "restored the previous version in under a minute",
            "ran the migration before the old processes had gone",
            "left two versions running side by side for an hour",
        ),
    ),
    Topic(
        "log collection",
        "devops",
        ("logging", "disk", "monitoring"),
        ("The log collector", "A verbose debug level", "The rotation job", "The structured log line"),
        (
            "filled the disk overnight and stopped the database with it",
            "dropped lines when the buffer was full, and said so",
            "carried the workflow's number from the first agent to the last",
            "split a stack trace over nine records",
        ),
    ),
    Topic(
        "secrets in configuration",
        "security",
        ("secrets", "approval", "audit"),
        ("The access token", "An environment snapshot", "The configuration loader", "The audit trail"),
        (
            "ended up in the log of a failed command",
            "named the person who approved it, and when",
            "expired on a holiday with nobody to renew it",
            "was masked before it reached the preview",
        ),
    ),
    Topic(
        "command approval",
        "security",
        ("approval", "shell", "trust"),
        ("The approval queue", "A command marked for review", "The trust level", "The operator"),
        (
            "held a deletion back until a person had read the path",
            "expired unanswered after an hour",
            "refused a pipe into a shell without asking",
            "let a read-only command through at once",
        ),
    ),
    Topic(
        "data cleaning",
        "finance",
        ("csv", "duplicates", "validation"),
        ("The import of account statements", "A date without a century", "The duplicate filter", "The currency column"),
        (
            "read a decimal comma as a thousands separator",
            "kept the later of two rows with the same reference",
            "rejected eleven rows of forty thousand and listed them",
            "lost its leading zeros in a spreadsheet on the way",
        ),
    ),
    Topic(
        "cost forecasts",
        "finance",
        ("tokens", "budget", "validation"),
        ("The token budget", "The monthly forecast", "A run without a limit", "The cheaper model"),
        (
            "ran out two steps before the synthesis",
            "stayed within three percent of the invoice",
            "cost more in retries than it saved per call",
            "spent half of its allowance on one document",
        ),
    ),
    Topic(
        "helix descent",
        "helix",
        ("helix", "agents", "confidence"),
        ("The exploration phase", "The descent towards synthesis", "An agent near the bottom", "The narrowing radius"),
        (
            "raised confidence by a third between the first and the last checkpoint",
            "kept agents apart while their questions were still broad",
            "ended before the critic had read the result",
            "lowered the temperature with every turn",
        ),
    ),
    Topic(
        "agent cooperation",
        "helix",
        ("agents", "messages", "synthesis"),
        ("The critic", "The synthesis agent", "A late research agent", "The message hub"),
        (
            "asked for a source that nobody had kept",
            "merged five partial answers and named the one it left out",
            "repeated a search that another agent had finished",
            "delivered every message once, and in order",
        ),
    ),
    Topic(
        "time zones",
        "general",
        ("dates", "validation", "isolation"),
        ("The nightly job", "A naive timestamp", "The calendar export", "The hour that happened twice"),
        (
            "ran twice in October and not at all in March",
            "sorted correctly only while everybody was in one place",
            "agreed with the server after both had been set to UTC",
            "moved a deadline to the day before",
        ),
    ),
    Topic(
        "code review",
        "general",
        ("review", "release", "ci"),
        ("The review", "A change of two thousand lines", "The second reader", "The list of open questions"),
        (
            "found the missing rollback that the tests had not",
            "waited four days and then passed in ten minutes",
            "led to a smaller change that did the same",
            "named the one line that mattered",
        ),
    ),
)
