"""What a rehearsal or a check found, grouped for a list: heading, and lines of text and detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from felix_dbadmin.core.rehearse.report import Rehearsal
from felix_dbadmin.models.roles import Tone


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    detail: str = ""
    tone: Tone = Tone.NORMAL


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    lines: tuple[Line, ...]
    tone: Tone = Tone.NORMAL


class Looked(Protocol):
    """A check as core reports it: Check of a migration, Finding of a backup."""

    @property
    def name(self) -> str: ...
    @property
    def ok(self) -> bool | None: ...
    @property
    def detail(self) -> str: ...


def check_line(check: Looked) -> Line:
    mark = {True: "✓", False: "✗", None: "·"}[check.ok]
    return Line(f"{mark} {check.name}", check.detail, Tone.BAD if check.ok is False else Tone.NORMAL)


def rehearsal_groups(rehearsal: Rehearsal, *, losses: bool = True) -> tuple[Group, ...]:
    """What somebody must know before applying, the gravest first; empty groups are left out.

    Without `losses` where they are told beside it.
    """
    lost = _losses(rehearsal) if losses else ()
    groups = (
        Group(f"Would be lost ({len(lost)})", lost, Tone.BAD),
        Group(f"Named by the migrations ({len(rehearsal.notes)})", _notes(rehearsal), Tone.WARNING),
        Group("Schema", _schema(rehearsal)),
        Group("Rows per table", _rows(rehearsal)),
        Group(_checks_title(rehearsal), tuple(check_line(check) for check in rehearsal.checks)),
    )
    return tuple(group for group in groups if group.lines)


def _losses(rehearsal: Rehearsal) -> tuple[Line, ...]:
    return tuple(Line(loss.text, "", Tone.BAD) for loss in rehearsal.losses)


def _notes(rehearsal: Rehearsal) -> tuple[Line, ...]:
    return tuple(Line(text, f"{count:,}", Tone.WARNING) for text, count in rehearsal.notes)


def _schema(rehearsal: Rehearsal) -> tuple[Line, ...]:
    difference = rehearsal.difference
    return (
        *(Line(f"+ {item.name}", item.kind, Tone.GOOD) for item in difference.added),
        *(Line(f"- {item.name}", item.kind, Tone.WARNING) for item in difference.removed),
        *(Line(f"~ {item.name}", f"{item.kind}, changed", Tone.WARNING) for _, item in difference.changed),
    )


def _rows(rehearsal: Rehearsal) -> tuple[Line, ...]:
    before, after = rehearsal.rows_before, rehearsal.rows_after
    return tuple(
        Line(table, f"{_count(before.get(table))} → {_count(after.get(table))}", _row_tone(before, after, table))
        for table in dict.fromkeys((*before, *after))
    )


def _count(rows: int | None) -> str:
    return "none" if rows is None else f"{rows:,}"


def _row_tone(before: dict[str, int], after: dict[str, int], table: str) -> Tone:
    if before.get(table) == after.get(table):
        return Tone.MUTED
    return Tone.WARNING if after.get(table, 0) < before.get(table, 0) else Tone.NORMAL


def _checks_title(rehearsal: Rehearsal) -> str:
    passed = sum(check.ok for check in rehearsal.checks)
    return f"Checks ({passed} of {len(rehearsal.checks)} passed)"
