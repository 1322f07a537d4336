"""What outlives a search: exports, saved searches, the health of the indexes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.notice import Kind
from tests.helpers.peers import attempt
from tests.views.on_search import search, search_page, settle, tick, titles
from tests.views.session import Session


def test_all_hits_are_exported_not_only_those_in_sight(session: Session, notes: Path, tmp_path: Path) -> None:
    session.open(notes, "notes")
    page = search(session, "common")
    for name in ("hits.csv", "hits.json", "hits.md"):
        session.asker.chosen = tmp_path / name
        session.start(Do.EXPORT_HITS)
        settle(session)
        assert page.banner.notice is not None
        assert page.banner.notice.summary.startswith(f"60 rows exported to {tmp_path / name} in ")
    with (tmp_path / "hits.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 60
    assert len(json.loads((tmp_path / "hits.json").read_text(encoding="utf-8"))) == 60
    session.asker.chosen = tmp_path / "hits.docx"
    session.start(Do.EXPORT_HITS)
    assert page.banner.notice is not None
    assert page.banner.notice.kind is Kind.ERROR
    assert not (tmp_path / "hits.docx").exists()


def test_searches_are_remembered_and_come_back_with_their_filters(session: Session, notes: Path) -> None:
    session.open(notes, "notes")
    page = search(session, "common")
    tick(page, "domain", "few")
    settle(session)
    session.start(Do.SAVE_SEARCH)
    search(session, "number7")
    page.bar.now()
    settle(session)
    menu = page.bar.kept.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    entry = next(action for action in menu.actions() if action.text() == "common · few")
    entry.trigger()
    settle(session)
    assert page.bar.box.text() == "common"
    assert len(titles(page)) == 6
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert texts.count("number7 · few") == 1
    assert texts.count("common · few") == 2
    next(action for action in menu.actions() if action.text() == "Forget this saved search").trigger()
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()].count("common · few") == 1


def test_the_search_of_another_folder_is_not_in_this_one(session: Session, notes: Path, migrated: Path) -> None:
    session.open(notes, "notes")
    search(session, "common")
    session.open(migrated)
    page = search_page(session)
    assert page.bar.box.text() == ""
    assert not page.shows_hits
    assert "knowledge" in page.state.text


def test_search_goes_on_while_something_is_changed(session: Session, migrated: Path) -> None:
    session.open(migrated)
    session.window.desk.busy_changed.emit("Apply to tasks")
    try:
        page = search(session, "the")
        assert page.shows_hits
        assert session.window.actions_by_id[Do.EXPORT_HITS].isEnabled()
        assert not page.health.rebuild.isEnabled()
    finally:
        session.window.desk.busy_changed.emit("")


def test_the_health_of_the_indexes_is_told_and_mended(session: Session, notes: Path) -> None:
    assert attempt(notes / "notes.db", "delete from notes where id <= 3") == "ok"
    session.open(notes, "notes")
    page = search(session, "common")
    assert "damaged" in page.state.text
    assert [note.button for note in page.notes.notes] == ["Rebuild…"]
    session.start(Do.CHECK_INDEXES)
    settle(session)
    assert page.health.table.isVisible()
    place = [row.component for row in page.health.rows].index("notes")
    assert not page.health.rows[place].healthy
    page.health.table.selectRow(place)
    assert "need care" in page.health.line.text()
    session.press(page.health.rebuild)
    session.press(session.dialog(ReviewDialog).accept_button)
    session.finish()
    session.start(Do.CHECK_INDEXES)
    settle(session)
    assert page.health.rows[place].healthy
    page = search(session, "common")
    assert page.status.startswith("57 hits")
