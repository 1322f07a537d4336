"""The pages of figures, as somebody at the window meets them: look, narrow, point, open, take along."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtTest import QTest

from felix_dbadmin.core.sample.demo import make_demo
from felix_dbadmin.core.task import Task
from felix_dbadmin.models.analytics_view import Spell
from felix_dbadmin.views.dialogs.review import ReviewDialog
from felix_dbadmin.views.dialogs.rows import RowsDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.widgets.activity_panel import ActivityPanel
from tests.helpers.workspaces import query, run_sql
from tests.views.on_analytics import analytics, chart, click, settle, where
from tests.views.session import LONG, Session

PERFORMANCE = "felix_agent_performance.db"
NAMES = ("agents", "commands", "workflows", "tasks")


def tile(session: Session, name: str, figure: str) -> str:
    """A headline figure as it reads."""
    tiles = session.window.analytics.pages[name].cards["headline"].tiles.tiles
    return next(value for title, value, _ in (each.texts for each in tiles) if title == figure)


def rows_dialog(session: Session) -> RowsDialog:
    dialog = session.dialog(RowsDialog)
    session.qtbot.waitUntil(lambda: dialog.rows is not None, timeout=LONG)
    return dialog


def test_charts_are_loaded_when_somebody_looks_and_not_before(session: Session, migrated: Path) -> None:
    session.open(migrated)
    assert not any(card.panel for page in session.window.analytics.pages.values() for card in page.cards.values())
    page = analytics(session, "agents")
    assert [name for name, card in page.cards.items() if card.shows_message] == []
    assert chart(page.cards["tokens"]).shape is not None


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_of_every_page_is_shown(session: Session, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "demo"
    make_demo(folder, time.time(), task=Task())
    session.open(folder, "knowledge")
    page = analytics(session, name)
    assert all(card.panel is not None for card in page.cards.values())


def test_the_figures_are_those_of_the_database(session: Session, migrated: Path) -> None:
    session.open(migrated)
    analytics(session, "agents")
    [(rows, agents, confidence)] = query(
        migrated / PERFORMANCE, "select count(*), count(distinct agent_id), avg(confidence) from agent_performance"
    )
    assert tile(session, "agents", "Checkpoints") == f"{rows:,}"
    assert tile(session, "agents", "Agents") == f"{agents:,}"
    assert tile(session, "agents", "Mean confidence") == f"{confidence:.3f}"


def test_narrowing_to_a_value_narrows_every_panel_and_is_remembered(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    button = page.bar.filters["agent_type"]
    names = [button.list.item(row).text().split()[0] for row in range(button.list.count())]
    button.list.item(names.index("critic")).setCheckState(Qt.CheckState.Checked)
    settle(session, "agents")
    [(rows,)] = query(migrated / PERFORMANCE, "select count(*) from agent_performance where agent_type = 'critic'")
    assert tile(session, "agents", "Checkpoints") == f"{rows:,}"
    panel = page.cards["confidence_by_type"].panel
    assert panel is not None
    assert panel.x.names == ("critic",)
    assert "critic" in button.text()
    session.window.open_folder(migrated)
    settle(session, "agents")
    assert page.bar.view.values("agent_type") == ("critic",)
    click(page.bar.clear_button)
    settle(session, "agents")
    assert page.bar.view.where == ()


def test_a_value_can_be_typed(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    box = page.bar.filters["workflow_id"].box
    QTest.keyClicks(box, "17")
    QTest.keyClick(box, Qt.Key.Key_Return)
    settle(session, "agents")
    assert page.bar.view.values("workflow_id") == ("17",)
    [(rows,)] = query(migrated / PERFORMANCE, "select count(*) from agent_performance where workflow_id = 17")
    assert tile(session, "agents", "Checkpoints") == f"{rows:,}"


def test_a_range_without_rows_says_when_the_latest_was_and_leads_there(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    click(page.bar.spells[Spell.HOUR])
    settle(session, "agents")
    card = page.cards["activity"]
    assert card.shows_message
    assert "days ago" in card.message.text
    click(card.message.button)
    settle(session, "agents")
    assert page.bar.view.spell is Spell.ALL
    assert not card.shows_message


def test_two_times_of_ones_own(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    [(first,)] = query(migrated / PERFORMANCE, "select min(timestamp) from agent_performance")
    assert isinstance(first, float)
    click(page.bar.spells[Spell.CUSTOM])
    since = int(first) // 60 * 60
    page.bar.since.setDateTime(QDateTime.fromSecsSinceEpoch(since))
    page.bar.until.setDateTime(QDateTime.fromSecsSinceEpoch(since + 86_400))
    click(page.bar.show_button)
    settle(session, "agents")
    [(rows,)] = query(
        migrated / PERFORMANCE,
        f"select count(*) from agent_performance where timestamp >= {since} and timestamp < {since + 86_400}",
    )
    assert tile(session, "agents", "Checkpoints") == f"{rows:,}"
    assert f"{session.window.analytics.pages['agents'].bar.view.in_words}".endswith("to " + page.bar.until.text())


def test_from_a_bar_to_its_rows(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    card = page.cards["confidence_by_type"]
    assert card.panel is not None
    kind = card.panel.x.names[1]
    click(chart(card).canvas, where(card, 1))
    dialog = rows_dialog(session)
    assert dialog.rows is not None
    [(rows,)] = query(migrated / PERFORMANCE, f"select count(*) from agent_performance where agent_type = '{kind}'")
    assert dialog.rows.total == rows
    assert kind in dialog.line.text()
    dialog.close()


def test_a_command_of_the_history_is_read_whole(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "commands")
    view = page.cards["history"].rows.view
    view.setCurrentIndex(view.model().index(0, 0))
    QTest.keyClick(view, Qt.Key.Key_Return)
    dialog = rows_dialog(session)
    [(ident, command, folder)] = query(
        migrated / "felix_system_actions.db",
        "select execution_id, command, cwd from command_executions order by timestamp desc, execution_id desc limit 1",
    )
    text = dialog.whole.toPlainText()
    assert f"execution_id: {ident}" in text
    assert f"command: {command}" in text
    assert f"cwd: {'NULL' if folder is None else folder}" in text
    assert "env_snapshot:" in text
    dialog.close()


def test_from_a_point_in_time_to_its_rows(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    card = page.cards["activity"]
    assert card.panel is not None
    series = card.panel.series[0]
    place = next(place for place, value in enumerate(series.y) if value)
    click(chart(card).canvas, where(card, place))
    dialog = rows_dialog(session)
    assert dialog.rows is not None
    assert dialog.rows.total is not None
    assert dialog.rows.total in {each.y[place] for each in card.panel.series}
    assert " from 20" in dialog.line.text()
    dialog.close()


def test_what_is_not_migrated_says_so_and_offers_the_migration(session: Session, fresh: Path) -> None:
    session.open(fresh, "agent_performance")
    page = analytics(session, "agents")
    card = page.cards["activity"]
    assert "Not migrated yet" in card.message.text
    click(card.message.button)
    session.press(session.dialog(ReviewDialog).accept_button)
    session.finish()
    session.start(Do.AGENTS_TAB)
    settle(session, "agents")
    assert "Nothing recorded yet" in card.message.text


def test_a_database_that_is_not_there_yet_can_be_made(session: Session, tmp_path: Path) -> None:
    session.open(tmp_path, "workflows")
    page = analytics(session, "workflows")
    card = page.cards["status"]
    assert "Not there yet" in card.message.text
    click(card.message.button)
    session.press(session.dialog(ReviewDialog).accept_button)
    session.finish()
    session.start(Do.WORKFLOWS_TAB)
    settle(session, "workflows")
    assert "Nothing recorded yet" in card.message.text


def test_a_database_that_cannot_be_read_is_an_error_and_can_be_tried_again(session: Session, migrated: Path) -> None:
    session.open(migrated)
    database = migrated / PERFORMANCE
    kept = database.rename(tmp_name(database))
    database.write_bytes(b"this is no database " * 500)
    session.start(Do.AGENTS_TAB)
    page = settle(session, "agents")
    card = page.cards["activity"]
    assert card.shows_message
    assert PERFORMANCE in card.message.text
    kept.replace(database)
    click(card.message.button)
    assert not settle(session, "agents").cards["activity"].shows_message


def tmp_name(path: Path) -> Path:
    return path.with_name(f"{path.name}.kept")


def test_changing_the_range_drops_what_was_asked_before(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    for spell in (Spell.HOUR, Spell.DAY, Spell.WEEK, Spell.ALL):
        page.bar.set_view(page.bar.view.over(spell))
    settle(session, "agents")
    assert not any(card.shows_message for card in page.cards.values())
    assert not any(card.busy for card in page.cards.values())


def test_figures_leave_the_activity_and_the_status_line_alone(session: Session, migrated: Path) -> None:
    session.open(migrated)
    told: list[str] = []
    session.jobs.submitted.connect(lambda job: told.append(session.window.job_bar.text))
    analytics(session, "agents")
    assert set(told) == {""}
    panel = session.window.activity
    assert isinstance(panel, ActivityPanel)
    assert not any("Agents" in row.what for row in panel.rows)


def test_reading_again_shows_what_came_since(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "agents")
    before = tile(session, "agents", "Checkpoints")
    run_sql(migrated / PERFORMANCE, "delete from agent_performance where id % 2")
    click(page.bar.refresh_button)
    settle(session, "agents")
    assert tile(session, "agents", "Checkpoints") != before


def test_the_threshold_of_successful_commands_can_be_set(session: Session, migrated: Path) -> None:
    session.open(migrated)
    page = analytics(session, "commands")
    card = page.cards["successful"]
    assert card.panel is not None
    before = card.panel.table.total
    assert before
    page.bar.least.setValue(100_000)
    settle(session, "commands")
    assert card.panel is not None
    assert card.panel.table.total == 0


def test_migrations_stand_on_charts_over_time(session: Session, migrated: Path) -> None:
    run_sql(
        migrated / PERFORMANCE,
        "update schema_migrations set applied_at = (select avg(timestamp) from agent_performance)",
    )
    session.open(migrated)
    page = analytics(session, "agents")
    drawn = chart(page.cards["activity"])
    assert ["Applied 1" in marker.text for marker in drawn.markers] == [True]
    assert chart(page.cards["tokens"]).markers == ()
