"""What is asked for, kept as a line; the filters; the words about an answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from felix_dbadmin.core.errors import QueryInvalid
from felix_dbadmin.core.search.facets import Facet, Facets
from felix_dbadmin.core.search.query import Condition
from felix_dbadmin.core.search.statement import Order
from felix_dbadmin.models.facet_tree import FacetTree, groups_of
from felix_dbadmin.models.search_merge import part_of
from felix_dbadmin.models.search_wish import Chosen, Span, Wish, wish_line, wish_of
from felix_dbadmin.models.search_words import answer_text, error_text
from tests.models.test_search_results import first, source

TEXT = st.text(max_size=20)
WISHES = st.builds(
    Wish,
    text=TEXT,
    raw=st.booleans(),
    order=st.sampled_from(list(Order)),
    span=st.sampled_from(list(Span)),
    since=st.one_of(st.none(), st.floats(0, 1e10)),
    until=st.one_of(st.none(), st.floats(0, 1e10)),
    chosen=st.builds(
        Chosen,
        components=st.lists(TEXT, max_size=3).map(tuple),
        columns=st.lists(TEXT, max_size=3).map(tuple),
        values=st.lists(st.tuples(TEXT, st.lists(TEXT, max_size=3).map(tuple)), max_size=3).map(tuple),
    ),
)


@given(WISHES)
def test_a_search_that_was_kept_comes_back_as_it_was(wish: Wish) -> None:
    assert wish_of(wish_line(wish)) == wish


@given(TEXT)
def test_a_line_that_says_nothing_is_no_search(text: str) -> None:
    assert wish_of(text) is None or isinstance(wish_of(text), Wish)


def test_a_time_range_and_what_is_ticked_reach_the_engine() -> None:
    wish = Wish("error", span=Span.DAY, chosen=Chosen(("tasks",), ("body",), (("domain", ("python", "nlp")),)))
    search = wish.search((), typing=False, now=1_000_000.0)
    assert (search.since, search.until) == (1_000_000.0 - 86_400, None)
    assert search.columns == ("body",)
    assert search.conditions == (Condition("domain", ("python", "nlp")),)
    custom = Wish("error", span=Span.CUSTOM, since=5.0, until=9.0).search((), typing=False)
    assert (custom.since, custom.until) == (5.0, 9.0)


def ticks(tree: FacetTree) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in range(tree.rowCount()):
        heading = tree.item(row)
        values = range(heading.rowCount())
        found[heading.text()] = {heading.child(each, 0).text(): heading.child(each, 1).text() for each in values}
    return found


def counted(*values: tuple[str, int], others: int = 0, known: bool = True) -> Facets:
    return Facets((Facet("domain", values, others),), 10, known, 0.0)


def test_values_of_several_sources_are_added_up_and_what_is_ticked_stays() -> None:
    tree = FacetTree()
    QAbstractItemModelTester(tree, QAbstractItemModelTester.FailureReportingMode.Fatal)
    told: list[Chosen] = []
    tree.chosen_changed.connect(told.append)
    sources = (source("knowledge"), source("tasks"))
    facets = (counted(("python", 3), ("nlp", 1)), counted(("python", 2), others=4))
    tree.show_groups(groups_of(sources, {"knowledge": "4", "tasks": "6"}, facets, fresh=True))
    assert ticks(tree) == {
        "Component": {"knowledge": "4", "tasks": "6"},
        "Column": {"body": ""},
        "domain": {"python": "5", "nlp": "1", "others": "4"},
    }
    nlp = tree.item(2).child(1, 0)
    assert nlp.text() == "nlp"
    nlp.setCheckState(Qt.CheckState.Checked)
    assert told == [Chosen(values=(("domain", ("nlp",)),))]
    tree.show_groups(groups_of(sources, {}, (counted(("python", 1)),), fresh=True))
    assert ticks(tree)["domain"] == {"python": "1", "nlp": "0"}
    assert tree.item(2).child(1, 0).checkState() == Qt.CheckState.Checked
    assert len(told) == 1


def test_counts_of_the_last_question_are_not_shown_for_this_one() -> None:
    tree = FacetTree()
    sources = (source(),)
    tree.show_groups(groups_of(sources, {"knowledge": "4"}, (counted(("python", 3)),), fresh=True))
    tree.show_groups(groups_of(sources, {"knowledge": "9"}, (counted(("python", 3)),), fresh=False))
    assert ticks(tree)["domain"] == {"python": ""}
    assert tree.index(0, 0, QModelIndex()).isValid()


def test_values_that_were_not_all_counted_say_so() -> None:
    tree = FacetTree()
    tree.show_groups(groups_of((source(),), {}, (counted(("python", 100_000), known=False),), fresh=True))
    assert ticks(tree)["domain"] == {"python": "100,000+"}


def test_the_line_about_an_answer() -> None:
    one, other = part_of(source("knowledge"), first(1, 2, total=1_000)), part_of(source("tasks"), first(3, total=234))
    assert (
        answer_text((one, other), Order.RELEVANCE, 0.004, sorting=False)
        == "1,234 hits in 4 ms · knowledge 1,000 · tasks 234"
    )
    provisional = part_of(source("knowledge"), first(1, 2, total=None, in_order=False))
    text = answer_text((provisional,), Order.RELEVANCE, 0.004, sorting=True)
    assert text == "The first 2 hits in 4 ms, counting the others… · the newest are shown, sorting by relevance…"


def test_an_error_in_an_expression_shows_the_place() -> None:
    error = QueryInvalid("FTS5 cannot read this.", "Correct it.", statement='one AND "two', where="9")
    assert error_text(error) == 'FTS5 cannot read this. At character 9: one AND ▸"two\nCorrect it.'
