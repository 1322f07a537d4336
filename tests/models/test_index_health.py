"""What the strip of index health says is no more than what was looked at."""

from __future__ import annotations

from dataclasses import replace

from felix_dbadmin.core.migrate.results import Check
from felix_dbadmin.core.search.health import IndexHealth
from felix_dbadmin.models.index_health import health_line, state_text

COUNTED = IndexHealth("notes", "notes.db", "notes_fts", "notes", exists=True, healthy=True)
COMPARED = replace(COUNTED, integrity=Check("whole", True))
WRONG = replace(COMPARED, healthy=False)


def test_an_index_whose_rows_were_only_counted_is_not_called_good() -> None:
    assert (state_text(COUNTED), state_text(COMPARED), state_text(WRONG)) == ("Rows counted", "Good", "Needs care")
    assert health_line((COMPARED, COMPARED)) == "2 indexes, all good"
    assert health_line((COMPARED, COUNTED)).endswith("as many rows in each as there should be; not compared yet")
    assert health_line((COUNTED, WRONG)) == "2 indexes, those of notes need care"
