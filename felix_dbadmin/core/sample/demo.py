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
    return make_sample(folder, task, now=now, migrate=bring_up_to_date)


def bring_up_to_date(folder: Path, component: str) -> None:
    """Apply everything that is pending to a component of a workspace that nobody else uses yet."""
    plan = rehearse(folder, Request(component), task=Task()).plan
    carry_out(folder, plan, task=Task())
