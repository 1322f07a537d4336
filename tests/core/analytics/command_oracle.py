"""What the Commands page has to show, reckoned row by row in plain Python."""

from __future__ import annotations

import math
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from felix_dbadmin.core.analytics.panel import Wish
from felix_dbadmin.core.connection import open_reader
from felix_dbadmin.core.text import moment_of

COLUMNS = (
    "execution_id, timestamp, duration, executed, success, exit_code, venv_active, trust_level, command,"
    " error_category, agent_type, agent_id, workflow_id"
)


@dataclass(frozen=True, slots=True)
class Row:
    values: dict[str, object]

    def name(self, column: str) -> str:
        value = self.values[column]
        return "(none)" if value is None else str(value)

    def flag(self, column: str) -> float | None:
        try:
            return float(self.name(column))
        except ValueError:
            return None

    @property
    def time(self) -> float | None:
        return moment_of(self.values["timestamp"])

    @property
    def executed(self) -> bool:
        return self.flag("executed") == 1

    @property
    def ended(self) -> bool:
        return self.executed and self.flag("success") is not None

    @property
    def succeeded(self) -> bool:
        return self.ended and self.flag("success") != 0

    @property
    def failed(self) -> bool:
        return self.flag("success") == 0

    @property
    def duration(self) -> float | None:
        """Of a command that ran."""
        value = self.values["duration"]
        usable = self.executed and isinstance(value, int | float) and math.isfinite(value) and value >= 0
        return float(value) if usable and isinstance(value, int | float) else None


def rows_for(path: Path, wish: Wish) -> list[Row]:
    with open_reader(path) as db:
        found = db.execute(f"select {COLUMNS} from command_executions order by execution_id").fetchall()
    names = COLUMNS.split(", ")
    return [row for each in found if _chosen(row := Row(dict(zip(names, each, strict=True))), wish)]


def _chosen(row: Row, wish: Wish) -> bool:
    if wish.since is not None and (row.time is None or row.time < wish.since):
        return False
    if wish.until is not None and (row.time is None or row.time >= wish.until):
        return False
    return all(row.name(column) in values for column, values in wish.where)


def percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def mean(values: list[float]) -> float | None:
    return statistics.fmean(values) if values else None


def durations(rows: list[Row]) -> list[float]:
    return [row.duration for row in rows if row.duration is not None]


def headline(rows: list[Row]) -> dict[str, float | None]:
    return {
        "Commands": len(rows),
        "Executed": sum(row.executed for row in rows),
        "Success rate": percent(sum(row.succeeded for row in rows), sum(row.ended for row in rows)),
        "Blocked": sum(row.name("trust_level") == "BLOCKED" for row in rows),
        "Mean duration": mean(durations(rows)),
    }


def successful(rows: list[Row], least: int) -> dict[str, tuple[int, float | None, int, float | None]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.executed:
            groups[row.name("command")].append(row)
    return {
        command: (
            len(group),
            percent(sum(row.succeeded for row in group), sum(row.ended for row in group)),
            sum(row.succeeded for row in group),
            mean(durations(group)),
        )
        for command, group in groups.items()
        if len(group) >= least and any(row.ended for row in group)
    }


def failing(rows: list[Row]) -> Counter[tuple[str, str]]:
    return Counter((row.name("command"), row.name("error_category")) for row in rows if row.failed)


def categories(rows: list[Row]) -> Counter[str]:
    return Counter(row.name("error_category") for row in rows if row.failed)


def environment(rows: list[Row]) -> dict[str, tuple[int, int, float | None, float | None]]:
    def kind(row: Row) -> str:
        return {1.0: "venv active", 0.0: "no venv"}.get(row.flag("venv_active") or 0.0, "not noted")

    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups["not noted" if row.flag("venv_active") is None else kind(row)].append(row)
    return {
        name: (
            ended := sum(row.ended for row in group),
            failed := sum(row.ended and row.failed for row in group),
            percent(failed, ended),
            mean(durations(group)),
        )
        for name, group in groups.items()
    }


def newest(rows: list[Row], longest: int) -> list[object]:
    def order(row: Row) -> tuple[float, int]:
        key = row.values["execution_id"]
        assert isinstance(key, int)
        return (-math.inf if row.time is None else row.time, key)

    return [row.values["execution_id"] for row in sorted(rows, key=order, reverse=True)[:longest]]


def on_axis(wish: Wish) -> Callable[[Row], bool]:
    """Whether a row can stand on a time axis."""
    end = max(time.time(), wish.until or 0.0)
    return lambda row: row.time is not None and 0 <= row.time <= end
