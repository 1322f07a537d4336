"""A panel's table: sorted as people expect, and taken along without formulas."""

from __future__ import annotations

import csv
import io

from PySide6.QtCore import QObject, Qt

from felix_dbadmin.models.panel_table import PanelTableModel, clipboard_text, csv_text, table_of
from tests.models import made_panels


def shown(model: PanelTableModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_sorting_is_by_value_and_what_has_none_comes_last() -> None:
    parent = QObject()
    model = PanelTableModel(parent)
    model.show_table(made_panels.table().table)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert shown(model, 0) == ["=cmd()", "b", "A"]
    model.sort(1, Qt.SortOrder.AscendingOrder)
    assert shown(model, 0) == ["b", "=cmd()", "A"]
    model.sort(0, Qt.SortOrder.AscendingOrder)
    assert shown(model, 0) == ["=cmd()", "A", "b"]
    behind = model.behind(model.index(1, 0))
    assert behind is not None
    assert behind.where == (("agent_id", "A"),)


def test_the_order_stays_when_the_rows_are_read_again() -> None:
    parent = QObject()
    model = PanelTableModel(parent)
    model.show_table(made_panels.table().table)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.show_table(made_panels.table().table)
    assert shown(model, 0) == ["=cmd()", "b", "A"]


def test_an_export_disarms_formulas_and_has_every_digit() -> None:
    table = made_panels.table().table
    text = csv_text(table.columns, table.rows)
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert read[0] == ["Agent", "Tokens", "Last seen"]
    assert read[3][0] == "'=cmd()"
    assert read[2][1:] == ["", ""]
    assert clipboard_text(table.columns, table.rows).splitlines()[3].startswith("'=cmd()\t70\t")


def test_figures_can_be_taken_along_too() -> None:
    table = table_of(made_panels.figures())
    assert table.rows[0] == ("Checkpoints", 1_200.0, "", 1_000.0)
