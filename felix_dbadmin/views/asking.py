"""Questions in a box of their own. The only caller of QMessageBox and QFileDialog; tests pass a fake."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


class Asker:
    """Asks and waits for the answer."""

    def folder(self, parent: QWidget, title: str, start: Path | None) -> Path | None:
        """A folder that somebody chose, None when they changed their mind."""
        # Its own icons would be looked up per folder, which is slow on network drives.
        options = QFileDialog.Option.ShowDirsOnly | QFileDialog.Option.DontUseCustomDirectoryIcons
        chosen = QFileDialog.getExistingDirectory(parent, title, str(start or Path.home()), options)
        return Path(chosen) if chosen else None

    def save_file(self, parent: QWidget, title: str, name: str) -> Path | None:
        """Where to write a new file that may be called `name`, None when they changed their mind."""
        options = QFileDialog.Option.DontUseCustomDirectoryIcons
        chosen, _ = QFileDialog.getSaveFileName(parent, title, str(Path.home() / name), options=options)
        return Path(chosen) if chosen else None

    def tell(self, parent: QWidget, news: str, hint: str) -> None:
        """Say something that belongs to no page. Does not wait until it was read."""
        box = QMessageBox(QMessageBox.Icon.Warning, "felix-dbadmin", news, parent=parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(hint)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def agrees(self, parent: QWidget, question: str, consequence: str, yes: str, no: str) -> bool:
        """Whether somebody pressed the button named `yes`; `no` is the default and Esc."""
        box = QMessageBox(QMessageBox.Icon.Warning, "felix-dbadmin", question, parent=parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(consequence)
        accept = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        decline = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(decline)
        box.setEscapeButton(decline)
        box.exec()
        return box.clickedButton() is accept
