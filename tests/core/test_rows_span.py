"""Rows of a span of time, and rows that have one of several values: held against what Python finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.rows import Span, read_rows
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import moment_of
from tests.helpers.workspaces import add_component, run_sql

BASE = "CREATE TABLE IF NOT EXISTS seen (id INTEGER PRIMARY KEY, kind TEXT, at);\n"
TIMES: tuple[object, ...] = (100, 200.5, "1970-01-01T00:05:00+00:00", None, "no time", 400)
KINDS = ("a", "b", None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("spans")
    add_component(made, "seen", {}, base=BASE)
    rows = [(kind, at) for kind in KINDS for at in TIMES]
    values = ", ".join(f"({_sql(kind)}, {_sql(at)})" for kind, at in rows)
    run_sql(made / "seen.db", BASE, f"insert into seen(kind, at) values {values}")
    return made


def _sql(value: object) -> str:
    return "null" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


limits = st.none() | st.sampled_from([0.0, 100.0, 200.0, 300.0, 300.5, 400.0, 500.0])


@settings(deadline=None)  # each example asks a database
@given(limits, limits, st.lists(st.sampled_from(KINDS), max_size=3, unique=True))
def test_the_rows_of_a_span_are_those_that_python_finds(
    folder: Path, since: float | None, until: float | None, kinds: list[str | None]
) -> None:
    where = (("kind", tuple(kinds)),)
    page = read_rows(folder, "seen", "seen", where, span=Span("at", since, until), task=Task())
    expected = [
        (kind, at)
        for kind in KINDS
        for at in TIMES
        if (not kinds or kind in kinds) and _inside(moment_of(at), since, until)
    ]
    assert [row[1:] for row in page.rows] == expected
    assert page.total == len(expected)


def _inside(moment: float | None, since: float | None, until: float | None) -> bool:
    if since is None and until is None:
        return True
    return moment is not None and (since is None or moment >= since) and (until is None or moment < until)


def test_pages_of_a_span_follow_each_other(folder: Path) -> None:
    first = read_rows(folder, "seen", "seen", limit=2, span=Span("at", 100.0, None), task=Task())
    second = read_rows(
        folder, "seen", "seen", after=first.rowids[-1], limit=20, span=Span("at", 100.0, None), task=Task()
    )
    assert [len(first.rows), len(second.rows)] == [2, 10]
    assert second.last


def test_a_column_that_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(WrongUsage) as caught:
        read_rows(folder, "seen", "seen", span=Span("when", 1.0), task=Task())
    assert "no column named when" in caught.value.summary
