"""The versions of a component as points on a line, and what can be asked for at each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from felix_dbadmin.core.migrate.plan import AppliedMigration, Direction, Request
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import list_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.wording import state_text, state_tone


class Mark(StrEnum):
    APPLIED = "●"
    PENDING = "○"
    FOREIGN = "◆"
    CHANGED = "▲"


MEANINGS = {
    Mark.APPLIED: "applied",
    Mark.PENDING: "pending",
    Mark.FOREIGN: "unknown here",
    Mark.CHANGED: "drifted, or its file changed",
}


@dataclass(frozen=True, slots=True)
class VersionPoint:
    version: int
    mark: Mark
    text: str
    """'2 Full-text search: Applied'."""
    tone: Tone
    current: bool = False
    """The component stands here."""


def version_points(status: ComponentStatus) -> tuple[VersionPoint, ...]:
    """By version, from 0 (the base schema) where there is something to go back from."""
    points = [_applied(item, status) for item in status.applied]
    points += [
        VersionPoint(item.version, Mark.PENDING, f"{item.version} {item.description}: Pending", Tone.NORMAL)
        for item in status.pending
    ]
    if points:
        mark = Mark.APPLIED if status.initialised else Mark.PENDING
        made = "Base schema" if status.initialised else "Base schema, not made yet"
        points.append(VersionPoint(0, mark, f"0 {made}", Tone.MUTED, current=status.version == 0))
    return tuple(sorted(points, key=lambda point: point.version))


def legend(points: tuple[VersionPoint, ...]) -> str:
    """'● applied  ○ pending': the marks that occur."""
    found = {point.mark for point in points}
    return "   ".join(f"{mark} {meaning}" for mark, meaning in MEANINGS.items() if mark in found)


def _applied(item: AppliedMigration, status: ComponentStatus) -> VersionPoint:
    mark = {"foreign": Mark.FOREIGN, "changed": Mark.CHANGED, "missing": Mark.CHANGED}.get(item.state, Mark.APPLIED)
    text, tone = f"{item.version} {item.description}: {state_text(item)}", state_tone(item)
    drifted = [drift.text for drift in status.drift if drift.version == item.version]
    if drifted and mark is Mark.APPLIED:
        mark, text, tone = Mark.CHANGED, f"{text}; {list_text(drifted)}", Tone.WARNING
    return VersionPoint(item.version, mark, text, tone, current=item.version == status.version)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a version offers: a request, or else the reason why there is none."""

    text: str
    request: Request | None = None
    reason: str = ""


def choice_at(status: ComponentStatus, version: int) -> Choice:
    """What going to this version takes."""
    name = status.name
    if any(item.version == version for item in status.pending):
        late = version < status.version
        text = f"Apply {version} late…" if late else f"Apply up to {version}…"
        request = Request(name, Direction.UP, version, out_of_order=late)
        return _unless(text, request, _closed(status))
    later = [item for item in status.applied if item.version > version]
    if not later:
        here = f"{name} is at version {version}."
        return Choice(here, reason=here)
    text = f"Roll back to {version}…" if version else "Roll back everything, to 0…"
    stuck = next((item for item in later if item.migration is None or not item.migration.reversible), None)
    reason = _closed(status)
    if stuck is not None and not reason:
        why = stuck.migration.irreversible if stuck.migration else "its file is missing"
        reason = f"Migration {stuck.version} cannot be rolled back: {why}. Restore the backup from before it instead."
    return _unless(text, Request(name, Direction.DOWN, version), reason)


def _closed(status: ComponentStatus) -> str:
    if status.trouble is not None:
        return f"{status.database} is locked." if status.locked else f"{status.database} cannot be read."
    return f"{status.database} has migrations that are unknown here: it is only read." if status.foreign else ""


def _unless(text: str, request: Request, reason: str) -> Choice:
    return Choice(text, None, reason) if reason else Choice(text, request)
