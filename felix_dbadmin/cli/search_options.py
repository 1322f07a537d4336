"""What the options of a search mean: filters, and times as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.search.forms import Form
from felix_dbadmin.core.search.query import Condition

_AGO = re.compile(r"(\d{1,6})\s*(min|h|d|w)")
_UNITS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FILTER = re.compile(r"(\w+)(!?)=(.*)", re.DOTALL)


def moment(text: str, option: str, *, end: bool = False) -> float | None:
    """Unix seconds for '2025-10-24', '2025-10-24 17:00', '7d', '24h', '90min' or '2w'; None for ''.

    `end`: a date means the end of that day. Raises WrongUsage.
    """
    if not text:
        return None
    ago = _AGO.fullmatch(text.strip().lower())
    try:
        if ago is not None:
            return (datetime.now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).timestamp()
        known = datetime.fromisoformat(text.strip())
        whole_day = len(text.strip()) <= len(date.max.isoformat())
        return (known + timedelta(days=1) if end and whole_day else known).timestamp()
    except (ValueError, OverflowError, OSError):
        raise WrongUsage(
            f"{option} {text!r} is no time.", "Write a date such as 2025-10-24, or how long ago: 24h, 7d, 2w."
        ) from None


def conditions(filters: Sequence[str]) -> tuple[Condition, ...]:
    """Values of one column are alternatives. Raises WrongUsage for what is not COLUMN=VALUE or COLUMN!=VALUE."""
    found: dict[tuple[str, bool], list[str]] = {}
    for text in filters:
        match = _FILTER.fullmatch(text)
        if match is None:
            raise WrongUsage(f"--filter {text!r} is not understood.", "Write COLUMN=VALUE, such as domain=python.")
        found.setdefault((match[1].lower(), bool(match[2])), []).append(match[3])
    return tuple(Condition(column, tuple(values), negated) for (column, negated), values in found.items())


def form_of(target: Path, given: Form | None) -> Form:
    """The form that was asked for, or that the file's name ends with. Raises WrongUsage."""
    known = given or next((form for form in Form if target.suffix.lower() == form.suffix), None)
    if known is None:
        raise WrongUsage(
            f"Nothing tells in which form to write {target.name}.", "Add --format csv, --format json or markdown."
        )
    return known
