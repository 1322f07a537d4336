"""How a panel reads: figures with units, the lines of a mark, and why there is nothing to see."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from felix_dbadmin.core.analytics.panel import Axis, Figure, Panel, Scale, Series, State, TableColumn
from felix_dbadmin.core.text import age_text, count_text, duration_text, time_text
from felix_dbadmin.models.analytics_view import SECONDS, TITLES, Spell, spell_to_see

NOTHING = "\u2013"
"""Stands where there is no value."""
COMING = "…"
"""Stands where it is still read."""

_SECONDS = "s"
_SHADES = "The larger a point, the higher its confidence."


class Way(StrEnum):
    """What leads out of a panel that shows nothing."""

    NONE = ""
    SPAN = "span"
    MIGRATE = "migrate"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Message:
    """In place of a chart; `button` is what `way` is called."""

    title: str
    text: str = ""
    icon: str = "info"
    way: Way = Way.NONE
    button: str = ""
    spell: Spell = Spell.ALL


def value_text(value: float | None, unit: str = "", digits: int | None = None) -> str:
    """12345.6 with 'tokens' → '12,345.6 tokens'; seconds as a duration; as many digits as tell, where none are said."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if unit == _SECONDS and digits is None and value >= 0:
        return duration_text(value) if value else "0 s"
    return with_unit(f"{value:,.{_telling(value) if digits is None else digits}f}", unit)


def with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if unit else text


def _telling(value: float) -> int:
    """Three digits that tell, none behind a whole number."""
    if value == int(value):
        return 0
    return min(6, max(0, 2 - math.floor(math.log10(abs(value)))))


def axis_text(axis: Axis) -> str:
    """'processing time (s)'."""
    return _titled(axis.title, axis.unit)


def _titled(title: str, unit: str) -> str:
    """Without the unit where the title has it already."""
    if unit and unit.casefold() not in title.casefold().split():
        return f"{title} ({unit})" if title else unit
    return title


def place_text(axis: Axis, value: float) -> str:
    """Where a mark stands on an axis."""
    if axis.scale is Scale.TIME:
        return moment_text(value)
    if axis.scale is Scale.NAMES:
        place = round(value)
        return axis.names[place] if 0 <= place < len(axis.names) else ""
    return f"{axis.title} {value_text(value, axis.unit)}".strip()


def moment_text(value: float) -> str:
    """A time, also one that no calendar has."""
    try:
        return time_text(value)
    except (ValueError, OverflowError, OSError):
        return f"{value:g} s after 1970"


def mark_lines(panel: Panel, series: Series, place: int) -> list[str]:
    """What is known of one mark, a line each; the first says which it is."""
    where = place_text(panel.x, series.x[place])
    lines = [" · ".join(part for part in (series.name, where) if part)]
    name = panel.y.title or "value"
    lines.append(f"{name}: {value_text(series.y[place], panel.y.unit)}")
    low, high = _at(series.low, place), _at(series.high, place)
    if low is not None and high is not None:
        lines.append(f"middle half: {value_text(low, panel.y.unit)} to {value_text(high, panel.y.unit)}")
    least, most = _at(series.least, place), _at(series.most, place)
    if least is not None and most is not None:
        lines.append(f"range: {value_text(least, panel.y.unit)} to {value_text(most, panel.y.unit)}")
    if series.size:
        lines.append(count_text(round(series.size[place]), "row"))
    shade = _at(series.shade, place)
    if shade is not None:
        lines.append(f"confidence: {shade:.3f}")
    return lines


def _at(values: tuple[float | None, ...], place: int) -> float | None:
    return values[place] if values else None


def figure_text(figure: Figure, *, provisional: bool = False) -> str:
    """The value as large type shows it; millions are shortened. `provisional`: one that is None still comes."""
    if figure.value is None or not math.isfinite(figure.value):
        return COMING if provisional else NOTHING
    return _figure_value_text(figure, figure.value)


