"""What commands did: the Commands page's panels, over command_executions and the patterns learned from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from felix_dbadmin.core.analytics.ask import Answer
from felix_dbadmin.core.analytics.buckets import codes_between
from felix_dbadmin.core.analytics.chosen import Draw, Rows, answered
from felix_dbadmin.core.analytics.command_groups import draw_categories, draw_durations, draw_environment
from felix_dbadmin.core.analytics.command_headline import OUTLINE, Headline, headline
from felix_dbadmin.core.analytics.command_patterns import patterns
from felix_dbadmin.core.analytics.command_ranks import draw_failing, draw_history, draw_successful
from felix_dbadmin.core.analytics.command_rows import durations, endings
from felix_dbadmin.core.analytics.drawing import counts_over_time, mean, shares
from felix_dbadmin.core.analytics.groups import counts_of, leading, listed
from felix_dbadmin.core.analytics.headlines import figures, share
from felix_dbadmin.core.analytics.panel import Axis, Form, Panel, Series, State, Table, TableColumn, Wish
from felix_dbadmin.core.analytics.requests import waiting_commands
from felix_dbadmin.core.analytics.tables import COMMANDS, MIGRATION
from felix_dbadmin.core.task import Task

TRUST = ("SAFE", "REVIEW", "BLOCKED")
"""The levels that Felix knows, in the order in which they are shown; others come after them, as they are."""


def _headline(folder: Path, wish: Wish, task: Task) -> Panel:
    def draw(panel: Panel, rows: Rows) -> Panel:
        before = rows.before()
        then = _headline_values(before) if before is not None else None
        waiting = waiting_commands(folder, rows.now, task=task)
        here = None if waiting is None else int(np.count_nonzero(np.isin(rows.keys(), waiting)))
        found = endings(rows)
        out = (*found.left_out, *durations(rows).left_out)
        return figures(panel, headline(_headline_values(rows), here, then), out)

    return answered(OUTLINE, folder, COMMANDS, wish, task, draw)


def _headline_values(rows: Rows) -> Headline:
    found = endings(rows)
    trust = rows.codes("trust_level")
    levels = dict(zip(trust.names, trust.counts.tolist(), strict=True))
    return Headline(
        rows.count,
        int(np.count_nonzero(found.executed)),
        share(int(np.count_nonzero(found.succeeded)), int(np.count_nonzero(found.ended))),
        levels.get("BLOCKED", 0),
        mean(durations(rows)),
    )


def _outcomes(panel: Panel, rows: Rows) -> Panel:
    drawn = counts_over_time(panel, rows, "trust_level")
    return replace(drawn, y=Axis("Commands", least=0), series=_by_trust(drawn.series))


def _success_over_time(panel: Panel, rows: Rows) -> Panel:
    """The rate of those that ended, per span and trust level; a span in which none ended is a gap."""
    found = endings(rows)
    ended = rows.those(found.ended)
    counted = counts_over_time(panel, ended, "trust_level")
    if counted.state is not State.SHOWN:
        return replace(counted, left_out=(*counted.left_out, *found.left_out))
    times = ended.times()
    codes, called, _ = leading(ended.those(times.usable).codes("trust_level"))
    begins = np.array(counted.series[0].x, dtype=np.float64)
    places = codes_between(np.append(begins, np.inf), times.values[times.usable])
    cells = places.astype(np.int64) * len(called) + codes
    good = found.succeeded[found.ended][times.usable]
    many = len(begins) * len(called)
    ends = counts_of(cells, many)
    counts = ends.reshape(-1, len(called))
    rates = shares(counts_of(cells[good], many), ends).reshape(-1, len(called))
    columns = [
        pair
        for name in called
        for pair in (TableColumn(f"{name}, ended", digits=0), TableColumn(f"{name}, success", "%", 1))
    ]
    lines = [
        (float(begin), *(cell for pair in zip(counts[at].tolist(), listed(rates[at]), strict=True) for cell in pair))
        for at, begin in enumerate(begins)
    ]
    return replace(
        counted,
        y=Axis("Success rate", "%", least=0, most=100),
        series=_by_trust(
            replace(each, y=listed(rates[:, place]), size=tuple(counts[:, place].astype(np.float64).tolist()))
            for place, each in enumerate(counted.series)
        ),
        table=Table((TableColumn("From", time=True), *columns), tuple(lines), counted.table.behind),
        left_out=(*counted.left_out, *found.left_out),
    )


def _by_trust(series: Iterable[Series]) -> tuple[Series, ...]:
    """The known levels first, in their order, the others as they come."""
    return tuple(sorted(series, key=lambda each: TRUST.index(each.name) if each.name in TRUST else len(TRUST)))


def _answer(name: str, form: Form, draw: Draw) -> Answer:
    def answer(folder: Path, wish: Wish, task: Task) -> Panel:
        return answered(Panel(name, form, migration=MIGRATION), folder, COMMANDS, wish, task, draw)

    return answer


PANELS: dict[str, Answer] = {
    "headline": _headline,
    "outcomes": _answer("outcomes", Form.LINES, _outcomes),
    "success_over_time": _answer("success_over_time", Form.LINES, _success_over_time),
    "successful": _answer("successful", Form.BARS, draw_successful),
    "failing": _answer("failing", Form.BARS, draw_failing),
    "categories": _answer("categories", Form.BARS, draw_categories),
    "durations": _answer("durations", Form.BARS, draw_durations),
    "patterns": patterns,
    "environment": _answer("environment", Form.BARS, draw_environment),
    "history": _answer("history", Form.TABLE, draw_history),
}
