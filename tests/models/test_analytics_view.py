"""What a page looks at: as a wish, in words, and remembered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.analytics.panel import Behind, Wish
from felix_dbadmin.core.rows import Span
from felix_dbadmin.models.analytics_pages import SPECS, rows_behind
from felix_dbadmin.models.analytics_view import SECONDS, Spell, View, spell_to_see, view_line, view_of

NOW = 1_761_307_200.0
moments = st.none() | st.floats(0, 4e9)
views = st.builds(
    View,
    st.sampled_from(Spell),
    moments,
    moments,
    st.lists(st.tuples(st.text(), st.lists(st.text()).map(tuple)), max_size=3).map(tuple),
    st.integers(1, 100),
)


@given(views)
def test_what_is_remembered_comes_back(view: View) -> None:
    assert view_of(view_line(view)) == view


@given(st.text() | st.sampled_from(["[]", "[1]", '["1h", "x", null, [], 3]', "{}", '["1h", NaN, null, [], 3]']))
def test_what_cannot_be_read_is_nothing(line: str) -> None:
    assert view_of(line) is None


def test_a_span_ends_now_and_all_has_no_end() -> None:
    assert View(Spell.DAY).wish(NOW) == Wish(since=NOW - 86_400, until=NOW)
    assert View(Spell.ALL, 1.0, 2.0).wish(NOW) == Wish()
    assert View(Spell.CUSTOM, 1.0, 2.0).wish(NOW) == Wish(since=1.0, until=2.0)


@given(st.floats(0, 1e9))
def test_the_shortest_span_that_shows_it_is_found(age: float) -> None:
    spell = spell_to_see(NOW - age, NOW)
    fitting = [each for each, seconds in SECONDS.items() if age <= seconds]
    assert spell is (fitting[0] if fitting else Spell.ALL)


def test_filters_come_and_go() -> None:
    view = View().narrowed_to("agent_type", ("critic", "research")).narrowed_to("phase", ("synthesis",))
    assert view.in_words == "All times, agent type critic or research, phase synthesis"
    assert view.narrowed_to("agent_type", ()).where == (("phase", ("synthesis",)),)


def test_a_mark_leads_to_the_rows_of_the_page_that_have_its_values() -> None:
    wish = Wish(since=100.0, until=900.0, where=(("phase", ("a", "(none)")), ("agent_type", ("x", "y"))))
    where, span = rows_behind(SPECS[0], wish, Behind((("agent_type", "x"),), 50.0, 300.0))
    assert where == (("agent_type", "x"), ("phase", ("a", "(none)", None)))
    assert span == Span("timestamp", 100.0, 300.0)
    assert rows_behind(SPECS[0], Wish(), Behind()) == ((), None)
