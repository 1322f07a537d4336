"""Which actions make sense as things stand, and why the others do not. One place, and no widget in it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.status import ComponentStatus, WorkspaceStatus
from felix_dbadmin.views.action_spec import ActionSpec
from felix_dbadmin.views.do import Do


@dataclass(frozen=True, slots=True)
class Situation:
    """What is open, what is selected in it, and the title of what is running ('' for nothing)."""

    folder: Path | None = None
    status: WorkspaceStatus | None = None
    component: ComponentStatus | None = None
    backup: Backup | None = None
    busy: str = ""
    rows: tuple[str, ...] = ()
    """Words of a command line for the rows that are selected in the comparison."""


ALWAYS = frozenset(
    {
        Do.QUIT,
        Do.PALETTE,
        Do.MIGRATIONS_TAB,
        Do.BACKUPS_TAB,
        Do.SEARCH_TAB,
        Do.SEARCH,
        Do.TIMELINE_TAB,
        Do.AGENTS_TAB,
        Do.COMMANDS_TAB,
        Do.WORKFLOWS_TAB,
        Do.TASKS_TAB,
        Do.APPROVALS,
        Do.NEXT_PANE,
        Do.PREVIOUS_PANE,
        Do.ACTIVITY,
        Do.LIGHT,
        Do.DARK,
        Do.SYSTEM,
        Do.ABOUT,
    }
)
"""What changes no more than the window itself."""

_SEARCHING = frozenset({Do.SAVE_SEARCH, Do.EXPORT_HITS, Do.CHECK_INDEXES})
"""What only reads, and goes on beside whatever runs."""

_WRITING = (Do.APPLY, Do.ROLL_BACK, Do.REPAIR, Do.RESTORE, Do.BRING_BACK)
"""What changes the selected component's database."""


def waiting_code(now: Situation) -> tuple[str, ...]:
    """Whose code waits to be accepted: the selected component, or every one where none is selected."""
    chosen = (now.component,) if now.component else now.status.components if now.status else ()
    return tuple(component.name for component in chosen if component.unaccepted)


def can_be_backed_up(component: ComponentStatus) -> bool:
    """A backup runs no code of the component's."""
    return component.exists and (component.trouble is None or component.unaccepted)


def availability(now: Situation) -> dict[Do, str]:
    """For every action the reason why it cannot be used, '' where it can."""
    reasons = dict.fromkeys(Do, "")
    if now.busy:
        for do in set(Do) - ALWAYS - _SEARCHING - {Do.REFRESH, Do.GO_TO, Do.STOP}:
            reasons[do] = f"“{now.busy}” is running."
        return reasons
    if now.folder is None:
        reasons[Do.REFRESH] = "No folder is open."
    pending = any(_pending(component) == "" for component in now.status.components) if now.status else False
    present = any(can_be_backed_up(component) for component in now.status.components) if now.status else False
    component = now.component
    reasons |= {
        Do.STOP: "Nothing is running.",
        **dict.fromkeys(_SEARCHING, _unread(now)),
        Do.GO_TO: _unread(now),
        Do.APPLY_ALL: _unread(now) or ("" if pending else "Nothing is pending in any component."),
        Do.BACK_UP_ALL: _unread(now) or ("" if present else "No component has a database yet."),
        Do.DRY_RUN: _unselected(now) or (component and _rehearsable(component)) or "",
        Do.APPLY: _unselected(now) or (component and _pending(component)) or "",
        Do.ROLL_BACK: _unselected(now) or (component and _revertible(component)) or "",
        Do.REPAIR: _unselected(now) or (component and _repairable(component)) or "",
        Do.VERIFY: _unselected(now) or (component and _readable(component)) or "",
        Do.TRUST: _unread(now) or _acceptable(now),
        Do.BACK_UP: _unselected(now) or (component and _present(component)) or "",
        Do.VERIFY_BACKUP: _unselected(now) or ("" if now.backup else "Select a backup first."),
        Do.RESTORE: _unselected(now) or ("" if now.backup else "Select a backup first."),
        Do.PROVE: _unchosen(now),
        Do.COMPARE: _unchosen(now) or (component and _present(component)) or "",
        Do.BRING_BACK: _unchosen(now) or (component and _readable(component)) or "",
        Do.RESTORE_COPY: _unchosen(now),
        Do.EXPORT: _unchosen(now),
        Do.PROTECT: _unchosen(now) or (now.backup and _protectable(now.backup, True)) or "",
        Do.UNPROTECT: _unchosen(now) or (now.backup and _protectable(now.backup, False)) or "",
        Do.DELETE_BACKUP: _unchosen(now) or ("It is protected." if now.backup and now.backup.protected else ""),
        Do.RETENTION: _unread(now) or ("" if _backed_up(now) else "There is no backup yet."),
        Do.COMPRESS: _unread(now) or ("" if _backed_up(now) else "There is no backup yet."),
    }
    if component is not None and component.locked:
        reasons[Do.RESTORE] = reasons[Do.RESTORE] or _unreadable(component)
    if component is not None and not component.writable:
        for do in _WRITING:
            reasons[do] = reasons[do] or f"{component.database}, or its folder, is read-only."
    return reasons


