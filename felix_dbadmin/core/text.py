"""Sizes, durations, counts and times as people read them; one wording for the window and the terminal."""

from __future__ import annotations

import math
import time
from datetime import datetime


def bytes_text(size: int) -> str:
    """1536 → '1.5 KB' (units of 1024)."""
    if size < 1024:
        return f"{size} bytes" if size != 1 else "1 byte"
    value = float(size)
    for unit in ("KB", "MB", "GB", "TB"):
        value /= 1024
        if round(value) < 1024 or unit == "TB":
            break
    return f"{value:.1f} {unit}" if value < 99.95 else f"{value:.0f} {unit}"


def duration_text(seconds: float) -> str:
    """0.0123 → '12 ms', 75 → '1 min 15 s'."""
    if seconds < 0.001:
        return "under 1 ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def count_text(count: int, noun: str, plural: str = "") -> str:
    """(1, 'row') → '1 row', (12345, 'entry', 'entries') → '12,345 entries'."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def list_text(names: list[str] | tuple[str, ...], limit: int = 5) -> str:
    """('a', 'b', 'c') → 'a, b and c'; beyond `limit` names the rest is counted."""
    if len(names) > limit:
        return f"{', '.join(names[:limit])} and {len(names) - limit} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def time_text(moment: float) -> str:
    """Unix seconds → local '2025-10-24 16:59:51'."""
    return datetime.fromtimestamp(moment).strftime("%Y-%m-%d %H:%M:%S")


def age_text(moment: float, now: float | None = None) -> str:
    """Unix seconds → 'just now', '5 min ago', '3 h ago', '12 days ago'."""
    age = (time.time() if now is None else now) - moment
    if age < 60:
        return "just now"
    if age < 3600:
        return f"{age // 60:.0f} min ago"
    if age < 2 * 86400:
        return f"{age // 3600:.0f} h ago"
    return f"{age // 86400:,.0f} days ago"


def moment_of(value: object) -> float | None:
    """A stored time as Unix seconds: a number is one already, ISO text without a zone is local; None for neither."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip()).timestamp()
        except (ValueError, OverflowError, OSError):
            return None
    return None
