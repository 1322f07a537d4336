"""What a page can be narrowed to, held against SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from felix_dbadmin.core.analytics.choices import read_choices
from felix_dbadmin.core.task import Task
from felix_dbadmin.models.analytics_pages import SPECS, PageSpec
from tests.helpers.workspaces import query, run_sql

FILES = {
    "agents": "felix_agent_performance.db",
    "commands": "felix_system_actions.db",
    "workflows": "felix_workflow_history.db",
    "tasks": "felix_task_memory.db",
}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_filter_offers_the_values_that_there_are(migrated: Path, spec: PageSpec) -> None:
    choices = read_choices(migrated, spec.name, spec.filters, task=Task())
    tables = query(migrated / FILES[spec.name], f"select 1 from sqlite_schema where name = '{spec.table}'")
    assert [each.column for each in choices] == (list(spec.filters) if tables else [])
    for each in choices:
        counted = query(
            migrated / FILES[spec.name],
            f"select coalesce({each.column}, '(none)'), count(*) from {spec.table} group by 1",
        )
        assert dict(each.values) == {str(name): count for name, count in counted}
        assert each.total == len(counted)


def test_of_very_many_values_the_most_frequent_are_offered(migrated: Path) -> None:
    run_sql(
        migrated / FILES["agents"],
        "update agent_performance set agent_type = 'type ' || id",
        "update agent_performance set agent_type = 'common' where id % 3 = 0",
    )
    [types] = read_choices(migrated, "agents", ("agent_type",), task=Task())
    assert len(types.values) == 500
    assert types.values[0][0] == "common"
    assert types.total > 500


def test_a_table_that_is_not_there_offers_nothing(fresh: Path) -> None:
    assert read_choices(fresh, "agents", ("agent_type",), task=Task()) == ()
