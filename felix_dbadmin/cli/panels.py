"""Panels as they are printed: figures, small bars, lines of blocks, tables; and as JSON and CSV."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict

from felix_dbadmin.cli.output import UNLIMITED, Output, headline
from felix_dbadmin.core.analytics.panel import Figure, Form, Panel, Scale, Series, State, Table, TableColumn
from felix_dbadmin.core.search.forms import write_csv
from felix_dbadmin.core.text import age_text, count_text, time_text

Cell = str | float | int | None

BAR = 24
"""Characters of the longest bar."""
GAP = 3
"""Characters between two columns."""
LINE = 60
"""Characters of a line over time."""
SHORT = 10
"""Rows of a table that ranks, where several panels are printed."""
FEW = 25
"""Rows of a table that has one for each kind."""
LONGEST_CELL = 48
"""Characters of a text there."""

ENDS = ("Lowest", "Highest")
"""Beside each line, because a character of it may stand for several steps."""

_BLOCKS = "▁▂▃▄▅▆▇█"
_PLAIN_BLOCKS = "_.-=+*%#"
"""For an encoding that has no blocks."""


def print_panel(out: Output, panel: Panel, migrate: str, *, whole: bool) -> None:
    """`whole`: every row of its table. `migrate` is the command that makes what may be missing."""
    out.line(panel.title, style="bold")
    if panel.state is not State.SHOWN:
        out.line(f"  {_state_text(panel, migrate)}")
    elif panel.form is Form.FIGURES:
        out.table(("Figure", "Value", "Change"), [_figure_row(each) for each in panel.figures], numbers=("Value",))
    else:
        if panel.form is Form.LINES:
            _print_lines(out, panel)
        if whole or panel.form is not Form.LINES:
            _print_table(out, panel, whole=whole)
    if panel.note:
        out.line(f"  {panel.note}")
    for each in panel.left_out:
        out.line(f"  left out: {count_text(each.count, 'row')}: {each.why}")
    out.line()


def _state_text(panel: Panel, migrate: str) -> str:
    if panel.state is State.NOT_MIGRATED:
        return f"not there yet: {migrate}"
    if panel.state is State.EMPTY:
        return "nothing has been recorded yet"
    newest = f"; the newest row is {age_text(panel.latest)}" if panel.latest is not None else ""
    return f"no rows in this range and filter{newest}"


def _figure_row(figure: Figure) -> tuple[str, str, str]:
    value = "unknown" if figure.value is None else f"{_number(figure.value, figure.digits)} {figure.unit}".rstrip()
    change = ""
    if figure.value is not None and figure.before is not None:
        change = f"before {_number(figure.before, figure.digits)}"
        if figure.before:
            change += f" ({100 * (figure.value - figure.before) / abs(figure.before):+.1f} %)"
    return figure.name, value, change


def _print_lines(out: Output, panel: Panel) -> None:
    """A line of blocks per series, all on one scale; a gap is a blank."""
    known = [value for each in panel.series for value in each.y if value is not None]
    if not known:
        return
    most, least = max(known), min(0.0, *known)
    unit = f" {panel.y.unit}" if panel.y.unit else ""
    if panel.x.scale is Scale.TIME:
        first = min(each.x[0] for each in panel.series if each.x)
        last = max(each.x[-1] for each in panel.series if each.x)
        out.line(f"  {panel.x.title}; from {time_text(first)[:16]}, last step at {time_text(last)[:16]}")
    rows = []
    for each in panel.series:
        values = [value for value in each.y if value is not None]
        ends = [f"{end:,.4g}{unit}" for end in (min(values), max(values))] if values else ["", ""]
        rows.append((headline(each.name, LONGEST_CELL), _blocks(each, least, most), *ends))
    out.table(("", panel.y.title, *ENDS), rows, numbers=ENDS)


def _blocks(series: Series, least: float, most: float) -> str:
    """As many characters as LINE has room for; each is the highest of what it stands for."""
    blocks = _BLOCKS if _can_print(_BLOCKS) else _PLAIN_BLOCKS
    step = max(1, -(-len(series.y) // LINE))
    found = []
    for begin in range(0, len(series.y), step):
        part = [value for value in series.y[begin : begin + step] if value is not None]
        share = (max(part) - least) / (most - least) if part and most > least else 0.0
        found.append(blocks[min(int(share * len(blocks)), len(blocks) - 1)] if part else " ")
    return "".join(found)


def _print_table(out: Output, panel: Panel, *, whole: bool) -> None:
    """Where not whole: a few rows, and the columns that the terminal has room for."""
    table = panel.table
    short = FEW if table.total is None else SHORT
    rows = table.rows if whole else table.rows[:short]
    bars = _bars(panel, len(rows)) if panel.form in (Form.BARS, Form.BOXES) else []
    cells = [
        [_cell(value, column, whole=whole) for value, column in zip(row, table.columns, strict=True)] for row in rows
    ]
    heads = [_head(column) for column in table.columns]
    room = UNLIMITED if whole or not sys.stdout.isatty() else shutil.get_terminal_size().columns
    many = _fitting(heads, cells, room - (BAR + GAP if bars else 0))
    numbers = [head for head, column in zip(heads[:many], table.columns, strict=False) if column.digits is not None]
    drawn = [
        (*line[:many], *([bars[place] if place < len(bars) else ""] if bars else []))
        for place, line in enumerate(cells)
    ]
    out.table((*heads[:many], *([""] if bars else [])), drawn, numbers=numbers)
    hidden = [count_text(len(heads) - many, "more column")] if many < len(heads) else []
    total = table.total if table.total is not None else len(table.rows)
    if len(table.rows) > len(rows) or hidden:
        shown = [f"{len(rows):,} of {total:,} rows"] if total > len(rows) else []
        out.line(f"  {', '.join([*shown, *hidden])}; the whole table: --by {panel.name}")
    elif total > len(rows):
        out.line(f"  {len(rows):,} of {total:,} rows; more of them: --longest N")


def _fitting(heads: Sequence[str], cells: Sequence[Sequence[str]], room: int) -> int:
    """How many columns stand side by side without a line break; at least two."""
    for many in range(len(heads), 2, -1):
        widths = (max(len(head), *(len(line[at]) for line in cells), 0) for at, head in enumerate(heads[:many]))
        if sum(width + GAP for width in widths) <= room:
            return many
    return min(2, len(heads))


def _bars(panel: Panel, count: int) -> list[str]:
    """For the first rows of the table, which are in the order of the bars."""
    values = panel.series[0].y[:count] if panel.series else ()
    most = max((value for value in values if value is not None), default=0.0)
    block = "█" if _can_print("█") else "#"
    return [block * round(BAR * value / most) if value and most > 0 else "" for value in values]


def _can_print(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _head(column: TableColumn) -> str:
    return f"{column.title} ({column.unit})" if column.unit else column.title


def _cell(value: Cell, column: TableColumn, *, whole: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if whole else headline(value, LONGEST_CELL)
    return _time(value) if column.time else _number(value, column.digits)


def _time(moment: float) -> str:
    try:
        return time_text(moment)
    except (ValueError, OverflowError, OSError):  # beyond what a calendar holds
        return f"{moment:.0f} s"


def _number(value: float, digits: int | None) -> str:
    if digits is None:
        return str(value) if isinstance(value, int) else f"{value:,.6g}"
    return f"{value:,.{digits}f}"


def panel_document(panel: Panel) -> dict[str, object]:
    """All of it but what leads to the rows behind each mark."""
    data = asdict(panel)
    for series in data["series"]:
        del series["rows"]
    del data["table"]["behind"]
    return data


def csv_text(table: Table) -> str:
    """The table as shown, without the mark that a file for a spreadsheet begins with; formulas are disarmed."""
    names = _unique([_head(column) for column in table.columns])
    file = io.StringIO()
    write_csv(file, names, (tuple(zip(names, _csv_row(row, table.columns), strict=True)) for row in table.rows))
    return file.getvalue().removeprefix("\ufeff").replace("\r\n", "\n")


def _csv_row(row: Sequence[Cell], columns: Sequence[TableColumn]) -> list[Cell]:
    return [
        _time(value) if column.time and isinstance(value, int | float) else value
        for value, column in zip(row, columns, strict=True)
    ]


def _unique(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        while name in found:
            name += "_"
        found.append(name)
    return found
