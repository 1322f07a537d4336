"""The text of a migration, section by section."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from felix_dbadmin.core.migrate.script import Migration
from felix_dbadmin.models.columns import MigrationRow
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import PlainLabel, icon_button, named
from felix_dbadmin.views.widgets.code_view import CodeView
from felix_dbadmin.views.widgets.find_bar import FindBar
from felix_dbadmin.views.widgets.search_box import inner_shortcut


class SqlView(QWidget):
    """Up, Verify and Down of one migration, and Check and Report where there are such."""

    save_requested = Signal(str, str)
    """A name for the file, and the text that is shown."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._sections: tuple[tuple[str, str], ...] = ()
        self._python = False
        self._stem = ""
        self._bar = QTabBar(self)
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        named(self._bar, "Section of the migration")
        self._file = PlainLabel(parent=self, wrap=False)
        self._copy = icon_button(look.icons, "copy", "Copy the SQL", self)
        self._save = icon_button(look.icons, "save", "Save the SQL as a file…", self)
        self._look_for = icon_button(look.icons, "find", "Find in the SQL (Ctrl+F)", self)
        self._code = CodeView(look.theme, "SQL of the migration", self)
        self._code.setPlaceholderText("Select a migration to see its SQL.")
        self.find_bar = FindBar(self._code, self)
        top = QHBoxLayout()
        top.addWidget(self._bar)
        top.addStretch()
        top.addWidget(self._file)
        for button in (self._look_for, self._copy, self._save):
            top.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self._code, 1)
        column.addWidget(self.find_bar)
        self._bar.currentChanged.connect(self._show_section)
        self._copy.clicked.connect(self._copy_text)
        self._save.clicked.connect(self._ask_to_save)
        self._look_for.clicked.connect(self.find_bar.open_bar)
        inner_shortcut(QKeySequence.StandardKey.Find, self, self.find_bar.open_bar)
        look.theme.changed.connect(self._dress)
        self.show_migration(None)

    @property
    def text(self) -> str:
        return self._code.toPlainText()

    def show_migration(self, row: MigrationRow | None) -> None:
        """Show a migration from the list; the section that was looked at stays where the new one has it too."""
        kept = self._bar.tabText(self._bar.currentIndex())
        migration = row.migration if row else None
        self._python = migration is not None and migration.python
        self._stem = f"{migration.component}_{migration.file.rpartition('.')[0]}" if migration else ""
        self._sections = _sections(migration) if migration else ()
        self._file.setText(migration.file if migration else "")
        titles = [title for title, _ in self._sections]
        blocker = QSignalBlocker(self._bar)  # each tab that goes or comes would show, and colour, a whole section
        while self._bar.count():
            self._bar.removeTab(0)
        for title in titles:
            self._bar.addTab(title)
        self._bar.setCurrentIndex(titles.index(kept) if kept in titles else 0)
        blocker.unblock()
        self._show_section(self._bar.currentIndex())
        self._bar.setVisible(bool(titles))
        for button in (self._copy, self._save, self._look_for):
            button.setEnabled(bool(titles))
        if not titles:
            unknown = "The text of this migration is not known here." if row else ""
            self._code.show_code(unknown)

    @Slot(int)
    def _show_section(self, number: int) -> None:
        if 0 <= number < len(self._sections):
            self._code.show_code(self._sections[number][1], python=self._python)

    @Slot()
    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._code.toPlainText())

    @Slot()
    def _ask_to_save(self) -> None:
        section = self._bar.tabText(self._bar.currentIndex()).lower()
        name = f"{self._stem}.py" if self._python else f"{self._stem}_{section}.sql"
        self.save_requested.emit(name, self.text)

    @Slot()
    def _dress(self) -> None:
        for button, icon in ((self._copy, "copy"), (self._save, "save"), (self._look_for, "find")):
            button.setIcon(self._look.icons.icon(icon))


def _sections(migration: Migration) -> tuple[tuple[str, str], ...]:
    if migration.python:
        return (("Python", migration.source),)
    down = migration.down.text.strip("\n") if migration.down else f"-- There is no way down: {migration.irreversible}."
    found = [("Up", migration.up.text.strip("\n")), ("Verify", migration.verify.text.strip("\n")), ("Down", down)]
    if migration.check:
        found.append(("Check", migration.check.text.strip("\n")))
    if migration.report:
        found.append(("Report", migration.report.text.strip("\n")))
    if not migration.verify:
        found.remove(("Verify", migration.verify.text.strip("\n")))
    return tuple(found)
