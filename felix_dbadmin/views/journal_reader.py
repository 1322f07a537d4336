"""Fetches the journal of the open folder: once to settle what was cut off, and again after each piece of work."""

from __future__ import annotations

import shlex
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from felix_dbadmin.core.activity import Activity, activities, settle_interrupted
from felix_dbadmin.core.damaged import set_damaged_aside
from felix_dbadmin.core.text import count_text, time_text
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.jobs.runner import JobRunner
from felix_dbadmin.views.notice import Kind, Notice

JOURNAL = "journal"
"""The lane: nobody waits for it."""

DAMAGED_HINT = "The databases are not concerned. Delete what was put aside when you do not need it."


class JournalReader(QObject):
    """Answers about a folder that was left are dropped."""

    read = Signal(object)
    """tuple of Activity, newest first"""
    noticed = Signal(object)
    """Notice: what was found cut off or damaged."""

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._folder: Path | None = None
        self._mending: Job[Any] | None = None
        self._damaged: tuple[str, ...] = ()
        self._settling: Job[Any] | None = None
        self._reading: Job[Any] | None = None
        self._again = False

    def open(self, folder: Path) -> None:
        """Look for what is damaged and for work that was cut off in this folder, then read what else was done."""
        self._folder = folder
        self._reading, self._again, self._damaged = None, False, ()
        self._mending = self._jobs.submit("Look for damage", partial(set_damaged_aside, folder), lane=JOURNAL)
        self._mending.succeeded.connect(self._take_damaged)
        self._settling = self._jobs.submit(
            "Look for interrupted work", partial(settle_interrupted, folder), lane=JOURNAL
        )
        self._settling.succeeded.connect(self._take_settled)
        # A folder that cannot be read is told by the watcher; here is only nothing to settle.
        self._settling.finished.connect(self._note_settled)

    @Slot()
    def refresh(self) -> None:
        if self._folder is None or self._settling is not None:
            return
        if self._reading is not None:
            self._again = True
            return
        self._again = False
        self._reading = self._jobs.submit("Read the journal", partial(activities, self._folder), lane=JOURNAL)
        self._reading.succeeded.connect(self._take)
        self._reading.finished.connect(self._note_end)

    @Slot(object)
    def _take_damaged(self, said: tuple[str, ...]) -> None:
        if self._is(self._mending):
            self._damaged = said

    @Slot(object)
    def _take_settled(self, found: tuple[Activity, ...]) -> None:
        if self._is(self._settling) and found:
            self.noticed.emit(interrupted_notice(found, self._damaged))
            self._damaged = ()

    @Slot()
    def _note_settled(self) -> None:
        if self._is(self._settling):
            self._settling = None
            if self._damaged:
                self.noticed.emit(Notice(Kind.WARNING, " ".join(self._damaged), DAMAGED_HINT))
            self.refresh()

    @Slot(object)
    def _take(self, found: tuple[Activity, ...]) -> None:
        if self._is(self._reading):
            self.read.emit(tuple(self._here(entry) for entry in found))

    @Slot()
    def _note_end(self) -> None:
        if self._is(self._reading):
            self._reading = None
            if self._again:
                self.refresh()

    def _here(self, entry: Activity) -> Activity:
        """With the folder in its command: it is copied into a terminal that stands elsewhere."""
        if not entry.command or "--workspace" in entry.command:
            return entry
        return replace(entry, command=f"{entry.command} --workspace {shlex.quote(str(self._folder))}")

    def _is(self, job: Job[Any] | None) -> bool:
        """Whether the job that is telling something now is this one."""
        return job is not None and self.sender() is job


def interrupted_notice(found: tuple[Activity, ...], damaged: tuple[str, ...] = ()) -> Notice:
    """What was cut off when its process ended, and what state its file is in; then what else was found damaged."""
    lines = [f"{time_text(each.started)}  {each.what} ({each.component}): {each.detail}" for each in found]
    one = len(found) == 1
    if one:
        summary = f"“{found[0].what}” of {found[0].component or 'the folder'} was interrupted: {found[0].detail}"
    else:
        summary = f"{count_text(len(found), 'piece')} of work were interrupted."
    it, them = ("it", "it") if one else ("they", "them")
    hint = f"Verify what {it} changed before you go on; Activity lists {them}."
    return Notice(Kind.WARNING, summary, " ".join((hint, *damaged)), "\n".join(lines))
