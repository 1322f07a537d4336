"""What somebody does on a page of figures, in a word."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from felix_dbadmin.views.charts.chart import Chart
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.pages.analytics import AnalyticsPage
from felix_dbadmin.views.pages.approvals import ApprovalsPage
from felix_dbadmin.views.widgets.panel_card import PanelCard
from tests.views.session import LONG, Session

TABS = {"agents": Do.AGENTS_TAB, "commands": Do.COMMANDS_TAB, "workflows": Do.WORKFLOWS_TAB, "tasks": Do.TASKS_TAB}


def analytics(session: Session, name: str) -> AnalyticsPage:
    """In front, with all its panels read and drawn."""
    session.start(TABS[name])
    return settle(session, name)


def settle(session: Session, name: str) -> AnalyticsPage:
    page = session.window.analytics.pages[name]
    desk = session.window.analytics.desks[name]

    def done() -> bool:
        return not (
            desk.asking or page.drawing or session.jobs.jobs or any(waits(card) for card in page.cards.values())
        )

    session.qtbot.waitUntil(done, timeout=LONG)
    return page


def waits(card: PanelCard) -> bool:
    """For its answer, or for what draws it."""
    return card.shows_message and card.message.text.split("…")[0] in ("Waiting", "Drawing")


def chart(card: PanelCard) -> Chart:
    assert card.chart is not None
    assert not card.shows_message
    return card.chart


def point_at(card: PanelCard, place: int, series: int = 0) -> list[str]:
    """Move the pointer to a mark; returns what it says."""
    drawn = chart(card)
    QTest.mouseMove(drawn.canvas, QPoint(1, 1))
    QTest.mouseMove(drawn.canvas, where(card, place, series))
    return list(drawn.hover.lines)


def where(card: PanelCard, place: int, series: int = 0) -> QPoint:
    drawn = chart(card)
    assert drawn.shape is not None
    mark = next(each for each in drawn.shape.marks if (each.series, each.place) == (series, place))
    return drawn.point_of(mark)


def click(widget: QWidget, point: QPoint | None = None) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point or widget.rect().center())


def approvals(session: Session) -> ApprovalsPage:
    """In front, with the queue read."""
    session.start(Do.APPROVALS)
    page = session.window.analytics.approvals
    session.qtbot.waitUntil(lambda: page.queue is not None and not session.jobs.jobs, timeout=LONG)
    return page
