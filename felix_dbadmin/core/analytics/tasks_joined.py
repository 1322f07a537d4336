"""Task executions together with the patterns that they matched and the agents that worked on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from felix_dbadmin.core.analytics.chosen import Rows, left_out
from felix_dbadmin.core.analytics.columns import NOTHING, Codes, Mask, Store, load
from felix_dbadmin.core.analytics.drawing import Cell, Measure, limited, shares, table_of
from felix_dbadmin.core.analytics.groups import counts_of, listed, means_of, ranked
from felix_dbadmin.core.analytics.panel import LeftOut, Panel, Series, State, TableColumn
from felix_dbadmin.core.analytics.tables import MATCHES, PATTERNS, WORKED
from felix_dbadmin.core.task import Task

DURATION = Measure("duration", "duration", "s", 1)
SUCCESS = "success"

EMPTY_LISTS = frozenset({"", "[]", "null", NOTHING})


@dataclass(frozen=True, slots=True)
class Ended:
    """Per execution whether its outcome is known, and whether that is success."""

    known: Mask
    well: Mask
    left_out: tuple[LeftOut, ...]


def succeeded(rows: Rows) -> Ended:
    outcomes = rows.codes("outcome")
    nameless = [code for code, name in enumerate(outcomes.names) if name == NOTHING]
    well = [code for code, name in enumerate(outcomes.names) if name == SUCCESS]
    unknown = np.isin(outcomes.codes, nameless)
    return Ended(~unknown, np.isin(outcomes.codes, well), left_out((unknown, "outcome is missing")))


@dataclass(frozen=True, slots=True)
class Joined:
    """The chosen executions with each name that another table gives them."""

    places: Codes
    """Position of the execution among the chosen ones."""
    picked: Mask
    """Which rows of the other table these are."""
    codes: Codes
    names: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def draw_patterns(folder: Path, task: Task, panel: Panel, rows: Rows) -> Panel:
    """A bar for each pattern: how many of the executions that matched it succeeded."""
    store = load(folder, MATCHES, task=task)
    if store is None:
        return replace(panel, state=State.NOT_MIGRATED, migration=2, rows=0)
    recorded = _recorded(load(folder, PATTERNS, task=task))
    columns = (
        TableColumn("Task type"),
        TableColumn("Complexity"),
        TableColumn("Recorded success rate", "%", 1),
        TableColumn("Recorded uses", digits=0),
    )
    joined = _join(rows, store, "pattern_id", "patterns_matched_json")
    extra = [recorded.get(name, (None, None, None, None)) for name in joined.names]
    return _rates(panel, rows, joined, "pattern", columns, extra)


def draw_agents(folder: Path, task: Task, panel: Panel, rows: Rows) -> Panel:
    """A bar for each agent type: how many of the executions that it worked on succeeded."""
    store = load(folder, WORKED, task=task)
    if store is None:
        return replace(panel, state=State.NOT_MIGRATED, migration=3, rows=0)
    joined = _join(rows, store, "agent_type", "agents_used_json")
    numbers = store.numbers["agent_count"][joined.picked]
    sums = listed(means_of(joined.codes, len(joined.names), np.where(numbers < 0, np.nan, numbers))[1])
    return _rates(panel, rows, joined, "agent type", (TableColumn("Agents", digits=0),), [(each,) for each in sums])


def _join(rows: Rows, store: Store, column: str, listed_in: str) -> Joined:
    """`listed_in` is the column in which the execution itself has what the other table was made from."""
    mine, theirs = rows.codes("execution_id"), store.names["execution_id"]
    place = np.full(len(mine.names) + 1, -1, dtype=np.int32)
    place[mine.codes] = np.arange(rows.count, dtype=np.int32)
    known = {name: code for code, name in enumerate(mine.names) if name != NOTHING}
    code = np.array([known.get(name, -1) for name in theirs.names], dtype=np.int64)
    found = code[theirs.codes]
    places = place[found]  # -1, of an execution that is not there, is the last place: none
    names = store.names[column]
    picked = places >= 0
    out = left_out(
        (found < 0, "the execution is not there"),
        (_unlisted(rows, places[picked], listed_in), f"what it has in {listed_in} is not in {store.spec.table}"),
    )
    return Joined(places[picked], picked, names.codes[picked], names.names, out)


def _unlisted(rows: Rows, places: Codes, listed_in: str) -> Mask:
    """Felix writes the lists only, and a migration the tables: what was stored since has no rows there."""
    lists = rows.codes(listed_in)
    empty = [code for code, text in enumerate(lists.names) if text.strip() in EMPTY_LISTS]
    unlisted = ~np.isin(lists.codes, empty)
    unlisted[places] = False
    return unlisted


def _rates(
    panel: Panel,
    rows: Rows,
    joined: Joined,
    noun: str,
    columns: tuple[TableColumn, ...],
    extra: Sequence[tuple[Cell, ...]],
) -> Panel:
    """Success rate and duration per name, the ones with the most executions first."""
    if not len(joined.codes):
        return replace(panel, state=State.NO_ROWS, rows=0, left_out=joined.left_out)
    many, ended = len(joined.names), succeeded(rows)
    counts = counts_of(joined.codes, many)
    known, well = ended.known[joined.places], ended.well[joined.places]
    decided = counts_of(joined.codes[known], many)
    rates = listed(shares(counts_of(joined.codes[well], many), decided))
    duration = rows.numbers(DURATION.column, DURATION.called)
    seconds = listed(means_of(joined.codes, many, duration.values[joined.places])[2])
    order = ranked(counts, joined.names)
    shown, note = limited(order, noun)
    lines: list[tuple[Cell, ...]] = [
        (joined.names[code], int(counts[code]), rates[code], seconds[code], *extra[code]) for code in order
    ]
    series = Series(
        "Success rate",
        x=tuple(map(float, range(len(shown)))),
        y=tuple(rates[code] for code in shown),
        size=tuple(float(decided[code]) for code in shown),
    )
    met = np.zeros(rows.count, dtype=np.bool_)
    met[joined.places] = True
    unusable = np.isnan(duration.values) & met
    return replace(
        panel,
        rows=int(np.count_nonzero(met)),
        x=replace(panel.x, names=tuple(joined.names[code] for code in shown)),
        series=(series,),
        table=table_of(
            (
                TableColumn(panel.x.title),
                TableColumn("Executions", digits=0),
                TableColumn("Success rate", "%", 1),
                TableColumn("Mean duration", "s", 1),
                *columns,
            ),
            lines,
            (),
            len(order),
        ),
        left_out=(
            *joined.left_out,
            *left_out((~ended.known & met, "outcome is missing"), (unusable, "duration is missing or negative")),
        ),
        note=note,
    )


def _recorded(store: Store | None) -> dict[str, tuple[Cell, ...]]:
    """Per pattern its task type, complexity, success rate in percent and uses, as Felix counted them."""
    if store is None:
        return {}
    ids, types, complexities = (store.names[each] for each in ("pattern_id", "task_type", "complexity"))
    rates, uses = (listed(store.numbers[each]) for each in ("success_rate", "usage_count"))
    found: dict[str, tuple[Cell, ...]] = {}
    for at, code in enumerate(ids.codes.tolist()):
        rate = rates[at]
        found[ids.names[code]] = (
            types.names[types.codes[at]],
            complexities.names[complexities.codes[at]],
            None if rate is None else 100 * rate,
            uses[at],
        )
    return found
