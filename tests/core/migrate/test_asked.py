"""What was written down as a command can be asked for again, exactly."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.migrate.asked import Asked, asked_by
from felix_dbadmin.core.migrate.plan import Direction, Request

requests = st.builds(
    Request,
    st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True),
    st.sampled_from(Direction),
    st.none() | st.integers(0, 10**6),
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cs", "Cc"])),
)
folders = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@given(requests, folders)
def test_every_request_comes_back_from_its_command(request: Request, folder: str) -> None:
    where = f" --workspace {shlex.quote(folder)}"
    assert asked_by(request.command + where) == Asked(request, False, folder)
    assert asked_by(request.rehearsal_command + where) == Asked(request, True, folder)
    assert asked_by(request.command) == Asked(request, False, "")


@pytest.mark.parametrize(
    "command",
    [
        "",
        "felix-dbadmin",
        "felix-dbadmin verify --component knowledge",
        "felix-dbadmin migrate",
        "felix-dbadmin migrate --component",
        "felix-dbadmin migrate --component a --to soon",
        "felix-dbadmin migrate --component a --rollback",
        "felix-dbadmin migrate --component a --yes",
        "felix-dbadmin migrate --component 'a",
    ],
)
def test_any_other_command_asks_for_no_change(command: str) -> None:
    assert asked_by(command) is None
