"""How figures read, and what a panel says when it shows nothing."""

from __future__ import annotations

import pytest

from felix_dbadmin.core.analytics.panel import Figure, State
from felix_dbadmin.models.analytics_view import Spell
from felix_dbadmin.models.panel_text import (
    NOTHING,
    Way,
    change_text,
    figure_text,
    foot_text,
    mark_lines,
    message_of,
    value_text,
)
from tests.models import made_panels
from tests.models.made_panels import NOON


@pytest.mark.parametrize(
    ("figure", "text", "change"),
    [
        (Figure("Checkpoints", 1_200.0, before=1_000.0), "1,200", "▲ 20 % from 1,000"),
        (Figure("Checkpoints", 500.0, before=1_000.0), "500", "▼ 50 % from 1,000"),
        (Figure("Checkpoints", 7.0, before=0.0), "7", "▲ from 0"),
        (Figure("Checkpoints", 7.0, before=7.0), "7", "= 7 before"),
        (Figure("Checkpoints", 7.0), "7", ""),
        (Figure("Mean confidence", None, before=0.5, digits=3), NOTHING, ""),
        (Figure("Mean confidence", 0.5671, digits=3), "0.567", ""),
        (Figure("Tokens", 3_800_783.0, "tokens"), "3,800,783", ""),
        (Figure("Tokens", 1_234_567_890.0, "tokens"), "1,234.6 M", ""),
        (Figure("Success rate", 90.84, "%", digits=1), "90.8 %", ""),
        (Figure("Mean duration", 6.3, "s", digits=2), "6.30 s", ""),
        (Figure("Processing time", 4_000.0, "s", 8_000.0, 1), "1 h 6 min", "▼ 50 % from 2 h 13 min"),
    ],
)
def test_a_figure_says_its_value_and_how_it_changed(figure: Figure, text: str, change: str) -> None:
    assert figure_text(figure) == text
    assert change_text(figure) == change


def test_a_figure_that_still_comes_is_told_from_one_that_nothing_is_known_of() -> None:
    unknown = Figure("Mean duration", None, "s")
    assert (figure_text(unknown), figure_text(unknown, provisional=True)) == (NOTHING, "…")
    assert figure_text(Figure("Commands", 0), provisional=True) == "0"


def test_values_have_as_many_digits_as_tell() -> None:
    assert [value_text(each) for each in (0.0, 3.0, 0.123456, 12.3456, 1234.5)] == [
        "0",
        "3",
        "0.123",
        "12.3",
        "1,234",
    ]
    assert value_text(0.25, "s") == "250 ms"
    assert value_text(float("nan")) == value_text(None)


def test_a_mark_says_all_that_is_known_of_it() -> None:
    panel = made_panels.bars()
    lines = mark_lines(panel, panel.series[0], 1)
    assert lines == ["Confidence · analysis", "Confidence: 0.700", "middle half: 0.600 to 0.800", "200 rows"]


def test_what_was_left_out_is_counted_with_its_reason() -> None:
    foot = foot_text(made_panels.odd(made_panels.bars()))
    assert foot == ("600 rows. Left out: 12 rows (confidence is missing or no number), 1 row (time is in the future).")


def test_no_rows_in_range_says_when_the_latest_was_and_leads_there() -> None:
    panel = made_panels.empty(State.NO_ROWS, latest=NOON - 3 * 86_400)
    message = message_of(panel, NOON)
    assert message is not None
    assert "3 days ago" in message.text
    assert (message.way, message.button, message.spell) == (Way.SPAN, "Show last 7 days", Spell.WEEK)


def test_what_is_older_than_any_span_or_in_the_future_leads_to_all() -> None:
    for latest in (NOON - 400 * 86_400, NOON + 3_600):
        message = message_of(made_panels.empty(State.NO_ROWS, latest=latest), NOON)
        assert message is not None
        assert (message.button, message.spell) == ("Show all", Spell.ALL)
    future = message_of(made_panels.empty(State.NO_ROWS, latest=NOON + 3_600), NOON)
    assert future is not None
    assert "in the future" in future.text


def test_each_state_is_told_apart() -> None:
    titles = {
        state: message.title
        for state in State
        if (message := message_of(made_panels.empty(state, migration=2), NOON)) is not None
    }
    assert len(set(titles.values())) == len(State) - 1
    migrate = message_of(made_panels.empty(State.NOT_MIGRATED, migration=2), NOON)
    assert migrate is not None
    assert (migrate.way, migrate.button) == (Way.MIGRATE, "Apply migration 2…")
