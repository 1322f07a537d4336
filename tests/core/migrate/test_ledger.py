"""Ledgers that another program made, or that were damaged, are refused in our words."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.migrate.apply import carry_out
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.migrate.status import read_status
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from tests.helpers.workspaces import add_component, notes_database, run_sql


@pytest.mark.parametrize(
    ("damage", "table"),
    [
        ("update schema_migrations set applied_at = 'never'", "schema_migrations"),
        ("alter table schema_migrations rename column version to number", "schema_migrations"),
        ("update schema_migrations_log set detail = '{'", "schema_migrations_log"),
        ("update schema_migrations_log set detail = '[]'", "schema_migrations_log"),
        ("update schema_migrations_log set source = x'ff'", "schema_migrations_log"),
        ("alter table schema_migrations_log drop column who", "schema_migrations_log"),
    ],
)
def test_a_ledger_that_cannot_be_read_is_trouble_of_its_component(tmp_path: Path, damage: str, table: str) -> None:
    add_component(tmp_path)
    path = notes_database(tmp_path)
    carry_out(tmp_path, rehearse(tmp_path, Request("notes"), task=Task()).plan, task=Task())
    run_sql(path, damage)
    (status,) = read_status(tmp_path, ("notes",), task=Task()).components
    assert status.trouble is not None
    assert status.trouble.summary.startswith(f"{table} in notes.db cannot be read: ")
