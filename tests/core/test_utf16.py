"""Databases that keep their text as UTF-16 are read like any other."""

from __future__ import annotations

import json
from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.analytics.approvals import decide, read_queue
from felix_dbadmin.core.connection import open_searcher
from felix_dbadmin.core.rows import Binary, read_rows
from felix_dbadmin.core.search.export import export_hits
from felix_dbadmin.core.search.forms import Form
from felix_dbadmin.core.search.query import parse
from felix_dbadmin.core.search.scan import scan
from felix_dbadmin.core.search.sources import read_sources
from felix_dbadmin.core.search.statement import Search
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.utf8 import as_utf8
from tests.core.analytics.actions_made import DATABASE, ask_for, make_actions
from tests.migrations.helpers import make_base

COMMAND = "rm -rf größe/日本/🜁"


@pytest.fixture(params=["UTF-16le", "UTF-16be"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A workspace with an empty database for approvals, and knowledge without its index."""
    for name in (DATABASE, "felix_knowledge.db"):
        db = apsw.Connection(str(tmp_path / name))
        db.pragma("encoding", request.param)
        db.pragma("user_version", 1)
        if name != DATABASE:
            make_base(db, "knowledge")
            row = ("k", "note", COMMAND, b"four", "high", "anna", "große", "[]", 1.0, 1.0, 0, 1.0, "[]")
            db.execute(f"insert into knowledge_entries values ({','.join('?' * 13)})", row)
        db.close()
    make_actions(tmp_path)
    return tmp_path


def test_a_command_is_shown_as_it_is_and_answered(folder: Path) -> None:
    ident = ask_for(folder / DATABASE, COMMAND)
    (waiting,) = read_queue(folder, task=Task()).waiting
    assert (waiting.command, waiting.recorded_command) == (COMMAND, COMMAND)
    answered = decide(folder, ident, False, "änna", "nö", task=Task(), seen=COMMAND).approval
    assert (answered.by, answered.reason) == ("änna", "nö")


def test_rows_hits_and_exports_say_what_is_stored(folder: Path) -> None:
    rows = read_rows(folder, "knowledge", "knowledge_entries", task=Task())
    (cells,) = rows.rows
    shown = dict(zip(rows.columns, cells, strict=True))
    assert (shown["content_json"], shown["content_compressed"], shown["domain"]) == (COMMAND, Binary(4), "große")
    sources = read_sources(folder, ("knowledge",), task=Task()).found
    (hit,) = scan(folder, sources[0], Search(parse("größe")), task=Task()).hits
    assert hit.snippet.text.startswith(COMMAND)
    export_hits(folder, sources, Search(parse("日本")), folder / "hits.json", Form.JSON, task=Task())
    (written,) = json.loads((folder / "hits.json").read_bytes())
    assert (written["content_json"], written["domain"]) == (COMMAND, "große")


def test_only_text_is_recoded(folder: Path) -> None:
    with open_searcher(folder / DATABASE) as db:
        values = ", ".join(as_utf8(db, each) for each in ("'ä'", "x'e400'", "17", "null"))
        assert db.execute(f"select {values}").fetchall() == [("ä".encode(), b"\xe4\0", b"17", None)]
