"""The answer to one question as a value: the window draws it, the terminal prints it, both from the same figures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """How a panel is best shown. Every panel can be shown as its table too."""

    FIGURES = "figures"
    BARS = "bars"
    LINES = "lines"
    BOXES = "boxes"
    """A median with its quartiles and range for each x."""
    POINTS = "points"
    PATHS = "paths"
    """Points joined in order, coloured by `shade`."""
    TABLE = "table"


class State(StrEnum):
    SHOWN = "shown"
    NO_ROWS = "no rows"
    """The table holds rows, but none in this range and filter."""
    EMPTY = "empty"
    """The table holds no row at all."""
    NOT_MIGRATED = "not migrated"
    """The table is not there yet: a migration makes it."""


class Scale(StrEnum):
    NUMBER = "number"
    TIME = "time"
    """Unix seconds."""
    NAMES = "names"
    """x is the position in `names`."""


@dataclass(frozen=True, slots=True)
class Axis:
    title: str
    unit: str = ""
    """'s', '%', 'tokens', …; '' for a bare number."""
    scale: Scale = Scale.NUMBER
    names: tuple[str, ...] = ()
    least: float | None = None
    """Where the axis has to begin at least, None for where the data does."""
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one kind; all tuples are empty or as long as `x`. None in `y` is a gap: nothing was measured."""

    name: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    """First quartile."""
    high: tuple[float | None, ...] = ()
    """Third quartile."""
    least: tuple[float | None, ...] = ()
    most: tuple[float | None, ...] = ()
    size: tuple[float, ...] = ()
    """Rows behind each point."""
    shade: tuple[float | None, ...] = ()
    """0 to 1."""
    rows: tuple[Behind, ...] = ()
    """What leads from each mark to its rows."""
    z: tuple[float, ...] = ()
    """Towards the eye, where x goes to the right and y up: turned about y, a path is seen from another side."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows behind a mark: those of the panel's range and filter with these values, from and until these times."""

    where: tuple[tuple[str, str], ...] = ()
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure. None where there is nothing to compute it from."""

    name: str
    value: float | None
    unit: str = ""
    before: float | None = None
    """The same in the period before, of the same length; None where there is none."""
    digits: int = 0
    """After the decimal point."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    title: str
    unit: str = ""
    digits: int | None = None
    """After the decimal point; None for text and times."""
    time: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[TableColumn, ...] = ()
    rows: tuple[tuple[str | float | int | None, ...], ...] = ()
    behind: tuple[Behind, ...] = ()
    """As long as `rows`, or empty."""
    total: int | None = None
    """Rows that there are, where `rows` has only the first."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that the panel could not use, and why: 'confidence is text', 'time is in the future'."""

    count: int
    why: str


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened to the database: a line across charts over time."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Panel:
    name: str
    """Tells it from the others of its page: 'confidence_by_type'."""
    form: Form
    title: str = ""
    """As `ask` calls it."""
    state: State = State.SHOWN
    x: Axis = Axis("")
    y: Axis = Axis("")
    series: tuple[Series, ...] = ()
    figures: tuple[Figure, ...] = ()
    table: Table = Table()
    rows: int = 0
    """Rows that were used."""
    left_out: tuple[LeftOut, ...] = ()
    latest: float | None = None
    """The time of the newest row of all, for who sees none in the range."""
    note: str = ""
    """What to know of this panel: a limit that was reached, a threshold that hides rows."""
    migration: int = 0
    """The migration that makes what is missing, 0 for none."""
    seconds: float = 0.0
    provisional: bool = False
    """Answered from the indexes alone, as `Wish.quick` allows: figures that need every row are None still."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a page shows: a span of time, and only rows with these values."""

    since: float | None = None
    """Unix seconds; None for the beginning."""
    until: float | None = None
    """Before this; None for now and whatever lies in the future."""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Column and the values that are wanted of it."""
    least_uses: int = 3
    """How often a command must have run to be listed as successful: the summary's threshold."""
    longest: int = 50
    """Rows of a table that ranks."""
    quick: bool = False
    """Rather a provisional answer at once than a whole one when every row has been read."""
