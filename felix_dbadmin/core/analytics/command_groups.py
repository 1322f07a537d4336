"""Commands side by side: failures by category and environment, durations in steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from felix_dbadmin.core.analytics.chosen import Rows
from felix_dbadmin.core.analytics.command_rows import bars, durations, endings, truth
from felix_dbadmin.core.analytics.drawing import Cell, limited, table_of
from felix_dbadmin.core.analytics.groups import ranked
from felix_dbadmin.core.analytics.headlines import share
from felix_dbadmin.core.analytics.panel import Axis, Behind, Panel, Scale, Series, Table, TableColumn
from felix_dbadmin.core.text import duration_text

EDGES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds: where the bars of the durations end. About even on a logarithmic scale, and numbers that people know."""

PART = TableColumn("Share", "%", 1)


def draw_categories(panel: Panel, rows: Rows) -> Panel:
    failed = rows.those(endings(rows).failed)
    if not failed.count:
        return replace(panel, rows=0, note="None of these commands failed.")
    names = failed.codes("error_category")
    counts = names.counts
    order = ranked(counts, names.names)
    behind = [Behind((("error_category", names.names[code]), ("success", "0"))) for code in order]
    shown, note = limited(order, "category")
    table = [(names.names[code], int(counts[code]), share(int(counts[code]), failed.count)) for code in order]
    return replace(
        panel,
        rows=failed.count,
        x=Axis("Error category", scale=Scale.NAMES, names=tuple(names.names[code] for code in shown)),
        y=Axis("Failures", least=0),
        series=(bars("Failures", [float(counts[code]) for code in shown], behind=behind[: len(shown)]),),
        table=table_of(
            (TableColumn("Error category"), TableColumn("Failures", digits=0), PART), table, behind, len(order)
        ),
        note=note,
    )


def draw_durations(panel: Panel, rows: Rows) -> Panel:
    """How many took how long, in steps that grow: most commands take a moment, a few take minutes."""
    found = durations(rows)
    known = np.sort(found.values[found.usable])
    if not len(known):
        return replace(panel, rows=0, left_out=found.left_out, note="None of these commands has a duration.")
    counts = np.diff(np.searchsorted(known, EDGES), prepend=0, append=len(known))
    met = np.flatnonzero(counts)
    steps = range(int(met[0]), int(met[-1]) + 1)
    below = np.cumsum(counts)
    bounds = (0.0, *EDGES, None)
    half, most = np.quantile(known, (0.5, 0.95)).tolist()
    return replace(
        panel,
        rows=len(known),
        x=Axis("Duration", scale=Scale.NAMES, names=tuple(_step_text(step) for step in steps)),
        y=Axis("Commands", least=0),
        series=(bars("Commands", [float(counts[step]) for step in steps]),),
        table=Table(
            (
                TableColumn("From", "s", 3),
                TableColumn("Below", "s", 3),
                TableColumn("Commands", digits=0),
                PART,
                TableColumn("Up to here", "%", 1),
            ),
            tuple(
                (
                    bounds[step],
                    bounds[step + 1],
                    int(counts[step]),
                    share(int(counts[step]), len(known)),
                    share(int(below[step]), len(known)),
                )
                for step in steps
            ),
        ),
        left_out=found.left_out,
        note=f"Half took less than {duration_text(half)}, 95 % less than {duration_text(most)}.",
    )


def _step_text(step: int) -> str:
    if step == 0:
        return "under 1 ms"
    if step == len(EDGES):
        return "1 h and more"
    return f"from {_edge_text(EDGES[step - 1])}"


def _edge_text(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:g} ms"
    if seconds < 60:
        return f"{seconds:g} s"
    return f"{seconds / 60:g} min"


def draw_environment(panel: Panel, rows: Rows) -> Panel:
    """Whether commands fail more often without a virtual environment."""
    found = endings(rows)
    active = truth(rows.codes("venv_active"))
    kinds = {"venv active": active == 1, "no venv": active == 0}
    kinds["not noted"] = ~(kinds["venv active"] | kinds["no venv"])
    took = durations(rows)
    lines: list[tuple[Cell, ...]] = []
    for name, mask in kinds.items():
        ended = int(np.count_nonzero(mask & found.ended))
        failed = int(np.count_nonzero(mask & found.ended & found.failed))
        if mask.any():
            timed = took.values[mask & took.usable]
            lines.append((name, ended, failed, share(failed, ended), float(timed.mean()) if len(timed) else None))
    values = {"venv active": "1", "no venv": "0"}
    behind = [Behind((("venv_active", values[str(line[0])]),) if line[0] in values else ()) for line in lines]
    return replace(
        panel,
        rows=int(np.count_nonzero(found.ended)),
        x=Axis("Environment", scale=Scale.NAMES, names=tuple(str(line[0]) for line in lines)),
        y=Axis("Failed", "%", least=0, most=100),
        series=(
            Series(
                "Failed",
                tuple(map(float, range(len(lines)))),
                tuple(None if line[3] is None else float(line[3]) for line in lines),
                size=tuple(float(line[1] or 0) for line in lines),
                rows=tuple(behind),
            ),
        ),
        table=Table(
            (
                TableColumn("Environment"),
                TableColumn("Ended", digits=0),
                TableColumn("Failed", digits=0),
                TableColumn("Failure rate", "%", 1),
                TableColumn("Mean duration", "s", 2),
            ),
            tuple(lines),
            tuple(behind),
        ),
        left_out=(*found.left_out, *took.left_out),
    )
