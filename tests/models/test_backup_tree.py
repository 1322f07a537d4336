"""The tree of backups: rows keep their place while backups come and go."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.models.backup_tree import BackupTreeModel
from felix_dbadmin.models.roles import Role, Tone
from tests.models import made

States = dict[str, list[int]]
states = st.dictionaries(
    st.sampled_from(("knowledge", "tasks", "workflows")), st.lists(st.integers(0, 6), unique=True, max_size=5)
)


def name_of(component: str, number: int) -> str:
    return f"manual_felix_{component}_20251024_16595{number}.db"


def components(state: States) -> list[ComponentStatus]:
    return [
        made.component(name, backups=tuple(made.backup(name_of(name, number)) for number in numbers))
        for name, numbers in state.items()
    ]


@settings(deadline=None, max_examples=60)  # Qt's tester looks at every row after every edit
@given(steps=st.lists(states, min_size=1, max_size=5))
def test_persistent_indexes_follow_their_backups(steps: list[States]) -> None:
    model = BackupTreeModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    held: dict[str, QPersistentModelIndex] = {}
    for step in steps:
        model.set_components(components(step))
        shown: States = {}
        for row in range(model.rowCount()):
            group = model.index(row, 0)
            found = [model.backup_at(model.index(each, 0, group)) for each in range(model.rowCount(group))]
            shown[group.data()] = [int(backup.name[-4]) for backup in found if backup is not None]
        assert shown == step
        present = {name_of(name, number) for name, numbers in step.items() for number in numbers}
        for name, index in held.items():
            assert index.isValid() == (name in present)
            backup = model.backup_at(index)
            assert (backup.name if backup else None) == (name if name in present else None)
        held = {
            name_of(name, number): QPersistentModelIndex(model.index_of(name, name_of(name, number)))
            for name, numbers in step.items()
            for number in numbers
        }
    del tester


def test_a_component_tells_how_many_and_how_old() -> None:
    model = BackupTreeModel()
    model.set_components([made.component(backups=(made.backup(),)), made.component("tasks")])
    texts = [[model.index(row, column).data() for column in (0, 1, 2)] for row in (0, 1)]
    assert texts[0][0] == "knowledge"
    assert texts[0][1].startswith("1 backup, ")
    assert texts[0][2] == "4.0 KB"
    assert texts[1] == ["tasks", "no backup yet", ""]
    assert model.index(1, 1).data(Role.TONE) == Tone.WARNING


def test_what_is_not_there_has_no_index() -> None:
    model = BackupTreeModel()
    model.set_components([made.component(backups=(made.backup(),))])
    assert not model.index_of("tasks").isValid()
    assert not model.index_of("knowledge", "gone.db").isValid()
    backup = model.index_of("knowledge", made.backup().name)
    assert model.component_at(backup) == "knowledge"
    assert model.rowCount(backup) == 0
