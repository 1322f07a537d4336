"""Where actions become work: starts the flow for each, one at a time, and passes on what it has to say."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.migrate.plan import Direction, Request
from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.views.availability import Situation
from felix_dbadmin.views.flows.backing_up import BackUpFlow, VerifyBackupFlow, VerifyComponentFlow
from felix_dbadmin.views.flows.flow import Flow, Surroundings
from felix_dbadmin.views.flows.migrating import ChangeFlow, DryRunFlow
from felix_dbadmin.views.flows.restoring import RestoreFlow
from felix_dbadmin.views.flows.sampling import SampleFlow
from felix_dbadmin.views.notice import Kind, Notice, Place, Undo


class Desk(QObject):
    """Knows what is selected because it is told; every slot here is the work of one action."""

    noticed = Signal(object)
    """Notice"""
    rehearsed = Signal(object)
    """tuple of Rehearsal"""
    busy_changed = Signal(str)
    """The title of what runs now, '' for nothing."""
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

    @Slot()
    def start_dry_run(self) -> None:
        component = self._component()
        if component is None:
            return
        direction = Direction.UP if component.pending else Direction.REPAIR
        self._run(DryRunFlow(f"Dry run of {component.name}", self._here(), (Request(component.name, direction),)))

    @Slot()
    def start_apply(self) -> None:
        self._change("Apply to", Direction.UP)

    @Slot()
    def start_apply_all(self) -> None:
        if self._now.status is not None:
            names = [each.name for each in self._now.status.components if each.pending and not each.foreign]
            requests = tuple(Request(name) for name in names)
            if requests:
                self._run(ChangeFlow("Apply all", self._here(), requests))

    @Slot()
    def start_roll_back(self) -> None:
        self._change("Roll back", Direction.DOWN)

    @Slot()
    def start_repair(self) -> None:
        self._change("Repair", Direction.REPAIR)

    @Slot()
    def start_verify(self) -> None:
        component = self._component()
        if component is not None:
            self._run(VerifyComponentFlow(f"Verify {component.name}", self._here(), component.name))

    @Slot()
    def start_back_up(self) -> None:
        component = self._component()
        if component is not None:
            self._run(BackUpFlow(f"Back up {component.name}", self._here(), (component.name,)))

    @Slot()
    def start_back_up_all(self) -> None:
        if self._now.status is not None:
            names = tuple(each.name for each in self._now.status.components if each.exists and each.trouble is None)
            if names:
                self._run(BackUpFlow("Back up all", self._here(), names))

    @Slot()
    def start_verify_backup(self) -> None:
        component, backup = self._component(), self._now.backup
        if component is not None and backup is not None:
            title = f"Verify {backup.name}"
            self._run(VerifyBackupFlow(title, self._here(), component.name, backup.name))

    @Slot()
    def start_restore(self) -> None:
        component, backup = self._component(), self._now.backup
        if component is not None and backup is not None:
            self._restore(component, backup)

    @Slot(object)
    def start_undo(self, undo: Undo) -> None:
        """Put the backup back that was taken before a change; through the same questions as any restore."""
        component = self._now.status.component(undo.component) if self._now.status else None
        backup = next((each for each in component.backups if each.name == undo.backup), None) if component else None
        if component is None or backup is None:
            summary = f"{undo.backup} is not in the list of backups."
            self.noticed.emit(Notice(Kind.WARNING, summary, "Refresh, then look under Backups.", place=Place.BACKUPS))
        else:
            self._restore(component, backup)

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
            request = Request(component.name, direction)
            self._run(ChangeFlow(f"{verb} {component.name}", self._here(), (request,)))

    def _component(self) -> ComponentStatus | None:
        return self._now.component if self._now.folder is not None else None

    def _here(self) -> Surroundings:
        return Surroundings(self._now.folder or Path(), self._around.jobs, self._around.look, self._around.window)

    def _run(self, flow: Flow) -> None:
        if self._flow is not None:
            flow.deleteLater()
            return
        self._flow = flow
        flow.noticed.connect(self.noticed)
        flow.rehearsed.connect(self.rehearsed)
        flow.ended.connect(self._forget)
        self.busy_changed.emit(flow.title)
        flow.start()

    @Slot()
    def _forget(self) -> None:
        self._flow = None
        self.busy_changed.emit("")
