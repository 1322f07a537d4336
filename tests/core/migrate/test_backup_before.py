"""The backup from before a change equals the state that the change starts from, whoever else writes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from felix_dbadmin.core.backups.take import BackupTaken, take_backup
from felix_dbadmin.core.migrate import apply
from felix_dbadmin.core.migrate.plan import Request
from felix_dbadmin.core.rehearse.run import rehearse
from felix_dbadmin.core.task import Task
from tests.helpers.peers import attempt
from tests.helpers.workspaces import add_component, notes_database, query

WRITE = "insert into notes(title) values ('written meanwhile')"


def disturbed(path: Path, times: int, said: list[str]) -> Callable[..., BackupTaken]:
    """As take_backup, but another program writes when the copy has just been made, the first `times` times."""

    def take(*arguments: Any, **options: Any) -> BackupTaken:
        taken = take_backup(*arguments, **options)
        if len(said) < times:
            said.append(attempt(path, WRITE))
        return taken

    return take


@pytest.mark.parametrize(
    ("times", "answers"),
    [
        (1, ["ok"]),
        (3, ["ok"] * 3),
        # The fourth copy is made under the write lock: the other program has to wait.
        (9, ["ok", "ok", "ok", "database is locked"]),
    ],
)
def test_a_backup_that_became_stale_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, answers: list[str]
) -> None:
    add_component(tmp_path)
    path = notes_database(tmp_path)
    plan = rehearse(tmp_path, Request("notes"), task=Task()).plan
    said: list[str] = []
    monkeypatch.setattr(apply, "take_backup", disturbed(path, times, said))
    done = apply.carry_out(tmp_path, plan, task=Task())
    assert said == answers
    written = said.count("ok")
    assert [file.name for file in (tmp_path / "backups").glob("*.db")] == [done.backup]
    assert query(tmp_path / "backups" / done.backup, "select count(*) from notes") == [(3 + written,)]
    assert done.steps[0].rows_before == {"notes": 3 + written}
