"""One card, with panels made by hand: drawn, pointed at, toggled, zoomed, shown as a table, taken along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImageReader, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from felix_dbadmin.core.analytics.panel import Behind, Form, Marker, Panel, State
from felix_dbadmin.core.errors import Locked
from felix_dbadmin.models.panel_text import Message, Way
from felix_dbadmin.views.charts.picture import png_of, svg_of
from felix_dbadmin.views.charts.styles import StyleBook
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.theme import Scheme
from felix_dbadmin.views.widgets.panel_card import PanelCard
from tests.models import made_panels
from tests.views.on_analytics import chart, click, point_at, where

FORMS = (
    made_panels.bars(),
    made_panels.lines(),
    made_panels.boxes(),
    made_panels.points(),
    made_panels.paths(),
)


@pytest.fixture
def card(qtbot: QtBot, look: Look) -> Iterator[PanelCard]:
    window = QWidget()
    made = PanelCard(look, "activity", "Checkpoints over time", StyleBook(), window)
    QVBoxLayout(window).addWidget(made)
    window.resize(700, 460)
    made.use(import_module("pyqtgraph"))
    window.show()
    yield made
    window.close()
    window.deleteLater()


def drawn(card: PanelCard) -> set[int]:
    """The series that are in the chart."""
    shape = chart(card).shape
    assert shape is not None
    return {mark.series for mark in shape.marks}


@pytest.mark.parametrize("panel", FORMS, ids=lambda panel: panel.form)
def test_every_form_is_drawn_and_says_its_values_under_the_pointer(card: PanelCard, panel: Panel) -> None:
    card.show_panel(panel)
    said = point_at(card, 0)
    assert said
    assert any(name in " ".join(said) for name in ("Confidence", "type 0", "research", "Height"))


@pytest.mark.parametrize("panel", FORMS, ids=lambda panel: panel.form)
@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_every_form_survives_a_change_of_theme(card: PanelCard, look: Look, panel: Panel, scheme: Scheme) -> None:
    card.show_panel(panel)
    look.theme.set_scheme(scheme)
    assert not card.shows_message
    assert card.grab().width() > 0


def test_the_pointer_on_a_line_says_every_series_at_that_time(card: PanelCard) -> None:
    card.show_panel(made_panels.lines())
    said = point_at(card, 5)
    assert len(said) == 4  # the time, two series, and that a click leads on
    assert "type 0: 10" in said
    assert "type 1: 15" in said


def test_a_gap_is_told_apart_from_zero(card: PanelCard) -> None:
    card.show_panel(made_panels.lines())
    assert not any(line.startswith("type 1") for line in point_at(card, 2))
    assert "type 1: 0" in point_at(card, 0)


def test_a_click_on_a_mark_asks_for_its_rows(card: PanelCard, qtbot: QtBot) -> None:
    card.show_panel(made_panels.bars())
    with qtbot.waitSignal(card.rows_wanted) as asked:
        click(chart(card).canvas, where(card, 1))
    assert asked.args == [Behind((("agent_type", "analysis"),))]


def test_the_keyboard_goes_from_mark_to_mark_and_opens_its_rows(card: PanelCard, qtbot: QtBot) -> None:
    card.show_panel(made_panels.bars())
    drawn = chart(card)
    for _ in range(3):
        QTest.keyClick(drawn, Qt.Key.Key_Right)
    assert drawn.hover.lines[0] == "Confidence · critic"
    with qtbot.waitSignal(card.rows_wanted) as asked:
        QTest.keyClick(drawn, Qt.Key.Key_Return)
    assert asked.args == [Behind((("agent_type", "critic"),))]


def test_the_legend_takes_a_series_out_and_back_in(card: PanelCard) -> None:
    card.show_panel(made_panels.lines())
    button = card.legend.buttons[1]
    click(button)
    assert drawn(card) == {0}
    assert button.accessibleDescription() == "hidden"
    card.show_panel(made_panels.lines(count=20))
    assert card.legend.hidden == {"type 1"}
    click(card.legend.buttons[1])
    assert card.legend.hidden == set()


def test_a_series_keeps_its_look_when_others_are_filtered_away(card: PanelCard) -> None:
    card.show_panel(made_panels.lines(series=3))
    before = {entry.name: entry.style for entry in card.legend.entries}
    panel = made_panels.lines(series=3)
    card.show_panel(replace(panel, series=panel.series[1:]))
    assert {entry.name: entry.style for entry in card.legend.entries} == {
        name: style for name, style in before.items() if name != "type 0"
    }
    assert len({(style.symbol, style.dash) for style in before.values()}) == 3


def test_zooming_and_seeing_all_again(card: PanelCard) -> None:
    card.show_panel(made_panels.lines())
    drawn = chart(card)
    whole = drawn.in_sight
    assert not card.menu.entries["reset"].isEnabled()
    QTest.keyClick(drawn, Qt.Key.Key_Plus)
    assert drawn.is_zoomed
    assert drawn.in_sight[0][1] - drawn.in_sight[0][0] < whole[0][1] - whole[0][0]
    assert card.menu.entries["reset"].isEnabled()
    card.show_panel(made_panels.lines(count=60))  # read again: the zoom stays
    assert drawn.is_zoomed
    card.menu.entries["reset"].trigger()
    assert not drawn.is_zoomed


def test_the_wheel_belongs_to_the_page_unless_ctrl_is_held(card: PanelCard) -> None:
    card.show_panel(made_panels.lines())
    drawn = chart(card)
    middle = QPointF(drawn.canvas.rect().center())
    for held, zooms in ((Qt.KeyboardModifier.NoModifier, False), (Qt.KeyboardModifier.ControlModifier, True)):
        turn = QWheelEvent(
            middle,
            QPointF(drawn.canvas.mapToGlobal(middle.toPoint())),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            held,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(drawn.canvas, turn)
        assert drawn.is_zoomed == zooms
        assert turn.isAccepted() == zooms


def test_a_zoomed_span_can_be_shown_everywhere(card: PanelCard, qtbot: QtBot) -> None:
    card.show_panel(made_panels.lines())
    QTest.keyClick(chart(card), Qt.Key.Key_Plus)
    with qtbot.waitSignal(card.span_wanted) as wanted:
        card.menu.entries["span"].trigger()
    assert tuple(wanted.args) == chart(card).span


def test_a_migration_is_told_at_the_time_that_it_happened(card: PanelCard) -> None:
    panel = made_panels.lines()
    card.show_panel(panel)
    card.show_markers((Marker(panel.series[0].x[10], "Applied 2: indexes"), Marker(1.0, "Applied 1")))
    assert any("Applied 2: indexes" in line for line in point_at(card, 10))
    assert not any("Applied" in line for line in point_at(card, 20))


def test_any_chart_can_be_shown_as_its_table(card: PanelCard) -> None:
    card.show_panel(made_panels.bars())
    click(card.table_button)
    assert card.shows_table
    model = card.rows.model
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == list(made_panels.TYPES)
    click(card.table_button)
    assert not card.shows_table


def test_a_table_leads_to_the_rows_behind_a_line_and_says_how_many_more_there_are(
    card: PanelCard, qtbot: QtBot
) -> None:
    card.show_panel(made_panels.table())
    assert card.rows.line == "The first 3 of 10."
    with qtbot.waitSignal(card.rows_wanted) as asked:
        card.rows.view.doubleClicked.emit(card.rows.model.index(0, 0))
    assert asked.args == [Behind((("agent_id", "b"),))]


def test_figures_stand_as_tiles_with_their_change(card: PanelCard) -> None:
    card.show_panel(made_panels.figures())
    assert card.tiles.tiles[0].texts == ("Checkpoints", "1,200", "▲ 20 % from 1,000")


def test_a_helix_can_be_turned(card: PanelCard) -> None:
    card.show_panel(made_panels.paths())
    before = where(card, 0)
    card.turn.setValue(90)
    assert where(card, 0) != before


@pytest.mark.parametrize("panel", FORMS, ids=lambda panel: panel.form)
def test_a_picture_can_be_saved_sharp_and_as_lines(card: PanelCard, panel: Panel) -> None:
    card.show_panel(made_panels.odd(panel))
    sheet = card.sheet()
    assert sheet is not None
    buffer = QBuffer()
    buffer.setData(QByteArray(png_of(sheet)))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    image = QImageReader(buffer).read()
    assert image.width() >= 2 * chart(card).width()
    svg = svg_of(sheet)
    assert QSvgRenderer(QByteArray(svg)).isValid()
    assert b"Left out: 12 rows" in svg
    assert b"<image" not in svg


def test_copying_values_and_the_picture(card: PanelCard) -> None:
    card.show_panel(made_panels.bars())
    card.menu.entries["copy values"].trigger()
    assert QGuiApplication.clipboard().text().splitlines()[0] == "Agent type\tMean confidence"
    card.menu.entries["copy picture"].trigger()
    assert not QGuiApplication.clipboard().image().isNull()


def test_what_was_left_out_stands_beneath_the_chart(card: PanelCard) -> None:
    card.show_panel(made_panels.odd(made_panels.bars()))
    assert "Left out: 12 rows (confidence is missing or no number), 1 row (time is in the future)" in card.texts


@pytest.mark.parametrize(
    ("panel", "words", "way"),
    [
        (made_panels.empty(State.EMPTY), "holds no row", Way.NONE),
        (made_panels.empty(State.NO_ROWS, latest=made_panels.NOON), "Show all", Way.SPAN),
        (made_panels.empty(State.NOT_MIGRATED, migration=1), "Apply migration 1…", Way.MIGRATE),
    ],
    ids=lambda value: str(getattr(value, "state", value)),
)
def test_nothing_to_show_says_why_and_leads_out(
    card: PanelCard, qtbot: QtBot, panel: Panel, words: str, way: Way
) -> None:
    card.show_panel(panel)
    assert card.shows_message
    assert words in f"{card.message.text} {card.message.button.text()}"
    assert card.message.button.isVisible() == (way is not Way.NONE)
    if way is not Way.NONE:
        with qtbot.waitSignal(card.way_wanted) as asked:
            click(card.message.button)
        assert isinstance(asked.args[0], Message)
        assert asked.args[0].way is way


def test_an_error_is_no_empty_chart(card: PanelCard, qtbot: QtBot) -> None:
    card.show_panel(made_panels.bars())
    card.show_trouble(Locked("felix_agent_performance.db is locked by another program.", "Close it."))
    assert card.shows_message
    assert "is locked by another program" in card.message.text
    with qtbot.waitSignal(card.way_wanted) as asked:
        click(card.message.button)
    assert asked.args[0].way is Way.AGAIN


@pytest.mark.parametrize("count", [0, 1, 100, 2_000])
def test_none_one_and_many_points(card: PanelCard, count: int) -> None:
    card.show_panel(made_panels.lines(count=count, series=12))
    assert not card.shows_message
    assert card.grab().height() > 0
    if count:
        assert point_at(card, 0)


def test_many_names_do_not_hurt_and_those_out_of_sight_are_counted(card: PanelCard) -> None:
    names = tuple(f"python -m pytest tests/test_{number}.py" for number in range(200))
    card.show_panel(made_panels.bars(names, tuple(float(number % 7) for number in range(200))))
    assert "188 more are in the table." in card.texts
    drawn = chart(card)
    for _ in range(15):
        QTest.keyClick(drawn, Qt.Key.Key_Right)
    assert "test_14.py" in drawn.hover.lines[0]
    assert drawn.hover.lines


def test_names_with_markup_are_shown_as_they_are(card: PanelCard) -> None:
    name = "<b>bold</b><img src=x>"
    card.show_panel(made_panels.bars((name, "b"), (0.5, 0.6)))
    assert point_at(card, 0)[0].endswith(name)
    panel = made_panels.lines()
    card.show_panel(replace(panel, form=Form.LINES, series=(replace(panel.series[0], name=name), panel.series[1])))
    assert card.legend.buttons[0].text() == name
