"""The table of full-text indexes: what each holds, and what is wrong with it."""

from __future__ import annotations

from felix_dbadmin.core.search.health import IndexHealth
from felix_dbadmin.core.text import age_text, bytes_text, count_text, list_text, time_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column

_UNKNOWN = "not known"


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _bad_count(value: int | None) -> Tone:
    return Tone.WARNING if value else Tone.NORMAL


def triggers_text(row: IndexHealth) -> str:
    wrong = [trigger for trigger in row.triggers if trigger.state in ("differs", "missing")]
    if wrong:
        return f"{len(wrong)} of {len(row.triggers)} wrong"
    return f"{len(row.triggers)} right" if row.triggers else ""


def state_text(row: IndexHealth) -> str:
    if not row.exists:
        return "Not made yet" if row.index else "Cannot be read"
    if not row.healthy:
        return "Needs care"
    return "Good" if row.integrity is not None else "Rows counted"


_ICONS = {Tone.GOOD: "good", Tone.NORMAL: "info", Tone.WARNING: "warning"}


def _tone(row: IndexHealth) -> Tone:
    if row.healthy:
        return Tone.GOOD if row.integrity is not None else Tone.NORMAL
    return Tone.WARNING if row.exists else Tone.MUTED


def health_line(rows: tuple[IndexHealth, ...]) -> str:
    """All of it in one line."""
    made = [row for row in rows if row.exists]
    care = [row.component for row in made if not row.healthy]
    if not made:
        return "No full-text index has been made yet"
    counted = count_text(len(made), "index", "indexes")
    if care:
        return f"{counted}, those of {list_text(care)} need care"
    if all(row.integrity is not None for row in made):
        return f"{counted}, all good"
    return f"{counted}, as many rows in each as there should be; not compared yet"


HEALTH_COLUMNS: tuple[Column[IndexHealth], ...] = (
    Column("Component", lambda row: row.component),
    Column("Index", lambda row: row.index or _UNKNOWN, tooltip=lambda row: f"of {row.table} in {row.database}"),
    Column(
        "State",
        state_text,
        tone=_tone,
        icon=lambda row: _ICONS.get(_tone(row), "absent"),
    ),
    Column("Rows", lambda row: _count(row.source_rows), number=True),
    Column("Indexed", lambda row: _count(row.indexed_rows), number=True),
    Column("Missing", lambda row: _count(row.missing), number=True, tone=lambda row: _bad_count(row.missing)),
    Column("Stale", lambda row: _count(row.stale), number=True, tone=lambda row: _bad_count(row.stale)),
    Column(
        "Triggers",
        triggers_text,
        tooltip=lambda row: "\n".join(f"{trigger.name}: {trigger.state}" for trigger in row.triggers),
    ),
    Column("Size", lambda row: bytes_text(row.bytes) if row.bytes else "", number=True),
    Column(
        "Optimised",
        lambda row: age_text(row.last_optimised) if row.last_optimised else "",
        tooltip=lambda row: time_text(row.last_optimised) if row.last_optimised else "",
    ),
)
