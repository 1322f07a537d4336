"""When the window is closed nothing of it stays: no process, no thread, no timer, not a word on standard error."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.faults.operations import Ready
from tests.faults.window.visits import NOTHING, visit


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked up in /proc")
def test_nothing_stays_of_a_window_that_was_closed(ready: dict[str, Ready], tmp_path: Path) -> None:
    """After a change, and while a library is still being imported: leaving then was seen to crash."""
    with visit(ready["apply"].copy(tmp_path / "visited"), "apply", tmp_path / "home") as window:
        assert window.end() == (NOTHING, "")
        with pytest.raises(ProcessLookupError):
            os.kill(window.engine, 0)
