"""The tree keeps what it was pointing at through any change of status."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from felix_dbadmin.core.migrate.status import ComponentStatus, Trouble, WorkspaceStatus
from felix_dbadmin.models.component_tree import ComponentTreeModel
from felix_dbadmin.models.roles import Role, Tone
from tests.models import made

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


@settings(deadline=None, max_examples=25)  # Qt's tester walks the whole tree after every single edit
@given(steps=st.lists(statuses(), min_size=1, max_size=4))
def test_indexes_follow_their_rows_through_any_change(steps: list[WorkspaceStatus]) -> None:
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
        assert [model.index(row, 0).data() for row in range(model.rowCount())] == [
            component.name for component in status.components
        ]
    del tester


def test_a_component_says_version_pending_backups_and_health() -> None:
    model = ComponentTreeModel()
    status = made.component(done=(made.applied("knowledge", 1),), pending=(2,), backups=(made.backup(),))
    model.set_status(made.workspace(status))
    texts = [model.index(0, column).data() for column in range(model.columnCount())]
    assert texts == ["knowledge", "1 of 2", "1", "1", "1 pending"]
    groups = [model.index(row, 0, model.index(0, 0)).data() for row in range(3)]
    assert groups == ["Applied (1)", "Pending (1)", "Backups (1)"]


def test_trouble_is_told_in_words_and_tone() -> None:
    model = ComponentTreeModel()
    trouble = Trouble("felix_knowledge.db is not a database.", "Restore a backup.")
    model.set_status(made.workspace(made.component(trouble=trouble)))
    health = model.index(0, 4)
    assert health.data() == "Cannot be read"
    assert health.data(Role.TONE) == Tone.BAD
    assert "Restore a backup." in model.index(0, 0).data(role=3)


def test_nothing_changed_says_nothing() -> None:
    model = ComponentTreeModel()
    model.set_status(made.workspace(made.component(pending=(1,))))
    told: list[object] = []
    model.dataChanged.connect(told.append)
    model.rowsInserted.connect(told.append)
    model.rowsRemoved.connect(told.append)
    model.set_status(made.workspace(made.component(pending=(1,))))
    assert told == []
