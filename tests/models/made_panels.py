"""Panels made by hand, of every form and state."""

from __future__ import annotations

from felix_dbadmin.core.analytics.panel import (
    Axis,
    Behind,
    Figure,
    Form,
    LeftOut,
    Panel,
    Scale,
    Series,
    State,
    Table,
    TableColumn,
)

NOON = 1_761_307_200.0
"""24 October 2025, 12:00 UTC."""
TYPES = ("research", "analysis", "critic")


def bars(names: tuple[str, ...] = TYPES, values: tuple[float | None, ...] = (0.5, 0.7, 0.9)) -> Panel:
    behind = tuple(Behind((("agent_type", name),)) for name in names)
    return Panel(
        "confidence_by_type",
        Form.BARS,
        "Confidence by agent type",
        x=Axis("Agent type", scale=Scale.NAMES, names=names),
        y=Axis("Confidence", least=0, most=1),
        series=(
            Series(
                "Confidence",
                x=tuple(map(float, range(len(names)))),
                y=values,
                low=tuple(None if value is None else value - 0.1 for value in values),
                high=tuple(None if value is None else value + 0.1 for value in values),
                size=tuple(100.0 * (place + 1) for place in range(len(names))),
                rows=behind,
            ),
        ),
        table=Table(
            (TableColumn("Agent type"), TableColumn("Mean confidence", digits=3)),
            tuple(zip(names, values, strict=True)),
            behind,
        ),
        rows=600,
    )


def lines(count: int = 48, series: int = 2, step: float = 3_600.0, begin: float = NOON) -> Panel:
    """Series 1 has a gap at its third place."""
    times = tuple(begin + step * place for place in range(count))
    made = []
    for number in range(series):
        values = [float((place * (number + 2)) % 17) for place in range(count)]
        made.append(
            Series(
                f"type {number}",
                times,
                tuple(None if number == 1 and place == 2 else value for place, value in enumerate(values)),
                rows=tuple(Behind((("agent_type", f"type {number}"),), at, at + step) for at in times),
            )
        )
    return Panel(
        "activity",
        Form.LINES,
        "Checkpoints over time",
        x=Axis("Time", scale=Scale.TIME),
        y=Axis("Checkpoints", least=0),
        series=tuple(made),
        table=Table(
            (TableColumn("From", time=True), *(TableColumn(each.name, digits=0) for each in made)),
            tuple((at, *(each.y[place] for each in made)) for place, at in enumerate(times)),
        ),
        rows=1_000,
    )


def boxes() -> Panel:
    return Panel(
        "phases",
        Form.BOXES,
        "Confidence through the phases",
        x=Axis("Phase", scale=Scale.NAMES, names=("exploration", "synthesis")),
        y=Axis("Confidence", least=0, most=1),
        series=(
            Series("Confidence", (0, 1), (0.5, 0.7), (0.4, 0.6), (0.6, 0.8), (0.1, 0.2), (0.9, 1.0), size=(10, 20)),
            Series("Depth", (0, 1), (0.2, None), (0.1, None), (0.3, None), (0.0, None), (0.4, None), size=(10, 0)),
        ),
    )


def points() -> Panel:
    return Panel(
        "tokens",
        Form.POINTS,
        "Tokens against confidence",
        x=Axis("Mean tokens", "tokens"),
        y=Axis("Confidence"),
        series=tuple(
            Series(name, (100.0 * (place + 1),), (0.4 + place / 10,), size=(10.0 * (place + 1),))
            for place, name in enumerate(TYPES)
        ),
    )


def paths() -> Panel:
    return Panel(
        "helix",
        Form.PATHS,
        "The helix",
        x=Axis("Across (x)"),
        y=Axis("Height (z)"),
        series=(Series("agent_1", (0, 1, 2), (0, 1, 2), shade=(0.1, None, 0.9), z=(2, 1, 0)),),
    )


def figures() -> Panel:
    return Panel(
        "headline",
        Form.FIGURES,
        "Agents",
        figures=(
            Figure("Checkpoints", 1_200.0, before=1_000.0),
            Figure("Mean confidence", None, digits=3),
            Figure("Processing time", 4_000.0, "s", 8_000.0, 1),
        ),
    )


def table() -> Panel:
    columns = (TableColumn("Agent"), TableColumn("Tokens", "tokens", 0), TableColumn("Last seen", time=True))
    rows = (("b", 5, NOON), ("A", None, None), ("=cmd()", 70, NOON + 60))
    behind = tuple(Behind((("agent_id", str(row[0])),)) for row in rows)
    return Panel("agents", Form.TABLE, "Agents", table=Table(columns, rows, behind, 10), rows=10)


def odd(panel: Panel) -> Panel:
    """The same, with rows that could not be used."""
    return Panel(
        panel.name,
        panel.form,
        panel.title,
        x=panel.x,
        y=panel.y,
        series=panel.series,
        rows=panel.rows,
        left_out=(LeftOut(12, "confidence is missing or no number"), LeftOut(1, "time is in the future")),
    )


def empty(state: State, *, latest: float | None = None, migration: int = 0) -> Panel:
    return Panel("activity", Form.LINES, "Checkpoints over time", state=state, latest=latest, migration=migration)
