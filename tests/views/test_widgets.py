"""The parts by themselves: banner, progress, SQL view, theme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.errors import Cancelled, StatementFailed
from felix_dbadmin.core.migrate.script import parse_migration
from felix_dbadmin.core.task import Progress
from felix_dbadmin.jobs.job import Job
from felix_dbadmin.models.columns import MigrationRow
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column, TableModel
from felix_dbadmin.views.dialogs.progress import ProgressDialog
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.notice import Kind, Notice, Returns, Undo, notice_of
from felix_dbadmin.views.theme import Scheme, load_tokens
from felix_dbadmin.views.widgets.banner import Banner
from felix_dbadmin.views.widgets.basics import PlainLabel, RowTable, widest_that_fit
from felix_dbadmin.views.widgets.sql_view import SqlView


@pytest.fixture
def host(qtbot: QtBot, look: Look) -> Iterator[QWidget]:
    widget = QWidget()
    widget.resize(800, 600)
    widget.show()
    yield widget
    widget.close()
    widget.deleteLater()


def test_a_banner_tells_copies_and_closes(look: Look, host: QWidget) -> None:
    banner = Banner(look, host)
    error = StatementFailed("It failed.", "Mend it.", statement="SELECT 1", where="notes/001.sql:3")
    banner.show_notice(notice_of(error))
    assert banner.isVisible()
    assert banner.accessibleName() == "Error: It failed."
    banner.copy()
    assert QApplication.clipboard().text() == "It failed.\nMend it.\nnotes/001.sql:3\nSELECT 1"
    banner.setFocus()
    banner.close_notice()
    assert banner.isHidden()
    assert banner.notice is None


def test_a_cancelled_job_is_news_and_no_fault() -> None:
    assert notice_of(Cancelled("Cancelled.", "Nothing is left half done.")).kind is Kind.INFO


def test_undo_is_offered_where_there_is_a_way_back(look: Look, host: QWidget) -> None:
    banner = Banner(look, host)
    undo = Undo("knowledge", "pre_migration_x.db")
    banner.show_notice(Notice(Kind.SUCCESS, "Done.", undo=undo))
    told: list[object] = []
    banner.undo_requested.connect(told.append)
    button = next(each for each in banner.findChildren(QWidget) if each.toolTip() == "Restore pre_migration_x.db")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told == [undo]


def progress(step: int, done: int = 0, total: int | None = None, note: str = "") -> Progress:
    return Progress(("Back up", "Apply 1", "Read back"), step, done, total, note, (f"line {step}",))


ALL_THREE = Returns(tuple(Undo(name, "pre_migration_x.db") for name in ("knowledge", "tasks", "workflows")))


@pytest.mark.parametrize(("undo", "beneath"), [(ALL_THREE, True), (ALL_THREE.undos[0], False)])
def test_a_long_way_back_stands_beneath_the_text_and_a_short_one_beside_it(
    qtbot: QtBot, look: Look, host: QWidget, undo: Undo | Returns, beneath: bool
) -> None:
    banner = Banner(look, host)
    QVBoxLayout(host).addWidget(banner)
    text = "Already done and kept: knowledge, tasks and workflows."
    banner.show_notice(Notice(Kind.ERROR, text, "Correct the statement.", undo=undo))
    button = next(each for each in banner.findChildren(QPushButton) if each.text() == undo.text)
    summary = next(each for each in banner.findChildren(QLabel) if each.text() == text)
    qtbot.waitUntil(lambda: is_below(button, summary) is beneath)
    assert summary.width() > banner.width() / 2


def is_below(one: QWidget, other: QWidget) -> bool:
    return one.geometry().top() > other.geometry().bottom()


def test_progress_shows_steps_and_asks_to_stop_once(host: QWidget) -> None:
    owner = QObject()
    job: Job[None] = Job(1, "Apply", "knowledge", owner)
    asked: list[object] = []
    job.cancel_requested.connect(asked.append)
    dialog = ProgressDialog(host, "Cancel", "Nothing stays changed.")
    dialog.follow(job, "Apply 1 migration to knowledge")
    assert dialog.isHidden()  # a quick job flashes nothing up
    job.report(progress(1, 5, 10, "half"))
    assert dialog.lines == ("✓ Back up", "▸ Apply 1", "○ Read back")
    dialog.open()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert asked == [job]
    assert dialog.isVisible()  # it stays until the job has really ended
    dialog.leave()
    assert dialog.isHidden()
    owner.deleteLater()


def test_progress_appears_when_a_job_takes_its_time(qtbot: QtBot, host: QWidget) -> None:
    owner = QObject()
    job: Job[None] = Job(1, "Apply", "knowledge", owner)
    dialog = ProgressDialog(host, "Cancel", "")
    dialog.follow(job, "Apply")
    qtbot.waitUntil(dialog.isVisible)
    dialog.leave()
    owner.deleteLater()


def test_python_migrations_are_shown_as_python(look: Look, host: QWidget) -> None:
    view = SqlView(look, host)
    source = 'description = "Do"\n\ndef up(db):\n    db.execute("select 1")\n'
    migration = parse_migration("notes", "001_do.py", source)
    view.show_migration(MigrationRow(1, "Do", migration, None))
    assert view.text == source.rstrip("\n") + "\n"


def test_a_migration_that_nobody_knows_says_so(look: Look, host: QWidget) -> None:
    view = SqlView(look, host)
    view.show_migration(MigrationRow(9, "Elsewhere", None, None))
    assert view.text == "The text of this migration is not known here."


@given(st.lists(st.integers(1, 500), max_size=8).map(tuple), st.integers(0, 3000))
def test_only_the_widest_columns_give_way_and_no_more_than_they_must(widths: tuple[int, ...], room: int) -> None:
    most = widest_that_fit(widths, room)
    assert sum(min(width, most) for width in widths) <= room
    assert most >= max(widths, default=0) or sum(min(width, most + 1) for width in widths) > room


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_what_is_said_in_passing_can_be_read(look: Look, host: QWidget, scheme: Scheme) -> None:
    look.theme.set_scheme(scheme)
    label = PlainLabel("● applied", host)
    label.make_muted()
    palette = label.palette()
    assert contrast(palette.color(label.foregroundRole()).name(), palette.window().color().name()) >= 4.5


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_text_can_be_read_on_its_background(name: str) -> None:
    tokens = load_tokens(name)
    backgrounds = [tokens.palette[key] for key in ("window", "base", "alternate")]
    texts = {**tokens.tones, **tokens.code, "text": tokens.palette["text"]}
    texts["placeholder"] = tokens.palette["placeholder"]
    poor = [
        (key, background)
        for key, colour in texts.items()
        for background in backgrounds
        if contrast(colour, background) < 4.5
    ]
    poor += [("banner", edge) for edge in tokens.banner.values() if contrast(tokens.palette["text"], edge) < 4.5]
    assert poor == []
    assert set(tokens.tones) == {Tone.MUTED, Tone.GOOD, Tone.WARNING, Tone.BAD}


def test_an_empty_check_box_has_an_edge_that_can_be_seen(look: Look, host: QWidget) -> None:
    box = QCheckBox("", host)
    box.resize(box.sizeHint())
    box.show()
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        look.theme.set_scheme(scheme)
        picture = box.grab().toImage()
        around = QColor(look.theme.tokens.palette["window"])
        row = [picture.pixelColor(x, picture.height() // 2).lightnessF() for x in range(picture.width())]
        assert max(abs(lightness - around.lightnessF()) for lightness in row[:8]) > 0.15


def test_the_icon_of_what_cannot_be_used_is_as_pale_as_its_words(look: Look) -> None:
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        look.theme.set_scheme(scheme)
        picture = look.icons.icon("apply", muted=True).pixmap(64, 64).toImage()
        middle = picture.pixelColor(picture.width() // 2, picture.height() // 2)
        assert middle.name() == look.theme.tokens.tones["muted"]
        assert look.icons.icon("apply").cacheKey() != look.icons.icon("apply", muted=True).cacheKey()


def test_a_title_over_numbers_keeps_apart_from_the_next_and_is_not_cut(look: Look, host: QWidget) -> None:
    columns: tuple[Column[str], ...] = (
        Column("A long title", lambda row: row, number=True),
        Column("A long title", lambda row: row),
        Column("Rest", lambda row: row),
    )
    table = RowTable(TableModel(columns, str, host), look.delegate, "Table", host, stretch=2)
    table.resize(700, 200)
    table.show()
    table.fit_columns()
    assert table.columnWidth(0) > table.columnWidth(1)
