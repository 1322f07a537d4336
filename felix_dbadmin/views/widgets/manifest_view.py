"""What a backup's manifest says: to read, or as the JSON that it is."""

from __future__ import annotations

import json
from dataclasses import asdict

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.models.backup_groups import manifest_groups
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.basics import fixed_font, named
from felix_dbadmin.views.widgets.findings_tree import FindingsTree


class ManifestView(QWidget):
    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.facts = FindingsTree(look, "Manifest", self, fitted=0)
        self.raw = QPlainTextEdit(self)
        self.raw.setReadOnly(True)
        self.raw.setFont(fixed_font())
        self.raw.setTabChangesFocus(True)
        self.raw.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        named(self.raw, "Manifest as JSON")
        self.as_json = QPushButton("As JSON", self)
        self.as_json.setCheckable(True)
        self.copy_button = QPushButton("Copy", self)
        self.copy_button.setToolTip("Copy the manifest as JSON")
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.facts)
        self._stack.addWidget(self.raw)
        head = QHBoxLayout()
        head.addStretch()
        head.addWidget(self.as_json)
        head.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self.as_json.toggled.connect(self._stack.setCurrentIndex)
        self.copy_button.clicked.connect(self.copy)

    def show_backup(self, backup: Backup | None) -> None:
        self.facts.show_groups(manifest_groups(backup) if backup else ())
        text = manifest_text(backup) if backup else ""
        if text != self.raw.toPlainText():
            self.raw.setPlainText(text)
        known = backup is not None and backup.manifest is not None
        self.as_json.setEnabled(known)
        self.copy_button.setEnabled(known)
        if not known:
            self.as_json.setChecked(False)

    @Slot()
    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.raw.toPlainText())


def manifest_text(backup: Backup) -> str:
    """The manifest as it was read; '' where there is none that could be."""
    return json.dumps(asdict(backup.manifest), ensure_ascii=False, indent=2) if backup.manifest else ""
