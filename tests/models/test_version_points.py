"""The line of versions, and what each of them offers."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.component import Component
from felix_dbadmin.core.migrate.health import Drift
from felix_dbadmin.core.migrate.plan import Direction, Request, Standing, plan_for
from felix_dbadmin.core.migrate.status import Trouble
from felix_dbadmin.models.version_points import Mark, choice_at, legend, version_points
from tests.models import made

NOTES = Component("notes", "Notes", "felix_notes.db", 1, made.FOLDER)


def test_every_state_has_a_mark_of_its_own() -> None:
    states = ("ours", "adopted", "changed", "missing", "foreign")
    done = tuple(made.applied("notes", version, state) for version, state in enumerate(states, start=1))
    points = version_points(made.component("notes", done=done, pending=(6,)))
    assert [point.mark for point in points] == [
        Mark.APPLIED,
        Mark.APPLIED,
        Mark.APPLIED,
        Mark.CHANGED,
        Mark.CHANGED,
        Mark.FOREIGN,
        Mark.PENDING,
    ]
    assert [point.version for point in points if point.current] == [5]
    assert legend(points) == "● applied   ○ pending   ◆ unknown here   ▲ drifted, or its file changed"
    assert points[3].text == "3 Step 3: Applied; file changed since"


def test_a_version_whose_objects_differ_is_marked() -> None:
    drift = Drift("idx_notes", "index", "create index idx_notes on notes(id)", "", repairable=True, version=2)
    done = tuple(made.applied("notes", version) for version in (1, 2))
    points = version_points(made.component("notes", done=done, drift=(drift,)))
    assert [point.mark for point in points] == [Mark.APPLIED, Mark.APPLIED, Mark.CHANGED]
    assert points[2].text == "2 Step 2: Applied; index idx_notes is missing"


def test_without_migrations_there_is_no_line() -> None:
    assert version_points(made.component("notes")) == ()


@given(top=st.integers(1, 6), done=st.integers(0, 6), version=st.integers(0, 6))
def test_what_a_version_offers_ends_at_that_version(top: int, done: int, version: int) -> None:
    done, version = min(done, top), min(version, top)
    applied = tuple(made.applied("notes", number) for number in range(1, done + 1))
    status = made.component("notes", done=applied, pending=tuple(range(done + 1, top + 1)))
    choice = choice_at(status, version)
    if choice.request is None:
        assert choice.reason == f"notes is at version {done}."
        assert version == done
        return
    files = tuple(made.migration("notes", number) for number in range(1, top + 1))
    plan = plan_for(choice.request, Standing(NOTES, True, (), files, applied))
    assert plan.ends_with == tuple(range(1, version + 1))


def test_a_late_migration_is_applied_on_purpose() -> None:
    status = made.component("notes", done=(made.applied("notes", 1), made.applied("notes", 3)), pending=(2,))
    assert choice_at(status, 2).request == Request("notes", Direction.UP, 2, out_of_order=True)
    assert choice_at(status, 2).text == "Apply 2 late…"


def test_what_cannot_be_done_says_why() -> None:
    done = (made.applied("notes", 1), made.applied("notes", 2, down=False))
    status = made.component("notes", done=done)
    stuck = choice_at(status, 1)
    assert stuck.request is None
    assert stuck.reason.startswith("Migration 2 cannot be rolled back:")
    foreign = replace(status, applied=(*done, made.applied("notes", 9, "foreign")))
    assert choice_at(foreign, 1).reason == "felix_notes.db has migrations that are unknown here: it is only read."
    broken = replace(status, trouble=Trouble("It is broken.", ""))
    assert choice_at(broken, 1).reason == "felix_notes.db cannot be read."
