"""Searches take the time they need: a busy machine must not cut short what is compared with an oracle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from felix_dbadmin.core.search import completing, facets, scan, suggest


@pytest.fixture(autouse=True, scope="module")
def _unhurried() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(completing, "LONGEST_LOOK", 60.0)
        patch.setattr(facets, "LONGEST_COUNTING", 60.0)
        patch.setattr(scan, "LONGEST_READING", 60.0)
        patch.setattr(suggest, "LONGEST_LOOK", 60.0)
        yield
