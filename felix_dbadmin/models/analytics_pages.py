"""The pages of figures: which table each is about, what it can be narrowed to, and how a mark leads to its rows."""

from __future__ import annotations

from dataclasses import dataclass

from felix_dbadmin.core.analytics.panel import Behind, Wish
from felix_dbadmin.core.rows import Span

NOTHING = "(none)"
"""What core calls a missing name."""

LONG = {"history": 500, "agents": 500, "workflows": 500, "patterns": 200}
"""Rows of the panels that are tables to look through."""


@dataclass(frozen=True, slots=True)
class PageSpec:
    name: str
    """As core has it."""
    title: str
    component: str
    table: str
    time: str
    """The column that a span of time is about."""
    filters: tuple[str, ...]
    wide: tuple[str, ...]
    """Panels that take the whole width."""
    threshold: bool = False
    """It lists commands that ran at least so many times."""


SPECS: tuple[PageSpec, ...] = (
    PageSpec(
        "agents",
        "Agents",
        "agent_performance",
        "agent_performance",
        "timestamp",
        ("agent_type", "phase", "workflow_id", "agent_id"),
        ("headline", "agents"),
    ),
    PageSpec(
        "commands",
        "Commands",
        "system_actions",
        "command_executions",
        "timestamp",
        ("trust_level", "agent_type", "error_category", "workflow_id"),
        ("headline", "history"),
        threshold=True,
    ),
    PageSpec(
        "workflows",
        "Workflows",
        "workflows",
        "workflow_outputs",
        "created_at",
        ("status",),
        ("headline", "workflows"),
    ),
    PageSpec(
        "tasks",
        "Tasks",
        "tasks",
        "task_executions",
        "created_at",
        ("task_type", "complexity", "outcome"),
        ("headline",),
    ),
)

Where = tuple[tuple[str, object], ...]


def rows_behind(spec: PageSpec, wish: Wish, behind: Behind) -> tuple[Where, Span | None]:
    """Which rows stand behind a mark: those of the page's span and filters that have its values too."""
    own = dict(behind.where)
    where: list[tuple[str, object]] = [(column, _stored((value,))) for column, value in behind.where]
    where += [(column, _stored(values)) for column, values in wish.where if column not in own]
    since = max((each for each in (wish.since, behind.since) if each is not None), default=None)
    until = min((each for each in (wish.until, behind.until) if each is not None), default=None)
    span = Span(spec.time, since, until) if since is not None or until is not None else None
    return tuple(where), span


def _stored(values: tuple[str, ...]) -> object:
    """A missing value is called something on the page, and is NULL in the table."""
    if NOTHING in values:
        return (*values, None)
    return values[0] if len(values) == 1 else values
