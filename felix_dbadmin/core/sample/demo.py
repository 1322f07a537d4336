"""The sample workspace in one call that can be sent to the engine."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.sample.make import SampleMade, make_sample
from felix_dbadmin.core.task import Task


def make_demo(folder: Path, now: float, *, task: Task) -> SampleMade:
    """The five sample databases in `folder`, as of `now` (Unix seconds). Raises as make_sample does."""

    def bring_up_to_date(place: Path, component: str) -> None:
        part = task.silently()
        plan = rehearse(place, Request(component), task=part).plan
        carry_out(place, plan, task=part)

    return make_sample(folder, task, now=now, migrate=bring_up_to_date)
