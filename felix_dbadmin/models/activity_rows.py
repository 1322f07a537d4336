"""What was done and is being done, as rows: the jobs of this window, and what the journal holds from before."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from felix_dbadmin.core.activity import Activity
from felix_dbadmin.core.text import duration_text, time_text
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column

QUEUED, RUNNING, STOPPING = "Waiting", "Running", "Stopping…"
DONE, FAILED, CANCELLED, INTERRUPTED, UNKNOWN = "Done", "Failed", "Cancelled", "Interrupted", "Running elsewhere"
FAULTS = "Faults found"
"""The work came to its end, and what it looked at is not as it should be."""

BACKUPS = "backups"
"""What work on the backups of all components has instead of a component; in the journal it has none."""

_OUTCOMES = {"done": DONE, "failed": FAILED, "cancelled": CANCELLED, "interrupted": INTERRUPTED, "": UNKNOWN}
_TONES = {
    DONE: Tone.GOOD,
    FAULTS: Tone.WARNING,
    FAILED: Tone.BAD,
    CANCELLED: Tone.MUTED,
    INTERRUPTED: Tone.WARNING,
}
_ICONS = {DONE: "good", FAULTS: "warning", FAILED: "bad", CANCELLED: "absent", INTERRUPTED: "warning"}

_SAID_BY_STATE = "Cancelled."
"""What the journal has of work that was stopped: its state says so already."""


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One piece of work. Times in Unix seconds, `elapsed` in seconds; `percent` is -1 where nobody can know it."""

    key: str
    what: str
    component: str
    started: float
    elapsed: float
    state: str
    detail: str = ""
    command: str = ""
    log: tuple[str, ...] = ()
    percent: int = -1

    @property
    def live(self) -> bool:
        """A job of this window that has not ended."""
        return self.state in (QUEUED, RUNNING, STOPPING)

    @property
    def tone(self) -> Tone:
        return _TONES.get(self.state, Tone.NORMAL)

    @property
    def icon(self) -> str:
        return _ICONS.get(self.state, "waiting")

    @property
    def state_text(self) -> str:
        return f"{self.state}, {self.percent} %" if self.state == RUNNING and self.percent >= 0 else self.state

    @property
    def text(self) -> str:
        """All that is known, for reading and copying."""
        head = f"{time_text(self.started)}  {self.what}: {self.state_text.lower()}, {duration_text(self.elapsed)}"
        command = f"$ {self.command}" if self.command else ""
        return "\n".join(part for part in (head, self.detail, command, *self.log) if part)


def journal_row(entry: Activity) -> ActivityRow:
    ended = time.time() if entry.ended is None else entry.ended
    return ActivityRow(
        key=entry.ident,
        what=entry.what,
        component=entry.component,
        started=entry.started,
        elapsed=max(0.0, ended - entry.started),
        state=FAULTS if entry.faulty else _OUTCOMES.get(entry.outcome, entry.outcome.capitalize()),
        detail=said(entry.detail),
        command=entry.command,
    )


def said(detail: str) -> str:
    """What there is to say beside the state."""
    return detail.removeprefix(_SAID_BY_STATE).strip()


def merged(jobs: Sequence[ActivityRow], journal: Sequence[Activity]) -> tuple[ActivityRow, ...]:
    """Newest first. What the journal says of a job of this window goes into the job's row.

    A component is held by one piece of work at a time, so an entry that began while a job of the same component
    ran is that job's.
    """
    rows: list[ActivityRow] = []
    left = list(journal)
    for job in jobs:
        own = [entry for entry in left if _is_of(entry, job)]
        left = [entry for entry in left if entry not in own]
        rows.append(_completed(job, own[0]) if own else job)
    rows += [journal_row(entry) for entry in left]
    return tuple(sorted(rows, key=lambda row: row.started, reverse=True))


def _is_of(entry: Activity, job: ActivityRow) -> bool:
    return (entry.component or BACKUPS) == job.component and job.started <= entry.started <= job.started + job.elapsed


def _completed(job: ActivityRow, entry: Activity) -> ActivityRow:
    return replace(
        job,
        state=FAULTS if entry.faulty and job.state == DONE else job.state,
        detail=job.detail or said(entry.detail),
        command=job.command or entry.command,
    )


ACTIVITY_COLUMNS: tuple[Column[ActivityRow], ...] = (
    Column("State", lambda row: row.state_text, tone=lambda row: row.tone, icon=lambda row: row.icon),
    Column("What", lambda row: row.what),
    Column("Component", lambda row: row.component),
    Column("Started", lambda row: time_text(row.started)),
    Column("Took", lambda row: duration_text(row.elapsed), number=True),
    Column("Found", lambda row: row.detail),
)
