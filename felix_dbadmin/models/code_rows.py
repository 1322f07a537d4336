"""Code that waits to be accepted, as rows: what was read of it so far."""

from __future__ import annotations

from dataclasses import dataclass

from felix_dbadmin.core.text import visible_line
from felix_dbadmin.core.trust import Code
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import Column


@dataclass(frozen=True, slots=True)
class CodeRow:
    code: Code
    read: bool = False
    """It was shown to its end."""

    @property
    def lines(self) -> int:
        return self.code.text.rstrip("\n").count("\n") + 1


def code_key(row: CodeRow) -> str:
    return row.code.key


CODE_COLUMNS: tuple[Column[CodeRow], ...] = (
    Column(
        "State",
        lambda row: "Read" if row.read else "To be read",
        tone=lambda row: Tone.GOOD if row.read else Tone.NORMAL,
        icon=lambda row: "good" if row.read else "pending",
    ),
    Column("File", lambda row: row.code.file),
    Column("Component", lambda row: visible_line(row.code.component)),
    Column("Language", lambda row: "Python" if row.code.python else "SQL"),
    Column("Lines", lambda row: f"{row.lines:,}", number=True),
    Column("Found in", lambda row: row.code.found_in),
)
