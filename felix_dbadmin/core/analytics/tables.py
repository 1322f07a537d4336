"""Which tables the figures are about, and which of their columns they need. Importing this costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MIGRATION = 1
"""Makes the tables of agents and of commands; the others are Felix's own."""


class Kind(StrEnum):
    NUMBER = "number"
    TIME = "time"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """Which columns of a table are read, and what they are."""

    database: str
    table: str
    key: str
    time: str
    columns: tuple[tuple[str, Kind], ...]


AGENTS = TableSpec(
    "felix_agent_performance.db",
    "agent_performance",
    "id",
    "timestamp",
    (
        ("timestamp", Kind.TIME),
        ("confidence", Kind.NUMBER),
        ("tokens_used", Kind.NUMBER),
        ("processing_time", Kind.NUMBER),
        ("depth_ratio", Kind.NUMBER),
        ("agent_type", Kind.NAME),
        ("phase", Kind.NAME),
        ("workflow_id", Kind.NAME),
        ("agent_id", Kind.NAME),
    ),
)
COMMANDS = TableSpec(
    "felix_system_actions.db",
    "command_executions",
    "execution_id",
    "timestamp",
    # Flags are read as names, which filters compare; they have few different values.
    (
        ("timestamp", Kind.TIME),
        ("duration", Kind.NUMBER),
        ("executed", Kind.NAME),
        ("success", Kind.NAME),
        ("exit_code", Kind.NAME),
        ("venv_active", Kind.NAME),
        ("trust_level", Kind.NAME),
        ("command", Kind.NAME),
        ("error_category", Kind.NAME),
        ("agent_type", Kind.NAME),
        ("agent_id", Kind.NAME),
        ("workflow_id", Kind.NAME),
    ),
)
USES = TableSpec(
    COMMANDS.database,
    "command_pattern_usage",
    "usage_id",
    "timestamp",
    (
        ("timestamp", Kind.TIME),
        ("duration", Kind.NUMBER),
        ("success", Kind.NAME),
        ("pattern_id", Kind.NAME),
        ("agent_id", Kind.NAME),
        ("workflow_id", Kind.NAME),
    ),
)
WORKFLOWS = TableSpec(
    "felix_workflow_history.db",
    "workflow_outputs",
    "workflow_id",
    "created_at",
    (
        ("created_at", Kind.TIME),
        ("confidence", Kind.NUMBER),
        ("tokens_used", Kind.NUMBER),
        ("processing_time", Kind.NUMBER),
        ("agents_count", Kind.NUMBER),
        ("status", Kind.NAME),
    ),
)
# Their own keys are text: the rowid stands for them.
EXECUTIONS = TableSpec(
    "felix_task_memory.db",
    "task_executions",
    "rowid",
    "created_at",
    (
        ("created_at", Kind.TIME),
        ("duration", Kind.NUMBER),
        ("execution_id", Kind.NAME),
        ("task_type", Kind.NAME),
        ("complexity", Kind.NAME),
        ("outcome", Kind.NAME),
        ("patterns_matched_json", Kind.NAME),
        ("agents_used_json", Kind.NAME),
    ),
)
MATCHES = TableSpec(
    EXECUTIONS.database,
    "task_pattern_matches",
    "rowid",
    "match_confidence",
    (("match_confidence", Kind.NUMBER), ("execution_id", Kind.NAME), ("pattern_id", Kind.NAME)),
)
WORKED = TableSpec(
    EXECUTIONS.database,
    "task_execution_agents",
    "rowid",
    "agent_count",
    (("agent_count", Kind.NUMBER), ("execution_id", Kind.NAME), ("agent_type", Kind.NAME)),
)
PATTERNS = TableSpec(
    EXECUTIONS.database,
    "task_patterns",
    "rowid",
    "updated_at",
    (
        ("updated_at", Kind.TIME),
        ("success_rate", Kind.NUMBER),
        ("usage_count", Kind.NUMBER),
        ("pattern_id", Kind.NAME),
        ("task_type", Kind.NAME),
        ("complexity", Kind.NAME),
    ),
)

OF_PAGE = {"agents": AGENTS, "commands": COMMANDS, "workflows": WORKFLOWS, "tasks": EXECUTIONS}
"""What each page's range and filters choose from."""
