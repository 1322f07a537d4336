"""The tree keeps what it was pointing at through any change of status."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from felix_dbadmin.core.migrate.status import ComponentStatus, Trouble, WorkspaceStatus
from felix_dbadmin.core.text import time_text
from felix_dbadmin.models import component_tree
from felix_dbadmin.models.component_tree import MANY, ComponentTreeModel
from felix_dbadmin.models.roles import Role, Tone
from tests.models import made

HEALTH = 5

NAMES = ("knowledge", "tasks", "workflows")


@st.composite
def statuses(draw: st.DrawFn) -> WorkspaceStatus:
    found: list[ComponentStatus] = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        top = draw(st.integers(0, 4))
        done = draw(st.integers(0, top))
        stamps = draw(st.lists(st.integers(10, 15), unique=True, max_size=3))
        found.append(
            made.component(
                name,
                done=tuple(made.applied(name, version) for version in range(1, done + 1)),
                pending=tuple(range(done + 1, top + 1)),
                backups=tuple(made.backup(f"manual_felix_{name}_20251024_1659{stamp}.db") for stamp in stamps),
            )
        )
    return made.workspace(*found)


def indexes(model: ComponentTreeModel, parent: QModelIndex) -> list[QModelIndex]:
    found = []
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        found += [index, *indexes(model, index)]
    return found


def path(model: ComponentTreeModel, index: QModelIndex) -> tuple[str, ...]:
    keys: list[str] = []
    while index.isValid():
        row = model.row_at(index)
        assert row is not None
        keys.insert(0, row.key)
        index = model.parent(index)
    return tuple(keys)


@pytest.mark.parametrize("many", [0, MANY])
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # Qt's tester walks the whole tree after every single edit
@given(steps=st.lists(statuses(), min_size=1, max_size=4))
def test_indexes_follow_their_rows_through_any_change(
    monkeypatch: pytest.MonkeyPatch, many: int, steps: list[WorkspaceStatus]
) -> None:
    monkeypatch.setattr(component_tree, "MANY", many)
    model = ComponentTreeModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    for status in steps:
        held = {path(model, index): QPersistentModelIndex(index) for index in indexes(model, QModelIndex())}
        model.set_status(status)
        now = {path(model, index): index for index in indexes(model, QModelIndex())}
        for key, index in held.items():
            assert index.isValid() == (key in now)
            if key in now:
                assert (index.row(), index.internalId()) == (now[key].row(), now[key].internalId())
        assert [model.index(row, 0, model.fleet).data() for row in range(model.rowCount(model.fleet))] == [
            component.name for component in status.components
        ]
    del tester


def texts(model: ComponentTreeModel, index: QModelIndex) -> list[str]:
    return [index.siblingAtColumn(column).data() for column in range(model.columnCount())]


def test_a_component_says_version_pending_backups_size_and_health() -> None:
    model = ComponentTreeModel()
    status = made.component(done=(made.applied("knowledge", 1),), pending=(2,), backups=(made.backup(),))
    model.set_status(made.workspace(status), made.WHEN + 7200)
    knowledge = model.index_of("knowledge")
    assert texts(model, knowledge) == ["knowledge", "1 of 2", "1", "1, 2 h ago", "4.0 KB", "1 pending"]
    groups = [model.index(row, 0, knowledge) for row in range(3)]
    assert [group.data() for group in groups] == ["Applied (1)", "Pending (1)", "Backups (1)"]
    assert model.index(0, 0, groups[0]).data().startswith("1 Step 1 · Applied · 20")
    assert model.index(0, 0, groups[1]).data() == "2 Step 2 · Pending"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("ours", "Applied"),
        ("adopted", "Applied by another tool"),
        ("changed", "Applied; file changed since"),
        ("missing", "Applied; file missing"),
        ("foreign", "Unknown here"),
    ],
)
def test_an_applied_migration_says_what_its_checksum_says_and_who_did_it(state: str, words: str) -> None:
    model = ComponentTreeModel()
    item = replace(made.applied("knowledge", 1, state), who="ada", duration=0.12)
    model.set_status(made.workspace(made.component(done=(item,))))
    knowledge = model.index_of("knowledge")
    line = model.index(0, 0, model.index(0, 0, knowledge)).data()
    assert line.split(" · ")[1:] == [words, time_text(made.WHEN), "by ada", "took 120 ms"]


def test_the_root_is_the_fleet() -> None:
    model = ComponentTreeModel()
    assert model.rowCount() == 0
    backup = made.backup()
    model.set_status(
        made.workspace(
            made.component("knowledge", pending=(1, 2), backups=(backup, backup)), made.component("tasks", pending=(1,))
        ),
        made.WHEN + 60,
    )
    assert texts(model, model.fleet) == [
        "2 components, 3 pending",
        "",
        "3",
        "2, 1 min ago",
        "8.0 KB",
        "3 pending",
    ]
    row = model.row_at(model.fleet)
    assert row is not None
    assert row.component == ""


def test_trouble_is_told_in_words_and_tone() -> None:
    model = ComponentTreeModel()
    trouble = Trouble("felix_knowledge.db is not a database.", "Restore a backup.")
    model.set_status(made.workspace(made.component(trouble=trouble), made.component("tasks")))
    health = model.index_of("knowledge").siblingAtColumn(HEALTH)
    assert health.data() == "Cannot be read"
    assert health.data(Role.TONE) == Tone.BAD
    assert "Restore a backup." in model.index_of("knowledge").data(role=3)
    assert model.fleet.siblingAtColumn(HEALTH).data() == "1 cannot be read"
    assert model.fleet.siblingAtColumn(HEALTH).data(Role.TONE) == Tone.BAD


def test_what_stands_under_a_component_is_kept_up_to_date() -> None:
    model = ComponentTreeModel()
    model.set_status(made.workspace(made.component(pending=(1,), backups=(made.backup(),))))
    knowledge = model.index_of("knowledge")
    assert model.hasChildren(knowledge)
    assert model.rowCount(model.index(2, 0, knowledge)) == 1
    model.set_status(made.workspace(made.component(done=(made.applied("knowledge", 1),))))
    groups = [model.index(row, 0, model.index_of("knowledge")).data() for row in range(3)]
    assert groups == ["Applied (1)", "Pending (0)", "Backups (0)"]


def test_nothing_changed_says_nothing() -> None:
    model = ComponentTreeModel()
    model.set_status(made.workspace(made.component(pending=(1,))))
    told: list[object] = []
    model.dataChanged.connect(told.append)
    model.rowsInserted.connect(told.append)
    model.rowsRemoved.connect(told.append)
    model.set_status(made.workspace(made.component(pending=(1,))))
    assert told == []
