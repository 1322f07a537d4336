"""Planning: which steps, in which order, and what is refused before anything is opened for writing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.component import Component
from felix_dbadmin.core.errors import Conflict, WrongUsage
from felix_dbadmin.core.migrate.plan import AppliedMigration, Direction, Plan, Request, Standing, plan_for
from felix_dbadmin.core.migrate.script import Migration, parse_migration
from felix_dbadmin.core.sql import Statement

COMPONENT = Component("notes", "Notes", "notes.db", 1, Path())
BASE = (Statement("CREATE TABLE notes (id INTEGER PRIMARY KEY);", 1),)
UP = Request("notes")


def migration(version: int, *, down: bool = True) -> Migration:
    source = f"-- migrate:up\nCREATE TABLE t{version} (a);\n" + (
        f"-- migrate:down\nDROP TABLE t{version};\n" if down else ""
    )
    return parse_migration("notes", f"{version:03}_make_t{version}.sql", source)


def applied(version: int, *, sequence: int = 0, state: str = "ours", down: bool = True) -> AppliedMigration:
    item = migration(version, down=down)
    return AppliedMigration(
        version,
        item.description,
        0.0,
        state,
        None if state == "foreign" else item,
        backup=f"b{version}.db",
        sequence=sequence,
    )


def standing(files: list[int], done: list[AppliedMigration] | None = None, *, initialised: bool = True) -> Standing:
    return Standing(COMPONENT, initialised, BASE, tuple(migration(version) for version in files), tuple(done or ()))


def versions(plan: Plan) -> list[int]:
    return [step.version for step in plan.steps]


def test_pending_migrations_in_order() -> None:
    plan = plan_for(UP, standing([1, 2, 5], [applied(1)]))
    assert versions(plan) == [2, 5]
    assert plan.title == "Apply 2 migrations to notes"
    assert plan.ends_with == (1, 2, 5)


def test_up_to_a_version() -> None:
    assert versions(plan_for(replace(UP, to=2), standing([1, 2, 5]))) == [1, 2]


def test_a_version_that_does_not_exist() -> None:
    with pytest.raises(WrongUsage, match="no migration 3"):
        plan_for(replace(UP, to=3), standing([1, 2, 5]))


def test_a_missing_base_schema_is_a_step_of_its_own() -> None:
    plan = plan_for(UP, standing([1], initialised=False))
    assert [step.title for step in plan.steps] == ["Create the base schema", "Apply 1: Make t1"]
    assert plan.title == "Apply 1 migration to notes"


def test_nothing_to_do_is_a_plan_without_steps() -> None:
    assert plan_for(UP, standing([1], [applied(1)])).steps == ()


def test_a_gap_below_the_highest_applied_version_is_named() -> None:
    late = standing([1, 2, 3], [applied(1), applied(3)])
    with pytest.raises(Conflict, match=r"002_make_t2\.sql below that was never applied"):
        plan_for(UP, late)
    assert versions(plan_for(replace(UP, out_of_order=True), late)) == [2]


@pytest.mark.parametrize("direction", [Direction.UP, Direction.DOWN])
def test_foreign_migrations_stop_every_plan(direction: Direction) -> None:
    with pytest.raises(Conflict, match="knows notes up to version 2"):
        plan_for(Request("notes", direction), standing([1, 2], [applied(1), applied(3, state="foreign")]))


def test_down_goes_one_step_or_to_a_version_or_all_the_way() -> None:
    done = standing([1, 2, 3], [applied(1), applied(2), applied(3)])
    down = Request("notes", Direction.DOWN)
    assert versions(plan_for(down, done)) == [3]
    assert versions(plan_for(replace(down, to=1), done)) == [3, 2]
    assert versions(plan_for(replace(down, to=0), done)) == [3, 2, 1]
    assert plan_for(replace(down, to=1), done).ends_with == (1,)


def test_down_follows_the_order_of_application_not_the_numbers() -> None:
    done = standing([1, 2, 3], [applied(1, sequence=1), applied(2, sequence=3), applied(3, sequence=2)])
    assert versions(plan_for(Request("notes", Direction.DOWN), done)) == [2]
    assert versions(plan_for(Request("notes", Direction.DOWN, to=0), done)) == [2, 3, 1]


def test_no_way_down_names_the_backup_from_before() -> None:
    with pytest.raises(Conflict, match="its file has no down section") as caught:
        plan_for(Request("notes", Direction.DOWN), standing([1], [applied(1, down=False)]))
    assert "b1.db" in caught.value.hint


def test_down_to_a_version_that_is_not_applied() -> None:
    with pytest.raises(WrongUsage, match="which is not applied"):
        plan_for(Request("notes", Direction.DOWN, to=2), standing([1, 2, 3], [applied(1), applied(3)]))


@given(st.sets(st.integers(1, 30), min_size=1), st.data())
def test_a_plan_ends_with_everything_up_to_its_target(files: set[int], data: st.DataObject) -> None:
    ordered = sorted(files)
    done = ordered[: data.draw(st.integers(0, len(ordered)))]
    to = data.draw(st.sampled_from(ordered))
    plan = plan_for(replace(UP, to=to), standing(ordered, [applied(version) for version in done]))
    assert plan.ends_with == tuple(version for version in ordered if version <= to or version in done)
    assert versions(plan) == sorted(versions(plan))


def test_a_fingerprint_follows_what_would_be_done() -> None:
    plan = plan_for(UP, standing([1, 2]))
    assert plan.fingerprint == plan_for(UP, standing([1, 2])).fingerprint
    assert plan.fingerprint != plan_for(UP, standing([1])).fingerprint
    assert plan.fingerprint != plan_for(UP, standing([1, 2], [applied(1)])).fingerprint
