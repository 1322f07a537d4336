"""What the Migrations page asks for, brought to who does it, and the answers brought back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from felix_dbadmin.views.asking import Asker
from felix_dbadmin.views.desk import Desk
from felix_dbadmin.views.history_loader import HistoryLoader
from felix_dbadmin.views.notice import Kind, Notice
from felix_dbadmin.views.pages.migrations import MigrationsPage
from felix_dbadmin.views.watcher import Watcher
from felix_dbadmin.views.widgets.component_list import ComponentList

_TEXTS = (".sql", ".py", ".txt")
"""Only such files are opened for writing: closing a database here would drop the locks that others trust in."""


class MigrationsDesk(QObject):
    def __init__(
        self,
        desk: Desk,
        history: HistoryLoader,
        watcher: Watcher,
        tree: ComponentList,
        asker: Asker,
        page: MigrationsPage,
    ) -> None:
        super().__init__(page)
        self._asker = asker
        self._page = page
        page.change_requested.connect(desk.start_change)
        page.history_wanted.connect(history.load)
        page.component_chosen.connect(tree.select_component)
        page.refresh_requested.connect(watcher.refresh)
        page.sql.save_requested.connect(self._save)
        history.loaded.connect(page.show_history)
        watcher.status_read.connect(page.show_workspace)

    @Slot(str, str)
    def _save(self, name: str, text: str) -> None:
        path = self._asker.save_file(self._page.window(), "Save the text of the migration", name)
        if path is not None:
            self._page.show_notice(save_text(path, text))


def save_text(path: Path, text: str) -> Notice:
    """Write a text file, and say how that went; what may be a database is refused."""
    if path.resolve().suffix.lower() not in _TEXTS:
        return Notice(
            Kind.ERROR, f"{path.name} was not written: it may be a database.", "Choose a name that ends in .sql."
        )
    try:
        path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        size = path.stat().st_size
    except OSError as error:
        return Notice(
            Kind.ERROR, f"{path} could not be written: {error.strerror}.", "Choose another folder, or make room there."
        )
    return Notice(Kind.SUCCESS, f"Saved {path.name}, {size:,} bytes.", str(path))
