"""The table of agents: what each one did, whatever its type."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from felix_dbadmin.core.analytics.chosen import Numbers, Rows
from felix_dbadmin.core.analytics.columns import Floats, Names
from felix_dbadmin.core.analytics.drawing import Cell, table_of
from felix_dbadmin.core.analytics.groups import TABLE_ROWS, distinct, listed, means_of, pairs_of, ranked
from felix_dbadmin.core.analytics.panel import Behind, Panel, TableColumn
from felix_dbadmin.core.text import list_text

COLUMNS = (
    TableColumn("Agent"),
    TableColumn("Type"),
    TableColumn("Checkpoints", digits=0),
    TableColumn("Workflows", digits=0),
    TableColumn("Mean confidence", digits=3),
    TableColumn("Tokens", "tokens", 0),
    TableColumn("Processing time", "s", 1),
    TableColumn("Last seen", time=True),
)


def draw_agents(panel: Panel, rows: Rows) -> Panel:
    """A line for each agent id: the ones with the most checkpoints first."""
    agents, times = rows.codes("agent_id"), rows.times()
    many = len(agents.names)
    measured = (
        rows.numbers("confidence", "confidence"),
        rows.numbers("tokens_used", "tokens"),
        rows.numbers("processing_time", "processing time"),
    )
    counts = agents.counts
    workflows = distinct(agents.codes, many, rows.codes("workflow_id"))
    sure, spent, took = (means_of(agents.codes, many, each.values) for each in measured)
    columns = [listed(each) for each in (sure[2], spent[1], took[1], _newest(agents, times))]
    order = ranked(counts, agents.names)
    shown = order[:TABLE_ROWS]
    kinds = _types_of(agents, rows.codes("agent_type"), shown)
    lines: list[tuple[Cell, ...]] = [
        (agents.names[code], kinds[code], int(counts[code]), int(workflows[code]), *(each[code] for each in columns))
        for code in shown
    ]
    behind = [Behind((("agent_id", agents.names[code]),)) for code in shown]
    return replace(
        panel,
        table=table_of(COLUMNS, lines, behind, len(order)),
        left_out=tuple(out for each in (*measured, times) for out in each.left_out),
    )


def _newest(agents: Names, times: Numbers) -> Floats:
    found = np.full(len(agents.names), -np.inf)
    np.maximum.at(found, agents.codes[times.usable], times.values[times.usable])
    return np.where(np.isinf(found), np.nan, found)


def _types_of(agents: Names, types: Names, shown: list[int]) -> dict[int, str]:
    """Per agent that is shown its type, or all of them."""
    many = len(types.names)
    pairs = pairs_of(agents.codes, len(agents.names), types.codes, many)
    wanted = np.zeros(len(agents.names), dtype=np.bool_)
    wanted[shown] = True
    found: dict[int, list[str]] = {code: [] for code in shown}
    for pair in pairs[wanted[pairs // many]].tolist():
        found[pair // many].append(types.names[pair % many])
    return {code: list_text(sorted(each)) for code, each in found.items()}
