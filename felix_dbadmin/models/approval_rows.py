"""The approval queue as a table: who asks for what, how long ago, and how long there is to answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from felix_dbadmin.core.analytics.panel import State
from felix_dbadmin.core.analytics.requests import Approval, Queue, Standing
from felix_dbadmin.core.text import age_text, count_text, duration_text, time_text
from felix_dbadmin.models.panel_text import NOTHING
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column

_SOON = 300.0
"""Seconds before the expiry from which on it is marked."""


class Part(StrEnum):
    """Of the queue that is listed."""

    WAITING = "Waiting"
    LAPSED = "Too late"
    DECIDED = "Answered"


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request as it reads at one moment."""

    approval: Approval
    now: float

    @property
    def expired(self) -> bool:
        """Also where its time ran out since the queue was read."""
        expires = self.approval.expires
        return self.approval.standing is Standing.EXPIRED or (expires is not None and expires <= self.now)

    @property
    def age(self) -> str:
        requested = self.approval.requested
        return NOTHING if requested is None else age_text(requested, self.now)

    @property
    def left(self) -> str:
        """'4 min 10 s', 'never', 'expired'."""
        approval = self.approval
        if approval.expiry_unreadable:
            return "expiry is no time"
        if approval.expires is None:
            return "never"
        return "expired" if self.expired else f"in {duration_text(max(1.0, approval.expires - self.now))}"

    @property
    def tone(self) -> Tone:
        expires = self.approval.expires
        if self.expired:
            return Tone.BAD
        return Tone.WARNING if expires is not None and expires - self.now < _SOON else Tone.NORMAL

    @property
    def answer(self) -> str:
        """'approved by maria'; for what nobody answered how it stands."""
        by = f" by {self.approval.by}" if self.approval.by else ""
        return f"{self.approval.standing}{by}"

    @property
    def answered(self) -> str:
        """Who, when and why, a line each."""
        return "\n".join(each for each in (self.answer, moment(self.approval.at), self.approval.reason) if each)

    @property
    def answerable(self) -> bool:
        return self.approval.standing is Standing.WAITING and not self.expired

    @property
    def warning(self) -> str:
        """Why the answer can only be no; '' where it is free."""
        if self.approval.hidden:
            return f"{self.approval.hidden} It can only be denied."
        other = self.approval.other_command
        return f"What Felix would run is another command: {other}" if other else ""


COLUMNS: tuple[Column[ApprovalRow], ...] = (
    Column("ID", lambda row: str(row.approval.ident), number=True),
    Column("Asked", lambda row: row.age, tooltip=lambda row: moment(row.approval.requested)),
    Column(
        "Expires", lambda row: row.left, tone=lambda row: row.tone, tooltip=lambda row: moment(row.approval.expires)
    ),
    Column("Trust", lambda row: row.approval.trust),
    Column("Risk", lambda row: row.approval.risk),
    Column("Agent", lambda row: row.approval.agent),
    Column("Command", lambda row: row.approval.command),
    Column(
        "Answer",
        lambda row: row.answer,
        tooltip=lambda row: "\n".join(
            each for each in (row.answer, moment(row.approval.at), row.approval.reason) if each
        ),
    ),
)
COMMAND = 6
"""Its column."""


def moment(value: float | None) -> str:
    return "" if value is None else time_text(value)


def rows_of(queue: Queue, part: Part, now: float) -> tuple[ApprovalRow, ...]:
    listed = {Part.WAITING: queue.waiting, Part.LAPSED: queue.lapsed, Part.DECIDED: queue.decided}[part]
    return tuple(ApprovalRow(approval, now) for approval in listed)


def part_title(queue: Queue, part: Part) -> str:
    """'Waiting (3)'"""
    standings = {
        Part.WAITING: (Standing.WAITING,),
        Part.LAPSED: (Standing.EXPIRED, Standing.RUN_UNANSWERED),
        Part.DECIDED: (Standing.APPROVED, Standing.DENIED),
    }[part]
    return f"{part} ({queue.count(*standings):,})"


def queue_text(queue: Queue) -> str:
    """What the queue as a whole says."""
    if queue.state is State.NOT_MIGRATED:
        return "There is no approval queue yet: a migration makes it."
    if queue.state is State.EMPTY:
        return "No command has ever asked for approval."
    waiting = queue.count(Standing.WAITING)
    if not waiting:
        return "No command waits for an answer."
    shown = f"; the {len(queue.waiting):,} that expire first are listed" if len(queue.waiting) < waiting else ""
    return f"{count_text(waiting, 'command waits', 'commands wait')} for an answer{shown}."


def details_of(row: ApprovalRow) -> str:
    """All that is known of a request but its command, a line each."""
    approval = row.approval
    lines = [
        f"Asked by {approval.agent or 'nobody named'}, {moment(approval.requested) or 'time not known'} ({row.age})",
        f"Trust level: {approval.trust or 'not said'}",
        f"Risk: {approval.risk or 'not said'}",
        f"Context: {approval.context or 'none given'}",
        f"Expires: {row.left}{f' ({moment(approval.expires)})' if approval.expires is not None else ''}",
    ]
    if approval.decided:
        lines.append(f"Answer: {row.answer} {moment(approval.at)}{f': {approval.reason}' if approval.reason else ''}")
        lines.append("Its command has run." if approval.executed else "Its command has not run yet.")
    elif approval.standing is not Standing.WAITING:
        lines.append(f"State: {approval.standing}")
    return "\n".join(lines)
