from __future__ import annotations

import pytest

from felix_dbadmin.cli import main
from tests.cli.running import Command, Ran


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command line in this process, as if no terminal were there."""
    monkeypatch.delenv("FELIX_WORKSPACE", raising=False)

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return run
