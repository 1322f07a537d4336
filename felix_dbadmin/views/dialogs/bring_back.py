"""Rows of a backup that are to go back into the live database."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from felix_dbadmin.core.migrate.status import ComponentStatus
from felix_dbadmin.core.text import count_text, list_text
from felix_dbadmin.models.comparison import value_text
from felix_dbadmin.models.table_model import shortened
from felix_dbadmin.views.dialogs.consent import ConsentDialog
from felix_dbadmin.views.widgets.comparison_view import RowsWanted

PROMISE = (
    "A safety backup of the database as it is now is taken first: with it this can be undone. The rows are written "
    "in one transaction, with triggers and links in force, and read back."
)
_NAMED = 10


class BringBackDialog(ConsentDialog):
    """Says exactly what is inserted, changed and deleted."""

    def __init__(self, status: ComponentStatus, wanted: RowsWanted, parent: QWidget) -> None:
        verb = bring_back_verb(wanted)
        heading = f"{verb} into {status.database}?"
        super().__init__(f"Bring rows back into {status.name}", heading, verb, parent)
        self.add_text(f"From {wanted.backup}.")
        for line in consequences(wanted):
            self.add_text(line).make_bold()
        if wanted.keys is not None:
            self.add_text(_keys_text(wanted))
        self.add_text(PROMISE)
        self.body.addStretch()


def bring_back_verb(wanted: RowsWanted) -> str:
    """'Bring 2 rows of notes back', 'Bring the whole of notes back'."""
    if wanted.keys is None:
        return f"Bring the whole of {wanted.table.table} back"
    return f"Bring {count_text(len(wanted.keys), 'row')} of {wanted.table.table} back"


def consequences(wanted: RowsWanted) -> tuple[str, ...]:
    """What happens to how many rows."""
    table = wanted.table
    if wanted.keys is None:
        missing, changed, deleted = table.missing, table.changed, table.added
    else:
        kinds = {sample.key: sample.kind for sample in table.samples}
        found = [kinds.get(key) for key in wanted.keys]
        missing, changed, deleted = found.count("missing"), found.count("changed"), 0
    lines = (
        (missing, "that went missing", "inserted again"),
        (changed, "that changed since", "made as in the backup: the changes are lost"),
        (deleted, "that came since", "deleted"),
    )
    return tuple(
        f"{count_text(count, 'row')} {which} {'is' if count == 1 else 'are'} {what}."
        for count, which, what in lines
        if count
    )


def _keys_text(wanted: RowsWanted) -> str:
    keys = [shortened(", ".join(value_text(value) for value in key)) for key in wanted.keys or ()]
    return f"{', '.join(wanted.table.key)}: {list_text(keys, _NAMED)}"
