"""The Search page, as somebody at the window meets it: type, see, narrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from felix_dbadmin.views.dialogs.review import ReviewDialog
from tests.helpers.peers import holding
from tests.views.on_search import counts, hits, many_notes, search, search_page, settle, tick, titles
from tests.views.session import LONG, Session


def test_words_are_found_in_every_database_and_marked(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = search(session, "the")
    assert page.shows_hits
    found = hits(page)
    assert len({each.source.component for each in found}) > 1
    read = [each for each in found if each.hit is not None]  # the others are read when they are scrolled to
    assert read[0] is found[0]
    for each in read:
        assert each.hit is not None
        marked = [each.hit.snippet.text[begin:end] for begin, end in each.hit.snippet.spans]
        assert all(word.lower().startswith("the") for word in marked)
    assert " hits in " in page.status
    assert "knowledge 111" in page.status
    assert [chip.text for chip in page.bar.chips.chips] == ["the…"]


def test_searching_leaves_the_activity_and_the_status_line_alone(session: Session, notes: Path) -> None:
    session.open(notes, "notes")
    told: list[str] = []
    session.jobs.submitted.connect(lambda job: told.append(session.window.job_bar.text))
    search(session, "common")
    assert set(told) == {""}
    assert all("earch" not in row.what for row in session.window.activity.rows)


def test_the_page_begins_with_what_can_be_searched_and_how(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = search_page(session)
    assert not page.shows_hits
    assert "knowledge" in page.state.text
    assert "exact phrase" in page.state.text
    assert page.bar.box.hasFocus()


def test_without_an_index_it_says_so_and_offers_the_migration(session: Session, fresh: Path) -> None:
    session.open(fresh)
    page = search(session, "the")
    note = next(each for each in page.notes.notes if each.text.startswith("knowledge"))
    assert "has no full-text index" in note.text
    assert note.button == "Apply migration 2…"
    button = page.notes.buttons[page.notes.notes.index(note)]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    session.press(session.dialog(ReviewDialog).accept_button)
    session.finish()
    settle(session)
    page = search(session, "the")
    assert not any(each.text.startswith("knowledge") for each in page.notes.notes)
    assert session.component("knowledge").version == 2


def test_rows_come_as_they_are_scrolled_to(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    many_notes(folder, 1_500)
    session.open(folder, "notes")
    page = search(session, "common")
    assert page.status.startswith("1,500 hits")
    before = page.list.hits.rowCount()
    assert before < 1_500
    while page.list.hits.rowCount() < 1_500:
        page.list.scrollToBottom()
        session.qtbot.wait(1)
    page.list.scrollToBottom()
    last = page.list.hits.index(1_499, 0)
    session.qtbot.waitUntil(lambda: str(last.data()).startswith("Note "), timeout=LONG)
    assert page.list.hits.kept < 1_500


def test_filters_narrow_and_count(session: Session, notes: Path) -> None:
    session.open(notes, "notes")
    page = search(session, "common")
    assert counts(page, "domain") == {"many": "54", "few": "6"}
    tick(page, "domain", "few")
    settle(session)
    assert sorted(titles(page)) == sorted(f"Note {number}" for number in range(10, 61, 10))
    assert counts(page, "domain") == {"many": "54", "few": "6"}
    QTest.mouseClick(page.facets.clear, Qt.MouseButton.LeftButton)
    settle(session)
    assert page.status.startswith("60 hits")


def test_newest_and_oldest_first(session: Session, notes: Path) -> None:
    session.open(notes, "notes")
    page = search(session, "common")
    for choice, first in (("Newest", "Note 60"), ("Oldest", "Note 1")):
        page.bar.order.setCurrentText(choice)
        page.bar.order.activated.emit(page.bar.order.currentIndex())
        settle(session)
        assert titles(page)[0] == first


def test_a_time_range_leaves_older_rows_out(session: Session, notes: Path) -> None:
    session.open(notes, "notes")
    page = search(session, "common")
    page.bar.span.setCurrentText("Last hour")
    page.bar.span.activated.emit(page.bar.span.currentIndex())
    settle(session)
    assert "Nothing found" in page.state.text
    assert "time range" in page.state.text


def test_an_answer_to_what_was_typed_before_is_never_shown(session: Session, notes: Path) -> None:
    session.open(notes, "notes")
    page = search_page(session)
    seen: list[set[str]] = []
    page.list.hits.modelReset.connect(lambda: seen.append(set(titles(page))))
    for words in ("common", "number7", "number8"):
        page.bar.box.setText(words)
        page.bar.now()  # no pause: the one before still runs
    settle(session)
    assert titles(page) == ["Note 8"]
    assert all(shown <= {"Note 8"} for shown in seen)


def test_rows_in_hand_do_not_move_until_somebody_says_so(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "very_many"
    folder.mkdir()
    many_notes(folder, 25_000)
    session.open(folder, "notes")
    page = search_page(session)
    page.list.hits.modelReset.connect(lambda: page.list.selectRow(0) if page.list.hits.rowCount() else None)
    QTest.keyClicks(page.bar.box, "common")
    session.qtbot.waitUntil(lambda: bool(page.links.links), timeout=LONG)
    assert titles(page)[0] == "Note 25000"
    assert page.list.currentIndex().row() == 0
    page.list.hits.modelReset.disconnect()
    assert [link.text for link in page.links.links] == ["Sort them now"]
    QTest.mouseClick(page.links.buttons[0], Qt.MouseButton.LeftButton)
    settle(session)
    assert not page.links.links
    assert page.status.startswith("25,000 hits")
    assert page.list.hits.rowCount() > 50


def test_no_hit_says_what_was_understood_and_what_may_be_meant(session: Session, notes: Path) -> None:
    session.open(notes, "notes")
    page = search(session, "comon number5")
    assert "Nothing found" in page.state.text
    assert "comon and number5…" in page.state.text
    texts = [link.text for link in page.state.links.links]
    assert "Did you mean: common number5" in texts
    assert any(text.startswith("number5") and text.endswith("hits") for text in texts)
    QTest.mouseClick(page.state.links.buttons[0], Qt.MouseButton.LeftButton)
    settle(session)
    assert page.bar.box.text() == "common number5"
    assert titles(page) == ["Note 5"]


def test_an_error_in_raw_syntax_stands_under_the_box_with_its_place(session: Session, notes: Path) -> None:
    session.open(notes, "notes")
    page = search_page(session)
    QTest.mouseClick(page.bar.raw, Qt.MouseButton.LeftButton, pos=page.bar.raw.rect().center() / 4)
    page.bar.raw.setChecked(True)
    page = search(session, "common AND (")
    assert page.bar.error.isVisible()
    assert "At character" in page.bar.error.text()
    assert [link.text for link in page.state.links.links] == ["Search it as plain words instead"]
    QTest.mouseClick(page.state.links.buttons[0], Qt.MouseButton.LeftButton)
    settle(session)
    assert not page.bar.raw.isChecked()
    assert not page.bar.error.isVisible()


@pytest.mark.parametrize(
    "text", ["it's", 'C++ "unclosed', "AND", "*", ":", "-", "foo-bar OR", "🦊 text", "<b>bold</b>"]
)
def test_typing_is_never_punished(session: Session, notes: Path, text: str) -> None:
    session.open(notes, "notes")
    page = search_page(session)
    page.bar.box.setText(text)
    page.bar.now()
    settle(session)
    assert not page.bar.error.isVisible()


def test_a_locked_database_holds_none_of_the_others_up(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = search_page(session)
    with holding(migrated / "felix_knowledge.db", "begin exclusive"):
        QTest.keyClicks(page.bar.box, "the")
        session.qtbot.waitUntil(lambda: page.shows_hits and "waiting for knowledge…" in page.status, timeout=LONG)
        assert {each.source.component for each in hits(page)} == {"workflows", "system_actions"}
    settle(session)
    assert "knowledge 111" in page.status
