"""What the tables show, and that rows keep their place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from felix_dbadmin.core.migrate.health import Drift
from felix_dbadmin.models.columns import BACKUP_COLUMNS, MIGRATION_COLUMNS, migration_rows
from felix_dbadmin.models.roles import Role, Tone
from felix_dbadmin.models.table_model import Column, TableModel
from felix_dbadmin.models.tree_rows import children_of
from tests.models import made

Row = tuple[int, str]
rows = st.lists(st.tuples(st.integers(0, 9), st.text(max_size=3)), unique_by=lambda row: row[0], max_size=8)


def key(row: Row) -> int:
    return row[0]


@settings(deadline=None, max_examples=50)  # Qt's tester looks at every row after every edit
@given(steps=st.lists(rows, min_size=1, max_size=5))
def test_persistent_indexes_follow_their_rows(steps: list[list[Row]]) -> None:
    name: Column[Row] = Column("Name", lambda row: row[1])
    model = TableModel((name,), key)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    held: dict[int, QPersistentModelIndex] = {}
    for step in steps:
        model.set_rows(step)
        assert model.rows == tuple(step)
        present = {row[0] for row in step}
        for number, index in held.items():
            assert index.isValid() == (number in present)
            if index.isValid():
                found = model.row_of(index)
                assert found is not None
                assert found[0] == number
        held = {row[0]: QPersistentModelIndex(model.index(place, 0)) for place, row in enumerate(step)}
    del tester


def test_migrations_stand_in_order_with_their_state() -> None:
    status = made.component(done=(made.applied("knowledge", 1), made.applied("knowledge", 3, "foreign")), pending=(2,))
    model = TableModel(MIGRATION_COLUMNS, lambda row: row.version)
    model.set_rows(migration_rows(status))
    shown = [[model.index(row, column).data() for column in (0, 1, 2)] for row in range(3)]
    assert shown == [["1", "Step 1", "Applied"], ["2", "Step 2", "Pending"], ["3", "Step 3", "Unknown here"]]
    assert model.index(2, 2).data(Role.TONE) == Tone.WARNING


def test_a_backup_without_a_manifest_is_not_called_verified() -> None:
    model = TableModel(BACKUP_COLUMNS, lambda row: row.name)
    model.set_rows((made.backup(),))
    assert model.index(0, 3).data() == "not known"
    assert model.index(0, 4).data() == "No manifest"
    assert model.index(0, 1).data() == "By hand"


def test_a_tag_in_a_text_is_shown_and_not_followed() -> None:
    sql: Column[str] = Column("SQL", lambda row: row)
    model = TableModel((sql,), lambda row: row)
    model.set_rows(("<img src='/etc/hostname'>",))
    assert model.index(0, 0).data() == "<img src='/etc/hostname'>"
    assert "<img" not in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_long_text_is_cut_in_the_cell_and_whole_in_the_tooltip() -> None:
    sql: Column[str] = Column("SQL", lambda row: row)
    model = TableModel((sql,), lambda row: row)
    model.set_rows(("SELECT\n  1" + " " * 5 + "x" * 500,))
    shown = model.index(0, 0).data()
    assert len(shown) == 200
    assert shown.startswith("SELECT 1 xxx")
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole).endswith("x" * 500)


def test_an_applied_migration_whose_objects_drifted_is_no_good_news() -> None:
    drift = Drift("idx_notes", "index", "create index idx_notes on notes(id)", "", repairable=True, version=2)
    done = (made.applied("knowledge", 1), made.applied("knowledge", 2))
    status = made.component(done=done, drift=(drift,))
    model = TableModel(MIGRATION_COLUMNS, lambda row: row.version)
    model.set_rows(migration_rows(status))
    cells = [model.index(row, 2) for row in range(2)]
    assert [cell.data() for cell in cells] == ["Applied", "Applied; drifted"]
    assert [cell.data(Role.TONE) for cell in cells] == [Tone.GOOD, Tone.WARNING]
    assert [cell.data(Role.ICON) for cell in cells] == ["good", "warning"]
    assert drift.text in cells[1].data(Qt.ItemDataRole.ToolTipRole)
    lines = children_of(status)[0].children or ()
    assert [(line.tone, line.icon) for line in lines] == [(Tone.GOOD, "good"), (Tone.WARNING, "warning")]
    assert "Applied; drifted" in lines[1].texts[0]
    assert drift.text in lines[1].tooltip
    adopted = made.component(done=(made.applied("knowledge", 2, "adopted"),), drift=(drift,))
    assert [row.state for row in migration_rows(adopted)] == ["Applied; drifted"]
