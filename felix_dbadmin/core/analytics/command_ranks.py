"""Commands in order: the most successful, the most failing, the newest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from felix_dbadmin.core.analytics.chosen import Rows
from felix_dbadmin.core.analytics.columns import NOTHING
from felix_dbadmin.core.analytics.command_rows import Endings, bars, durations, endings, shown_text
from felix_dbadmin.core.analytics.drawing import Cell, shares
from felix_dbadmin.core.analytics.groups import counts_of, listed, means_of
from felix_dbadmin.core.analytics.headlines import share
from felix_dbadmin.core.analytics.panel import Axis, Behind, Panel, Scale, Table, TableColumn
from felix_dbadmin.core.text import count_text


def draw_successful(panel: Panel, rows: Rows) -> Panel:
    """The query for the most successful command patterns: executed, at least so many times, by success rate."""
    found = endings(rows)
    commands = rows.codes("command")
    many = len(commands.names)
    uses = counts_of(commands.codes[found.executed], many)
    ended = counts_of(commands.codes[found.ended], many)
    good = counts_of(commands.codes[found.succeeded], many)
    rates = shares(good, ended)
    took = durations(rows)
    _, _, means = means_of(commands.codes[took.usable], many, took.values[took.usable])
    least = max(rows.wish.least_uses, 1)
    listable = np.flatnonzero((uses >= least) & (ended > 0))
    order = listable[np.lexsort((listable, -uses[listable], -rates[listable]))]
    shown = order[: rows.wish.longest]
    behind = tuple(Behind((("command", commands.names[code]), ("executed", "1"))) for code in shown.tolist())
    texts = tuple(shown_text(commands.names[code]) for code in shown.tolist())
    rarer = int(np.count_nonzero((uses > 0) & (uses < least)))
    cells = (uses[shown].tolist(), listed(rates[shown]), good[shown].tolist(), listed(means[shown]))
    return replace(
        panel,
        rows=int(np.count_nonzero(found.executed)),
        x=Axis("Command", scale=Scale.NAMES, names=texts),
        y=Axis("Success rate", "%", least=0, most=100),
        series=(bars("Success rate", listed(rates[shown]), uses[shown].astype(np.float64).tolist(), behind),),
        table=Table(
            (
                TableColumn("Command"),
                TableColumn("Uses", digits=0),
                TableColumn("Success rate", "%", 1),
                TableColumn("Succeeded", digits=0),
                TableColumn("Mean duration", "s", 2),
            ),
            tuple(zip(texts, *cells, strict=True)),
            behind,
            len(order),
        ),
        left_out=found.left_out,
        note=_rarer_text(rarer, least),
    )


def _rarer_text(rarer: int, least: int) -> str:
    if not rarer:
        return ""
    times = {1: "once", 2: "twice"}.get(least, f"{least} times")
    return f"{count_text(rarer, 'command')} that ran less than {times} {'is' if rarer == 1 else 'are'} not listed."


def draw_failing(panel: Panel, rows: Rows) -> Panel:
    """The query for common failures: by command and category, the most frequent first."""
    found = endings(rows)
    commands, categories = rows.codes("command"), rows.codes("error_category")
    many = len(categories.names)
    pairs, counts = np.unique(
        commands.codes[found.failed].astype(np.int64) * many + categories.codes[found.failed], return_counts=True
    )
    if not len(pairs):
        return replace(panel, rows=0, note="None of these commands failed.")
    known = counts_of(commands.codes[found.ended | found.failed], len(commands.names))
    order = np.argsort(-counts, kind="stable")[: rows.wish.longest]
    lines: list[tuple[Cell, ...]] = []
    behind: list[Behind] = []
    for place in order.tolist():
        code, category = divmod(int(pairs[place]), many)
        command, why, count = commands.names[code], categories.names[category], int(counts[place])
        lines.append((shown_text(command), why, count, share(count, int(known[code]))))
        behind.append(Behind((("command", command), ("error_category", why), ("success", "0"))))
    return replace(
        panel,
        rows=int(counts.sum()),
        x=Axis("Command", scale=Scale.NAMES, names=tuple(_failure_text(line) for line in lines)),
        y=Axis("Failures", least=0),
        series=(bars("Failures", counts[order].astype(np.float64).tolist(), behind=behind),),
        table=Table(
            (
                TableColumn("Command"),
                TableColumn("Error category"),
                TableColumn("Failures", digits=0),
                TableColumn("Of its runs", "%", 1),
            ),
            tuple(lines),
            tuple(behind),
            len(pairs),
        ),
    )


def _failure_text(line: tuple[Cell, ...]) -> str:
    return f"{line[0]}: {line[1]}" if line[1] != NOTHING else str(line[0])


def draw_history(panel: Panel, rows: Rows) -> Panel:
    """The newest commands; one without a time comes last."""
    keys = rows.keys()
    times = rows.store.times if rows.places is None else rows.store.times[rows.places]
    moments = np.where(np.isnan(times), -np.inf, times)
    longest = min(rows.wish.longest, rows.count)
    if longest < rows.count:  # the few that matter, before they are put in order
        edge = np.partition(moments, rows.count - longest)[rows.count - longest]
        places = np.flatnonzero(moments >= edge)
    else:
        places = np.arange(rows.count)
    places = places[np.lexsort((-keys[places], -moments[places]))][:longest]
    mask = np.zeros(rows.count, dtype=np.bool_)
    mask[places] = True
    found = endings(rows)
    took = durations(rows)
    texts = {
        name: rows.codes(name)
        for name in ("trust_level", "agent_id", "command", "exit_code", "error_category", "workflow_id")
    }

    def text(name: str, place: int) -> str | None:
        value = texts[name].names[texts[name].codes[place]]
        return None if value == NOTHING else shown_text(value)

    lines = tuple(
        (
            None if np.isneginf(moments[place]) else float(moments[place]),
            text("trust_level", place),
            text("agent_id", place),
            text("command", place),
            _outcome(found, place),
            text("exit_code", place),
            float(took.values[place]) if took.usable[place] else None,
            text("error_category", place),
            text("workflow_id", place),
            int(keys[place]),
        )
        for place in places.tolist()
    )
    titles = ("Trust", "Agent", "Command", "Outcome", "Exit code")
    return replace(
        panel,
        table=Table(
            (
                TableColumn("Asked for", time=True),
                *map(TableColumn, titles),
                TableColumn("Duration", "s", 2),
                TableColumn("Error category"),
                TableColumn("Workflow"),
                TableColumn("ID"),
            ),
            lines,
            tuple(Behind((("execution_id", str(line[-1])),)) for line in lines),
            rows.count,
        ),
    )


def _outcome(found: Endings, place: int) -> str:
    if found.failed[place]:
        return "failed"
    if found.succeeded[place]:
        return "succeeded"
    return "not known yet" if found.executed[place] else "not executed"
