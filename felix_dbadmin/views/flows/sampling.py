"""The sample workspace."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import Signal, Slot

from felix_dbadmin.core.sample.demo import make_demo
from felix_dbadmin.core.sample.make import SampleMade
from felix_dbadmin.views.flows.flow import Flow


class SampleFlow(Flow):
    """Makes the sample in its folder and says where it is."""

    made = Signal(object)
    """Path"""

    def start(self) -> None:
        self.show_progress("Cancel", "Nothing is left of it then.")
        work = partial(make_demo, self.around.folder, time.time())
        self.run_job(self.title, work, "sample", self._take, writes=False)

    @Slot(object)
    def _take(self, sample: SampleMade) -> None:
        self.made.emit(sample.folder)
        self.end()