def command_of(spec: ActionSpec, now: Situation) -> str:
    """The command line that does the same here, '' where there is none or something is not selected."""
    known = {
        "folder": (str(now.folder),) if now.folder else (),
        "component": (now.component.name,) if now.component else (),
        "backup": (now.backup.name,) if now.backup else (),
        "rows": now.rows,
    }
    if any(f"{{{name}}}" in spec.command and not words for name, words in known.items()):
        return ""
    return spec.command.format(**{name: shlex.join(words) for name, words in known.items()})


def _unread(now: Situation) -> str:
    if now.folder is None:
        return "No folder is open."
    return "" if now.status is not None else "The databases are being read."


def _unselected(now: Situation) -> str:
    return _unread(now) or ("" if now.component else "Select a component first.")


def _unchosen(now: Situation) -> str:
    return _unselected(now) or ("" if now.backup else "Select a backup first.")


def _protectable(backup: Backup, protected: bool) -> str:
    if backup.manifest is None:
        return "It has no manifest that could say so."
    if backup.protected == protected:
        return "It is protected already." if protected else "It is not protected."
    return ""


def _backed_up(now: Situation) -> bool:
    return now.status is not None and any(component.backups for component in now.status.components)


def _present(component: ComponentStatus) -> str:
    if component.locked:
        return _unreadable(component)
    return "" if component.exists else f"{component.database} does not exist yet."


def _acceptable(now: Situation) -> str:
    if waiting_code(now):
        return ""
    return f"{now.component.name} has no code that waits." if now.component else "No code waits to be accepted."


def _unreadable(component: ComponentStatus) -> str:
    if component.unaccepted:
        return f"The code of {component.name} is not accepted yet: read and accept it first."
    return f"{component.database} is locked." if component.locked else f"{component.database} cannot be read."


def _readable(component: ComponentStatus) -> str:
    if component.trouble is not None:
        return _unreadable(component)
    return _present(component)


def _ours(component: ComponentStatus) -> str:
    if component.trouble is not None:
        return _unreadable(component)
    return f"{component.database} has migrations that are unknown here." if component.foreign else ""


def _pending(component: ComponentStatus) -> str:
    """What waits to be accepted may be pending: it is read and accepted first."""
    if component.unaccepted:
        return ""
    return _ours(component) or ("" if component.pending else f"{component.name} has nothing pending.")


def _repairable(component: ComponentStatus) -> str:
    if any(drift.repairable for drift in component.drift):
        return _ours(component)
    return _ours(component) or f"{component.name} has nothing to repair."


def _rehearsable(component: ComponentStatus) -> str:
    """A dry run shows what is pending, or else what a repair would do."""
    reason = _pending(component)
    return "" if reason == "" or _repairable(component) == "" else reason


def _revertible(component: ComponentStatus) -> str:
    if reason := _ours(component):
        return reason
    if not component.applied:
        return f"{component.name} has no migration applied."
    latest = max(component.applied, key=lambda item: (item.sequence, item.version))
    if latest.migration is None:
        return f"Migration {latest.version} cannot be rolled back: its file is missing."
    if not latest.migration.reversible:
        return f"Migration {latest.version} cannot be rolled back: {latest.migration.irreversible}."
    return ""
