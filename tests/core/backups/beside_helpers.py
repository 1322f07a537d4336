"""A workspace with one component whose tables a test makes itself, and a backup of it."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.core.backups.compare import Comparison, TableComparison, compare_with_live
from felix_dbadmin.core.backups.operations import back_up
from felix_dbadmin.core.task import Task
from tests.helpers.workspaces import add_component, run_sql


def backed_up(workspace: Path, *statements: str, extra: str = "") -> str:
    """Make notes.db with these statements and back it up; returns the backup's name."""
    add_component(workspace, files={}, base="", extra=extra)
    run_sql(workspace / "notes.db", *statements)
    return back_up(workspace, "notes", task=Task()).path.name


def change(workspace: Path, *statements: str) -> None:
    run_sql(workspace / "notes.db", *statements)


def compared(workspace: Path, backup: str) -> Comparison:
    return compare_with_live(workspace, "notes", backup, task=Task())


def table_of(comparison: Comparison, table: str = "t") -> TableComparison:
    (found,) = [item for item in comparison.tables if item.table == table]
    return found


def figures(item: TableComparison) -> tuple[int, int, int]:
    return item.added, item.missing, item.changed


def numbered(rows: int, value: str) -> str:
    """SQL that fills t with ids from 1 and this value in each row."""
    return (
        f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows})"
        f" insert into t select i, {value} from n"
    )
