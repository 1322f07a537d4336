"""What the fault tests tried and found, as one table at the end of a soak."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TABLE = Path("out") / "soak.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """`tried` of `unit` ("faults", "states after a power cut"), `bad` of them against the promise; `slowest` in s."""

    what: str
    tried: int
    unit: str
    bad: int = 0
    slowest: float | None = None
    remark: str = ""


_found: list[Figure] = []


def record(figure: Figure) -> None:
    """Keep it for the table."""
    _found.append(figure)


def table() -> str:
    """Everything recorded so far, as a Markdown table; '' for nothing."""
    if not _found:
        return ""
    lines = ["| What | Tried | Bad | Slowest | Remark |", "|---|---:|---:|---:|---|"]
    for each in _found:
        slowest = "" if each.slowest is None else f"{each.slowest * 1000:,.0f} ms"
        lines.append(f"| {each.what} | {each.tried:,} {each.unit} | {each.bad:,} | {slowest} | {each.remark} |")
    return "\n".join(lines) + "\n"
