"""The window as the tests of views/ have it, with a real engine under it, and databases for it to work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.operations import Ready, make_ready
from tests.faults.window.held import Held
from tests.views.conftest import asker, look, nothing_left, session
from tests.views.session import Session

__all__ = ["asker", "look", "nothing_left", "session"]

OPERATIONS = ("apply", "back up", "restore")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A screen that is not there cannot raise windows or grab keys; Qt warns of that, and we need not hear."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ready]:
    """A workspace of knowledge for each of these operations; those of the last two have backups."""
    return make_ready(tmp_path_factory.mktemp("window"), OPERATIONS, entries=400)


@pytest.fixture
def held(session: Session, tmp_path: Path) -> Iterator[Held]:
    """The migration of the first window stands still."""
    found = Held(tmp_path)
    found.begin(session)
    yield found
    found.let_go()
    session.finish()
