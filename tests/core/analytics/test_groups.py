"""Figures per group equal those of each group on its own."""

from __future__ import annotations

import numpy as np  # noqa: TID253 - what takes and gives arrays is tested
from hypothesis import given, settings
from hypothesis import strategies as st

from felix_dbadmin.core.analytics import groups
from felix_dbadmin.core.analytics.columns import NOTHING, Names
from tests.core.analytics import oracle

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")))), max_size=120)


@given(pairs=PAIRS)
@settings(deadline=None)
def test_a_spread_is_that_of_each_group(pairs: list[tuple[int, float]]) -> None:
    codes = np.array([code for code, _value in pairs], dtype=np.int32)
    spread = groups.spread_of(codes, 7, np.array([value for _code, value in pairs], dtype=np.float64))
    for code in range(7):
        mine = [value for each, value in pairs if each == code and value == value]
        found = [groups.listed(part)[code] for part in (spread.means, spread.low, spread.median, spread.high)]
        ends = [groups.listed(part)[code] for part in (spread.least, spread.most)]
        assert spread.counts[code] == len(mine)
        assert oracle.same([*found, *ends], oracle.spread(mine))


@given(pairs=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=60), flags=st.booleans())
def test_different_names_per_group(pairs: list[tuple[int, int]], flags: bool) -> None:
    names = ("a", "b", NOTHING, "c", "d")
    first = np.array([each for each, _name in pairs], dtype=np.int32)
    second = Names(np.array([each for _group, each in pairs], dtype=np.int32), names)
    # A number of groups that is beyond what flags are kept for takes the other way.
    many = 4 if flags else groups.FLAGS
    met = groups.pairs_of(first, many, second.codes, len(names))
    assert met.tolist() == sorted({group * 5 + name for group, name in pairs})
    expected = [len({name for group, name in pairs if group == each} - {2}) for each in range(4)]
    assert groups.distinct(first, 4, second).tolist() == expected


@given(codes=st.lists(st.integers(0, 29), min_size=1, max_size=200), most=st.integers(1, 12))
def test_the_largest_groups_keep_their_names(codes: list[int], most: int) -> None:
    names = tuple(f"n{code:02}" for code in range(30))
    found, called, rest = groups.leading(Names(np.array(codes, dtype=np.int32), names), most)
    sizes = {name: codes.count(code) for code, name in enumerate(names) if code in codes}
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    assert list(called[:most]) == order[:most]
    assert rest == (len(order) > most)
    shown = np.bincount(found, minlength=len(called)).tolist()
    assert shown[:most] == [sizes[name] for name in order[:most]]
    assert sum(shown) == len(codes)
