"""What the fault tests tried and found, as one table at the end of a soak."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

TABLE = Path("out") / "soak.md"

_HEAD = "| What | Tried | Bad | Slowest | Remark |\n|---|---:|---:|---:|---|\n"


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


def recorded() -> list[dict[str, object]]:
    """What this process recorded, as a worker hands it to the one that started it."""
    return [asdict(each) for each in _found]


def write_table() -> str:
    """Add everything recorded to TABLE, in the order of its names; the table as it is now, '' for nothing."""
    if not _found:
        return ""
    TABLE.parent.mkdir(exist_ok=True)
    before = TABLE.read_text(encoding="utf-8") if TABLE.exists() else _HEAD
    lines = sorted(map(_line, _found))
    TABLE.write_text(before + "".join(lines), encoding="utf-8")
    return TABLE.read_text(encoding="utf-8")


def _line(figure: Figure) -> str:
    slowest = "" if figure.slowest is None else f"{figure.slowest * 1000:,.0f} ms"
    tried = f"{figure.tried:,} {figure.unit}"
    return f"| {figure.what} | {tried} | {figure.bad:,} | {slowest} | {figure.remark} |\n"
