"""Each panel of the Commands page against the oracle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from felix_dbadmin.core.analytics.ask import PAGES, ask
from felix_dbadmin.core.analytics.panel import Panel, State, Wish
from felix_dbadmin.core.task import Task
from tests.core.analytics import command_oracle as oracle
from tests.core.analytics.actions_made import DATABASE
from tests.helpers.workspaces import query


def panel(folder: Path, name: str, wish: Wish) -> Panel:
    return ask(folder, "commands", name, wish, task=Task())


def same(found: object, wanted: object) -> bool:
    if isinstance(found, float) and isinstance(wanted, int | float):
        return found == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    if isinstance(found, tuple | list) and isinstance(wanted, tuple | list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    return found == wanted


def check_every_panel(folder: Path, wish: Wish) -> None:
    rows = oracle.rows_for(folder / DATABASE, wish)
    known = bool(query(folder / DATABASE, "select 1 from command_executions limit 1"))
    for name in PAGES["commands"]:
        found = panel(folder, name, wish)
        if name == "patterns":
            continue
        if not rows:
            assert found.state is (State.NO_ROWS if known else State.EMPTY), name
            continue
        CHECKS[name](found, rows, wish)
        assert all(each.count > 0 for each in found.left_out)


def check_headline(found: Panel, rows: list[oracle.Row], wish: Wish) -> None:
    figures = {figure.name: figure.value for figure in found.figures}
    waiting = figures.pop("Waiting for approval")
    assert waiting is not None
    wanted = oracle.headline(rows)
    assert set(figures) == set(wanted)
    for name, value in figures.items():
        assert same(value, wanted[name]), name
    without = {each.why: each.count for each in found.left_out}
    unknown = sum(row.executed and not row.ended for row in rows)
    assert without.get("executed, and whether it succeeded is not known (yet)", 0) == unknown
    assert sum(count for why, count in without.items() if why.startswith("duration ")) == sum(
        row.executed and row.duration is None for row in rows
    )


def check_outcomes(found: Panel, rows: list[oracle.Row], wish: Wish) -> None:
    placed = list(filter(oracle.on_axis(wish), rows))
    assert sum(each.count for each in found.left_out if "range" not in each.why) == len(rows) - len(placed)
    if not placed:
        assert found.state is State.NO_ROWS
        return
    assert sum(value or 0 for line in found.series for value in line.y) == len(placed)
    levels = {row.name("trust_level") for row in placed}
    named = [line for line in found.series if line.rows]
    assert {line.name for line in named} <= levels
    assert len(levels) > 12 or {line.name for line in named} == levels
    for line in named:
        times = [row.time or 0.0 for row in placed if row.name("trust_level") == line.name]
        for behind, value in zip(line.rows, line.y, strict=True):
            assert behind.since is not None
            assert behind.until is not None
            assert value == sum(behind.since <= moment < behind.until for moment in times)


def check_success_over_time(found: Panel, rows: list[oracle.Row], wish: Wish) -> None:
    placed = [row for row in rows if row.ended and oracle.on_axis(wish)(row)]
    if not placed:
        assert found.state is State.NO_ROWS
        return
    assert sum(size for line in found.series for size in line.size) == len(placed)
    for line in found.series:
        mine = [row for row in placed if row.name("trust_level") == line.name]
        for behind, value, size in zip(line.rows, line.y, line.size, strict=False):
            assert behind.since is not None
            assert behind.until is not None
            inside = [row for row in mine if behind.since <= (row.time or 0.0) < behind.until]
            assert size == len(inside)
            assert same(value, oracle.percent(sum(row.succeeded for row in inside), len(inside)))


def check_successful(found: Panel, rows: list[oracle.Row], wish: Wish) -> None:
    wanted = oracle.successful(rows, wish.least_uses)
    assert found.table.total == len(wanted)
    assert len(found.table.rows) == min(len(wanted), wish.longest)
    for command, *figures in found.table.rows:
        assert same(figures, wanted[str(command)])
    rates = [row[2] for row in found.table.rows]
    assert found.series[0].y == tuple(rates)
    best = sorted((rate or 0.0 for _, rate, _, _ in wanted.values()), reverse=True)
    assert same(rates, best[: len(rates)])


def check_failing(found: Panel, rows: list[oracle.Row], wish: Wish) -> None:
    wanted = oracle.failing(rows)
    assert {(row[0], row[1]): row[2] for row in found.table.rows}.items() <= dict(wanted).items()
    assert [row[2] for row in found.table.rows] == sorted(wanted.values(), reverse=True)[: wish.longest]
    for row, behind in zip(found.table.rows, found.table.behind, strict=True):
        runs = [each for each in rows if each.name("command") == row[0] and (each.ended or each.failed)]
        assert isinstance(row[2], int)
        assert same(row[3], oracle.percent(row[2], len(runs)))
        assert dict(behind.where) == {"command": row[0], "error_category": row[1], "success": "0"}


def check_categories(found: Panel, rows: list[oracle.Row], wish: Wish) -> None:
    wanted = oracle.categories(rows)
    assert {row[0]: row[1] for row in found.table.rows} == dict(wanted)
    if wanted:
        assert sum(value or 0 for value in found.series[0].y) == wanted.total()


def check_durations(found: Panel, rows: list[oracle.Row], wish: Wish) -> None:
    known = oracle.durations(rows)
    assert found.rows == len(known)
    for low, high, count, share, below in found.table.rows:
        assert isinstance(low, float | int)
        end = float("inf") if high is None else float(high)
        inside = sum(low <= value < end for value in known)
        assert count == inside
        assert same(share, oracle.percent(inside, len(known)))
        assert same(below, oracle.percent(sum(value < end for value in known), len(known)))
    assert sum(value or 0 for line in found.series for value in line.y) == len(known)


def check_environment(found: Panel, rows: list[oracle.Row], wish: Wish) -> None:
    wanted = oracle.environment(rows)
    assert {row[0] for row in found.table.rows} == set(wanted)
    for name, *figures in found.table.rows:
        assert same(figures, wanted[str(name)])


def check_history(found: Panel, rows: list[oracle.Row], wish: Wish) -> None:
    by_key = {row.values["execution_id"]: row for row in rows}
    assert [row[-1] for row in found.table.rows] == oracle.newest(rows, wish.longest)
    assert found.table.total == len(rows)
    for line in found.table.rows:
        row = by_key[line[-1]]
        assert same(line[0], row.time)
        assert (line[3] or "(none)") == row.name("command")
        assert same(line[6], row.duration)


CHECKS: dict[str, Callable[[Panel, list[oracle.Row], Wish], None]] = {
    "headline": check_headline,
    "outcomes": check_outcomes,
    "success_over_time": check_success_over_time,
    "successful": check_successful,
    "failing": check_failing,
    "categories": check_categories,
    "durations": check_durations,
    "environment": check_environment,
    "history": check_history,
}