def change_text(figure: Figure) -> str:
    """'▲ 12 % from 1,200', '' where there is nothing to compare with."""
    if figure.value is None or figure.before is None:
        return ""
    before = _figure_value_text(figure, figure.before)
    if figure.value == figure.before:
        return f"= {before} before"
    arrow = "▲" if figure.value > figure.before else "▼"
    if not figure.before:
        return f"{arrow} from {before}"
    change = abs(figure.value - figure.before) / abs(figure.before) * 100
    amount = f"{change:,.0f} %" if change >= 0.5 else "under 1 %"
    return f"{arrow} {amount} from {before}"


def _figure_value_text(figure: Figure, value: float) -> str:
    if figure.unit == _SECONDS and (value >= 60 or not figure.digits):
        return value_text(value, _SECONDS)
    unit = "" if figure.unit.casefold() == figure.name.casefold() else figure.unit
    if abs(value) >= 10_000_000:
        return with_unit(f"{value / 1e6:,.1f} M", unit)
    return value_text(value, unit, figure.digits)


def left_out_text(panel: Panel) -> str:
    """'Left out: 12 rows (confidence is text), 3 rows (time is in the future)'; '' where nothing was."""
    parts = [f"{count_text(each.count, 'row')} ({each.why})" for each in panel.left_out if each.count]
    return f"Left out: {', '.join(parts)}" if parts else ""


def foot_text(panel: Panel) -> str:
    """How many rows stand behind it, what to know of it, and what was left out."""
    rows = f"{count_text(panel.rows, 'row')}." if panel.rows else ""
    shaded = any(series.shade for series in panel.series)
    left_out = left_out_text(panel)
    return " ".join(
        part for part in (rows, panel.note, _SHADES if shaded else "", f"{left_out}." if left_out else "") if part
    )


def message_of(panel: Panel, now: float) -> Message | None:
    """Why it shows nothing, and the way out; None where it shows something."""
    match panel.state:
        case State.NOT_MIGRATED:
            if not panel.migration:
                text = "Felix makes the table that this reads when it runs, and so do the migrations."
                return Message("Not there yet", text, "pending", Way.MIGRATE, "Apply migrations…")
            text = f"Migration {panel.migration} makes the table that this reads."
            return Message("Not migrated yet", text, "pending", Way.MIGRATE, f"Apply migration {panel.migration}…")
        case State.EMPTY:
            return Message("Nothing recorded yet", "The table is there and holds no row.", "info")
        case State.NO_ROWS:
            return _no_rows(panel, now)
    return None


def _no_rows(panel: Panel, now: float) -> Message:
    title = "No rows in this range"
    if panel.latest is None:
        return Message(title, "There are rows without a time.", "info", Way.SPAN, "Show all")
    if panel.latest > now:
        text = f"The latest is of {moment_text(panel.latest)}, which is in the future."
        return Message(title, text, "info", Way.SPAN, "Show all")
    age = age_text(panel.latest, now)
    spell = spell_to_see(panel.latest, now)
    button = f"Show {TITLES[spell].lower()}" if spell in SECONDS else "Show all"
    return Message(title, f"The latest is of {moment_text(panel.latest)}, {age}.", "info", Way.SPAN, button, spell)


def cell_text(value: str | float | int | None, column: TableColumn) -> str:
    """A cell of a panel's table."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if column.time:
        return moment_text(value)
    if column.digits is None:
        return f"{value:,}" if isinstance(value, int) else value_text(value)
    return value_text(value, "", column.digits)


def column_title(column: TableColumn) -> str:
    return _titled(column.title, column.unit)


def spoken(panel: Panel) -> str:
    """What a screen reader says of a chart."""
    if panel.figures:
        return "; ".join(f"{each.name} {figure_text(each, provisional=panel.provisional)}" for each in panel.figures)
    names = ", ".join(series.name for series in panel.series[:12] if series.name)
    return f"{axis_text(panel.y)} by {axis_text(panel.x)}. {names}. As a table: press T."
