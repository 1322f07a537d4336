"""The edits really lead from one list to the other, and touch nothing that stayed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.models.difference import Inserted, Moved, Removed, edits

keys = st.lists(st.integers(0, 12), unique=True, max_size=10)


@given(old=keys, new=keys)
def test_edits_lead_from_the_old_list_to_the_new(old: list[int], new: list[int]) -> None:
    rows = list(old)
    for edit in edits(old, new):
        match edit:
            case Removed(row):
                assert rows.pop(row) not in new
            case Inserted(row):
                rows.insert(row, new[row])
                assert new[row] not in old
            case Moved(source, row):
                assert source > row
                rows.insert(row, rows.pop(source))
    assert rows == new


@given(rows=keys)
def test_equal_lists_need_no_edit(rows: list[int]) -> None:
    assert list(edits(rows, rows)) == []
