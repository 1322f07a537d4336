"""Where actions become work: starts the flow for each, one at a time, and passes on what it has to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.asked import asked_by
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import list_text
from felix_dbadmin.views.actions import SPECS
from felix_dbadmin.views.availability import Situation, can_be_backed_up, command_of, waiting_code
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.flows.backing_up import BackUpFlow, VerifyBackupFlow, VerifyComponentFlow
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.flows.migrating import ChangeFlow
from felix_dbadmin.views.flows.rehearsing import DryRunFlow, RehearsingFlow
from felix_dbadmin.views.flows.restoring import RestoreFlow
from felix_dbadmin.views.flows.returning import ReturnFlow
from felix_dbadmin.views.flows.sampling import SampleFlow
from felix_dbadmin.views.flows.trusting import TrustFlow
from felix_dbadmin.views.notice import Kind, Notice, Place, Returns, Undo


class Desk(QObject):
    """Knows what is selected because it is told; every slot here is the work of one action."""

    noticed = Signal(object)
    """Notice"""
    rehearsed = Signal(object)
    """tuple of Rehearsal"""
    busy_changed = Signal(str)
    """The title of what runs now, '' for nothing."""
    waiting = Signal(str)
    """What runs in the background cannot go on without somebody; `come_forward` asks them."""
    background_changed = Signal(bool)
    """Whether what runs now goes on without its dialog."""
    folder_made = Signal(object)
    """Path of a workspace that was made."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around.window)
        self._around = around
        self._now = Situation()
        self._flow: Flow | None = None

    @property
    def flow(self) -> Flow | None:
        """What runs now."""
        return self._flow

    @property
    def writing(self) -> bool:
        """Whether a database is being changed right now."""
        return self._flow is not None and self._flow.writing

    def set_situation(self, now: Situation) -> None:
        self._now = now

    @property
    def now(self) -> Situation:
        """What is selected."""
        return self._now

    @property
    def here(self) -> Surroundings:
        """What a flow in the open folder works with."""
        return self._here()

    def run(self, flow: Flow) -> None:
        """Start a flow that was made elsewhere, unless one runs."""
        self._run(flow)

    def slots(self) -> Mapping[Do, Callable[[], None]]:
        """The slot of every action that is work. A new action needs a line here, and none in the window."""
        return {
            Do.DRY_RUN: self.start_dry_run,
            Do.APPLY: self.start_apply,
            Do.APPLY_ALL: self.start_apply_all,
            Do.ROLL_BACK: self.start_roll_back,
            Do.REPAIR: self.start_repair,
            Do.VERIFY: self.start_verify,
            Do.TRUST: self.start_trust,
            Do.BACK_UP: self.start_back_up,
            Do.BACK_UP_ALL: self.start_back_up_all,
            Do.VERIFY_BACKUP: self.start_verify_backup,
            Do.RESTORE: self.start_restore,
            Do.STOP: self.stop,
        }

    @Slot()
    def stop(self) -> None:
        """Ask what runs now to stop."""
        if self._flow is not None:
            self._flow.cancel()

    @Slot()
    def come_forward(self) -> None:
        """Show the progress of what runs now."""
        if self._flow is not None:
            self._flow.come_forward()

    @Slot()
    def start_dry_run(self) -> None:
        component = self._component()
        if component is None:
            return
        direction = Direction.UP if component.pending or component.unaccepted else Direction.REPAIR
        self._run(DryRunFlow(f"Dry run of {component.name}", self._here(), (Request(component.name, direction),)))

    @Slot()
    def start_apply(self) -> None:
        self._change("Apply to", Direction.UP)

    @Slot()
    def start_apply_all(self) -> None:
        if self._now.status is not None:
            components = self._now.status.components
            chosen = [each for each in components if (each.pending and not each.foreign) or each.unaccepted]
            requests = tuple(Request(each.name) for each in chosen)
            if requests:
                self._run(ChangeFlow("Apply all", self._here(), requests))

    @Slot()
    def start_roll_back(self) -> None:
        self._change("Roll back", Direction.DOWN)

    @Slot()
    def start_repair(self) -> None:
        self._change("Repair", Direction.REPAIR)

    @Slot(object)
    def start_change(self, request: Request) -> None:
        """Review exactly this request: to a version that was chosen on a page."""
        verb = {Direction.UP: "Apply to", Direction.DOWN: "Roll back"}.get(request.direction)
        what = f"{request.index} of {request.component}" if request.index else request.component
        self._run_change(f"{verb or request.direction.capitalize()} {what}", request)

    @Slot(object)
    def start_again(self, requests: tuple[Request, ...]) -> None:
        """Review once more what failed, or what of it is left."""
        if len(requests) == 1:
            self.start_change(requests[0])
        elif requests:
            self._run(ChangeFlow("Apply all", self._here(), requests))

    @Slot(str)
    def start_command(self, command: str) -> None:
        """Do once more what this command did: review the change, or rehearse it."""
        asked = asked_by(command)
        if asked is None or self._now.folder is None:
            return
        if asked.folder and Path(asked.folder) != self._now.folder:
            self.noticed.emit(Notice(Kind.INFO, f"That was in {asked.folder}.", "Open that folder first."))
        elif asked.rehearsal:
            title = f"Dry run of {asked.request.component}"
            self._run(DryRunFlow(title, self._here(), (asked.request,)))
        else:
            self.start_change(asked.request)

    @Slot()
    def start_verify(self) -> None:
        component = self._component()
        if component is not None:
            self._run(VerifyComponentFlow(f"Verify {component.name}", self._here(), component.name), Do.VERIFY)

    @Slot()
    def start_trust(self) -> None:
        names = waiting_code(self._now)
        if names:
            self._run(TrustFlow(f"Accept the code of {list_text(names)}", self._here(), names))

    @Slot()
    def start_back_up(self) -> None:
        component = self._component()
        if component is not None:
            self._run(BackUpFlow(f"Back up {component.name}", self._here(), (component.name,)), Do.BACK_UP)

    @Slot()
    def start_back_up_all(self) -> None:
        if self._now.status is not None:
            names = tuple(each.name for each in self._now.status.components if can_be_backed_up(each))
            if names:
                self._run(BackUpFlow("Back up all", self._here(), names), Do.BACK_UP_ALL)

    @Slot()
    def start_verify_backup(self) -> None:
        component, backup = self._component(), self._now.backup
        if component is not None and backup is not None:
            title = f"Verify {backup.name}"
            self._run(VerifyBackupFlow(title, self._here(), component.name, backup.name), Do.VERIFY_BACKUP)

    @Slot()
    def start_restore(self) -> None:
        component, backup = self._component(), self._now.backup
        if component is not None and backup is not None:
            self._restore(component, backup)

    @Slot(object)
    def start_undo(self, undo: Undo | Returns) -> None:
        """Put back what was taken before a change; through the same questions as any restore."""
        undos = undo.undos if isinstance(undo, Returns) else (undo,)
        pairs = tuple(pair for each in undos if (pair := self._found(each)) is not None)
        if len(pairs) < len(undos):
            return
        if isinstance(undo, Returns):
            self._run(ReturnFlow("Return to the backups", self._here(), pairs))
        else:
            self._restore(*pairs[0])

    def _found(self, undo: Undo) -> tuple[ComponentStatus, Backup] | None:
        """The component and the backup as they are now; says so where they are not there."""
        component = self._now.status.component(undo.component) if self._now.status else None
        listed = component.backups if component else ()
        backup = next((each for each in listed if undo.backup in (each.name, each.plain_name)), None)
        if component is None or backup is None:
            summary = f"{undo.backup} is not in the list of backups."
            self.noticed.emit(Notice(Kind.WARNING, summary, "Refresh, then look under Backups.", place=Place.BACKUPS))
            return None
        return component, backup

    @Slot(object)
    def start_sample(self, folder: Path) -> None:
        around = Surroundings(folder, self._around.jobs, self._around.look, self._around.window)
        flow = SampleFlow("Make sample data", around)
        flow.made.connect(self.folder_made)
        self._run(flow)

    def _restore(self, component: ComponentStatus, backup: Backup) -> None:
        self._run(RestoreFlow(f"Restore {component.name}", self._here(), component, backup))

    def _change(self, verb: str, direction: Direction) -> None:
        component = self._component()
        if component is not None:
            self._run_change(f"{verb} {component.name}", Request(component.name, direction))

    def _run_change(self, title: str, request: Request) -> None:
        component = self._now.status.component(request.component) if self._now.status else None
        backups = backups_before(component) if component else {}
        flow = ChangeFlow(title, self._here(), (request,), backups)
        flow.restore_wanted.connect(self.start_undo)
        self._run(flow)

    def _component(self) -> ComponentStatus | None:
        return self._now.component if self._now.folder is not None else None

    def _here(self) -> Surroundings:
        return Surroundings(self._now.folder or Path(), self._around.jobs, self._around.look, self._around.window)

    def _run(self, flow: Flow, do: Do | None = None) -> None:
        """Start it unless something runs; `do` is the action whose command does the same."""
        if self._flow is not None:
            flow.deleteLater()
            waiting = f"“{self._flow.title}” is still running; nothing else was started."
            self.noticed.emit(Notice(Kind.INFO, waiting, "Wait until it is done, or stop it in the activity panel."))
            return
        if do is not None:
            flow.command = command_of(SPECS[do], self._now)
        if isinstance(flow, RehearsingFlow) and self._now.status is not None:
            unread = {each.name for each in self._now.status.components if each.unaccepted}
            flow.code_first = not unread.isdisjoint(flow.components)
        self._flow = flow
        flow.noticed.connect(self.noticed)
        flow.rehearsed.connect(self.rehearsed)
        flow.background_changed.connect(self.background_changed)
        flow.waiting.connect(self.waiting)
        flow.ended.connect(self._forget)
        self.busy_changed.emit(flow.title)
        flow.start()

    @Slot()
    def _forget(self) -> None:
        self._flow = None
        self.busy_changed.emit("")


def backups_before(component: ComponentStatus) -> dict[int, Backup]:
    """For each applied version the backup from before it, where that is still there."""
    found = {each.plain_name: each for each in component.backups}
    return {item.version: found[item.backup] for item in component.applied if item.backup in found}
