"""How the window says what core found: states, reasons and versions in words, with the tone they are meant in."""

from __future__ import annotations

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.plan import AppliedMigration
from felix_dbadmin.core.migrate.status import ComponentStatus, WorkspaceStatus
from felix_dbadmin.core.text import age_text, bytes_text, count_text, time_text
from felix_dbadmin.models.roles import Tone

_REASONS = {
    "pre_migration": "Before a migration",
    "pre_rollback": "Before a rollback",
    "pre_repair": "Before a repair",
    "pre_rebuild": "Before a rebuild of search indexes",
    "pre_optimise": "Before search indexes were optimised",
    "pre_restore": "Before a restore",
    "manual": "By hand",
    "scheduled": "Made by a timer",
}

_STATES = {
    "ours": "Applied",
    "adopted": "Applied by another tool",
    "changed": "Applied; file changed since",
    "missing": "Applied; file missing",
    "foreign": "Unknown here",
}

_STATE_TONES = {"ours": Tone.GOOD, "adopted": Tone.GOOD}


def version_text(status: ComponentStatus) -> str:
    """'1 of 2', '?' where nobody can know it now."""
    if status.trouble is not None:
        return "?"
    return f"{status.version} of {status.latest}" if status.latest else str(status.version)


def health_tone(status: ComponentStatus) -> Tone:
    if status.trouble is not None:
        return Tone.WARNING if status.locked or status.unaccepted else Tone.BAD
    if status.conflicting:
        return Tone.WARNING
    if not status.exists:
        return Tone.MUTED
    return Tone.NORMAL if status.pending else Tone.GOOD


def headline(status: ComponentStatus) -> str:
    """File, version and size of a component, for the line under its title; its health is told by the sentence after."""
    size = bytes_text(status.size) if status.exists else "no file yet"
    if status.trouble is not None:
        return " · ".join((status.database, size, status.health))
    return " · ".join((status.database, f"version {version_text(status)}", size))


def situation(status: ComponentStatus) -> str:
    """One sentence on what the state means and what can be done about it."""
    if status.trouble is not None:
        return f"{status.trouble.summary} {trouble_hint(status)}"
    return " ".join(part for part in (_state(status), status.advice) if part)


def _state(status: ComponentStatus) -> str:
    if status.foreign:
        return "Another tool recorded migrations that are unknown here. The database is only read."
    if not status.writable:
        return "The file, or its folder, is read-only: it can be looked at and rehearsed, not changed."
    if not status.exists:
        return "Not created yet: normal before Felix first ran. Applying the migrations makes the file."
    if not status.initialised:
        return "The file has no base schema yet. Applying the migrations makes it first."
    if status.drift:
        number = len(status.drift)
        are = f"{count_text(number, 'object')} {'is' if number == 1 else 'are'} not as the migrations make"
        repair = " Repair makes them anew." if any(drift.repairable for drift in status.drift) else ""
        return f"{are} {'it' if number == 1 else 'them'}: {status.drift[0].text}.{repair}"
    if status.deviating:
        return "A migration's file is no longer the one that was applied."
    if status.pending:
        number = len(status.pending)
        they = "it" if number == 1 else "they"
        return f"{count_text(number, 'migration')} pending. A dry run shows what {they} would do, on a copy."
    return f"Up to date at version {status.version}."


def trouble_hint(status: ComponentStatus) -> str:
    """What to do about what keeps a component from being read; a lock passes by itself."""
    if status.trouble is None:
        return ""
    if status.locked:
        return "Let that program finish, or close it (often Felix itself). It is read as soon as the lock is free."
    if status.unaccepted:
        return "Migrations are code: read and accept them once, then they can run."
    return status.trouble.hint


def trouble_icon(status: ComponentStatus) -> str:
    """What keeps a component from being read, as an icon."""
    if status.unaccepted:
        return "unaccepted"
    return "locked" if status.locked else "bad"


def fleet_text(status: WorkspaceStatus) -> str:
    """'5 components, 7 pending'."""
    return f"{count_text(len(status.components), 'component')}, {status.pending:,} pending"


def fleet_health(status: WorkspaceStatus) -> tuple[str, Tone]:
    """The gravest thing to know of all components together."""
    locked = len(status.locked)
    unaccepted = sum(component.unaccepted for component in status.components)
    unreadable = sum(component.trouble is not None for component in status.components) - locked - unaccepted
    conflicting = sum(component.conflicting for component in status.components if component.trouble is None)
    if unreadable:
        return f"{unreadable} cannot be read", Tone.BAD
    if unaccepted:
        return f"{unaccepted} not accepted", Tone.WARNING
    if locked:
        return f"{locked} locked", Tone.WARNING
    if conflicting:
        return f"{conflicting} to look at", Tone.WARNING
    return (f"{status.pending:,} pending", Tone.NORMAL) if status.pending else ("Up to date", Tone.GOOD)


def backups_text(count: int, newest: float | None, now: float) -> str:
    """'3, 2 h ago': how many, and how old the newest is."""
    return f"{count:,}, {age_text(newest, now)}" if newest is not None else "none"


def state_text(item: AppliedMigration, *, drifted: bool = False) -> str:
    """Where its objects drifted, that is said instead of who applied it: it matters more, and there is little room."""
    state = _STATES.get(item.state, item.state)
    if not drifted:
        return state
    return f"{_STATES['ours'] if item.state == 'adopted' else state}; drifted"


def drifted_in(item: AppliedMigration, status: ComponentStatus) -> str:
    """What of this migration's objects is not as it makes them, one a line; '' where nothing is."""
    return "\n".join(drift.text for drift in status.drift if drift.version == item.version)


def state_tone(item: AppliedMigration) -> Tone:
    return _STATE_TONES.get(item.state, Tone.WARNING)


def reason_text(backup: Backup) -> str:
    return _REASONS.get(backup.reason, backup.reason or "Not said")


def why_text(backup: Backup) -> str:
    """'Before migrations 0 → 2', 'By hand'; for a file that nothing is known of, that nobody said."""
    return backup.why or backup.reason or "Not said"


def inside_text(backup: Backup) -> str:
    """The version inside a backup; only its manifest can say."""
    if backup.manifest is None:
        return "not known"
    return f"version {max((version for version, _ in backup.versions), default=0)}"


def verified_text(backup: Backup) -> str:
    if backup.problem:
        return "Manifest unusable"
    if backup.manifest is None:
        return "No manifest"
    if backup.manifest.problems:
        return "Damaged"
    return f"Verified {time_text(backup.verified_at)}" if backup.verified_at else "Not verified"


def verified_tone(backup: Backup) -> Tone:
    if backup.problem or (backup.manifest is not None and backup.manifest.problems):
        return Tone.BAD
    return Tone.GOOD if backup.verified_at else Tone.WARNING


def proven_text(backup: Backup) -> str:
    """Whether a test restore went well, and how long ago."""
    return f"Proven {age_text(backup.proven_at)}" if backup.proven_at else "Not tried"


def proven_tone(backup: Backup) -> Tone:
    return Tone.GOOD if backup.proven_at else Tone.MUTED


def kept_text(backup: Backup) -> str:
    return "Protected" if backup.protected else ""
