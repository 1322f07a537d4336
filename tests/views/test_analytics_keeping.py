"""Pages of figures: what somebody takes along, what is remembered, and how the cards stand."""

from __future__ import annotations

import csv
import io
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from felix_dbadmin.views.notice import Kind
from tests.views.on_analytics import analytics
from tests.views.session import Session

PERFORMANCE = "felix_agent_performance.db"


def test_how_often_it_reads_again_is_off_until_somebody_says_so_and_remembered(
    session: Session, migrated: Path
) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    assert page.bar.interval.currentText() == "Refresh: off"
    page.bar.interval.setCurrentIndex(2)
    page.bar.interval.activated.emit(2)
    session.window.open_folder(migrated)
    assert page.bar.interval.currentText() == "Every minute"


@pytest.mark.parametrize("form", ["png", "svg", "csv"])
def test_a_panel_can_be_saved(session: Session, migrated: Path, tmp_path: Path, form: str) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    session.asker.chosen = tmp_path / f"panel.{form}"
    card = page.cards["confidence_by_type"]
    card.menu.entries[form].trigger()
    assert page.banner.notice is not None
    assert page.banner.notice.kind is Kind.SUCCESS
    data = session.asker.chosen.read_bytes()
    if form == "csv":
        lines = list(csv.reader(io.StringIO(data.decode().removeprefix("\ufeff"))))
        assert len(lines) == 6
    else:
        assert data.startswith(b"\x89PNG" if form == "png" else b"<?xml")


def test_a_picture_is_never_written_over_a_database(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    session.asker.chosen = migrated / PERFORMANCE
    size = session.asker.chosen.stat().st_size
    page.cards["tokens"].menu.entries["png"].trigger()
    assert page.banner.notice is not None
    assert page.banner.notice.kind is Kind.ERROR
    assert session.asker.chosen.stat().st_size == size


def test_cards_stand_beside_each_other_where_there_is_room(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    session.window.resize(2_400, 900)
    session.qtbot.waitUntil(lambda: page.columns == 2)
    session.window.resize(1_000, 900)
    session.qtbot.waitUntil(lambda: page.columns == 1)


@pytest.mark.parametrize("width", [900, 1_500, 2_400])
def test_the_cards_of_a_page_that_is_opened_first_can_be_seen(session: Session, migrated: Path, width: int) -> None:
    session.window.resize(width, 900)
    session.open(migrated)
    for name in ("agents", "workflows"):
        page = analytics(session, name)
        assert all(card.isVisible() for card in page.cards.values())
        areas = [card.geometry() for card in page.cards.values()]
        assert not any(one.intersects(other) for one, other in combinations(areas, 2))


def test_the_tab_key_reaches_the_charts(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    page.bar.refresh_button.setFocus()
    seen: list[QWidget | None] = []
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget() or page, Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert page.cards["confidence_by_type"].chart in seen
