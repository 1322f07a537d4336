"""Sizes, durations, counts and times as people read them; one wording for the window and the terminal."""

from __future__ import annotations

import math
import re
import time
import unicodedata
from datetime import datetime

_UNUSUAL = re.compile(r"[^\n\t\x20-\x7e]")
_HIDING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
"""Unicode's categories of what shows nothing, or steers what is shown around it."""

_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Letters and marks that show nothing all the same."""

_LEFTWARD = frozenset({"R", "AL", "AN"})


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


def visible_text(text: str) -> str:
    """What hides, or turns the text around it, as its code: 'a\\u202eb' → 'a⟨U+202E⟩b'. Line ends and tabs stay."""
    return _UNUSUAL.sub(_shown, text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """The same for a name, which has no line ends and tabs to keep."""
    return "".join(f"⟨U+{ord(each):04X}⟩" if each in "\r\n\t" else each for each in visible_text(text))


def reading_notes(text: str) -> tuple[str, ...]:
    """What somebody who reads a text must know of it, so that it cannot look like another one."""
    text = text.replace("\r\n", "\n")
    hidden = [found for found in _UNUSUAL.finditer(text) if _hides(found.group())]
    turning = [f"{at:,}" for at, line in enumerate(text.split("\n"), start=1) if not line.isascii() and _turns(line)]
    notes = []
    if hidden:
        code = "its code" if len(hidden) == 1 else "their codes"
        notes.append(f"{count_text(len(hidden), 'hidden character')} shown by {code}, as {_shown(hidden[0])}.")
    if turning:
        lines = f"{'line' if len(turning) == 1 else 'lines'} {list_text(turning)}"
        notes.append(f"Letters that run from right to left in {lines}: what stands there may not run in that order.")
    return tuple(notes)


def _shown(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found.group()):04X}⟩" if _hides(found.group()) else found.group()


def _hides(character: str) -> bool:
    return unicodedata.category(character) in _HIDING or _BLANK.match(character) is not None


def _turns(line: str) -> bool:
    return any(unicodedata.bidirectional(character) in _LEFTWARD for character in line)


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
