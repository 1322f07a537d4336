"""Pruning: what must stay stays, whatever the policy, and what goes is exactly what was shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.backups import take
from felix_dbadmin.core.backups.catalogue import Backup, list_backups
from felix_dbadmin.core.backups.names import manifest_of
from felix_dbadmin.core.backups.retention import RetentionPolicy, plan_prune, prune
from felix_dbadmin.core.errors import Cancelled, WrongUsage
from felix_dbadmin.core.task import Task
from tests.core.backups.helpers import NAME, make_database
from tests.core.backups.test_manifest import EXAMPLE

DAY = 86400.0
NOW = 1_800_000_000.0


@st.composite
def catalogues(draw: st.DrawFn) -> list[Backup]:
    found = []
    for number in range(draw(st.integers(0, 25))):
        name = f"manual_{number}.db"
        verified = draw(st.sampled_from([None, 1.0]))
        kind = draw(st.sampled_from(["ours", "ours", "ours", "none", "unreadable", "another"]))
        file = "another.db" if kind == "another" else name
        manifest = replace(EXAMPLE, file=file, verified_at=verified) if kind in ("ours", "another") else None
        found.append(
            Backup(
                path=Path(name),
                size=draw(st.integers(0, 100)),
                modified_ns=0,
                created=NOW - draw(st.integers(-2, 60)) * DAY,
                reason="manual",
                database=draw(st.sampled_from(["felix_knowledge", "felix_task_memory", ""])),
                component="",
                versions=(),
                verified_at=manifest.verified_at if manifest else None,
                manifest=manifest,
                problem="cannot be read" if kind == "unreadable" else "",
            )
        )
    return found


@given(
    catalogues(),
    st.builds(RetentionPolicy, st.integers(0, 70), st.integers(1, 6)),
    st.sets(st.integers(0, 25).map(lambda number: f"manual_{number}.db")),
)
def test_nothing_that_is_needed_is_ever_deleted(
    backups: list[Backup], policy: RetentionPolicy, protected: set[str]
) -> None:
    plan = plan_prune(backups, policy, dict.fromkeys(protected, "still applied"), NOW)
    assert sorted([*plan.delete, *(backup for backup, _ in plan.kept)], key=lambda item: item.name) == sorted(
        backups, key=lambda item: item.name
    )
    assert all(reason for _, reason in plan.kept)
    assert plan.bytes == sum(backup.size for backup in plan.delete)
    for backup in plan.delete:
        assert backup.name not in protected
        assert backup.manifest is not None
        assert backup.manifest.file == backup.name
        assert NOW - backup.created > policy.days * DAY
        ours = [item for item in backups if item.database == backup.database and item.manifest is not None]
        newer = [item for item in ours if item not in plan.delete and item.created >= backup.created]
        assert len([item for item in newer if item.manifest and item.manifest.file == item.name]) >= policy.keep
        if backup.verified_at is not None:
            assert any(item.verified_at is not None for item in newer)


@given(catalogues(), st.builds(RetentionPolicy, st.integers(0, 70), st.integers(1, 6)))
def test_what_is_old_and_many_does_go(backups: list[Backup], policy: RetentionPolicy) -> None:
    plan = plan_prune(backups, policy, {}, NOW)
    for backup, reason in plan.kept:
        old = NOW - backup.created > policy.days * DAY
        if reason.startswith("not older"):
            assert not old
        if reason.startswith("among the newest"):
            newer = [item for item in backups if item.database == backup.database and item.created > backup.created]
            assert len([item for item in newer if item.manifest and item.manifest.file == item.name]) < policy.keep


@pytest.mark.parametrize(("days", "keep"), [(-1, 1), (0, 0), (30, 0), (30, -5)])
def test_a_policy_that_keeps_nothing_is_refused(days: int, keep: int) -> None:
    with pytest.raises(WrongUsage, match="would leave nothing to return to"):
        RetentionPolicy(days, keep)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five backups, ten days apart, the newest of now."""
    database = make_database(tmp_path / NAME)
    for age in range(5):
        monkeypatch.setattr("time.time", lambda now=NOW - age * 10 * DAY: now)
        take.take_backup(database, tmp_path / "backups", "manual", Task())
    return tmp_path / "backups"


def test_what_was_planned_is_deleted_with_its_manifest(folder: Path) -> None:
    listed = list_backups(folder)
    plan = plan_prune(listed, RetentionPolicy(days=5, keep=2), {listed[3].name: "taken before knowledge 2"}, NOW)
    assert plan.delete == (listed[2], listed[4])
    assert [reason for _, reason in plan.kept] == [
        "the newest verified backup of its database",
        "among the newest 2",
        "taken before knowledge 2",
    ]
    pruned = prune(plan, Task())
    assert pruned.deleted == (listed[2].name, listed[4].name)
    assert pruned.freed == listed[2].size + listed[4].size
    assert list_backups(folder) == (listed[0], listed[1], listed[3])
    assert len(list(folder.iterdir())) == 6


def test_a_file_that_is_another_one_by_now_stays(folder: Path) -> None:
    plan = plan_prune(list_backups(folder), RetentionPolicy(days=5, keep=1), {}, NOW)
    changed, gone, *rest = plan.delete
    changed.path.chmod(0o600)
    changed.path.write_bytes(b"something else")
    gone.path.unlink()
    pruned = prune(plan, Task())
    assert pruned.skipped == ((changed.name, "changed since the plan was made"), (gone.name, "already gone"))
    assert pruned.deleted == tuple(backup.name for backup in rest)
    assert changed.path.read_bytes() == b"something else"
    assert manifest_of(changed.path).exists()


def test_a_cancel_says_how_many_are_gone(folder: Path) -> None:
    plan = plan_prune(list_backups(folder), RetentionPolicy(days=5, keep=1), {}, NOW)
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled, match="0 of 4 backups had been deleted"):
        prune(plan, task)
    assert len(list_backups(folder)) == 5
