"""What was changed in a migration's file since it was applied, line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from felix_dbadmin.core.migrate.plan import AppliedMigration
from felix_dbadmin.core.migrate.script import Migration, Section
from felix_dbadmin.models.roles import Tone


@dataclass(frozen=True, slots=True)
class DiffLine:
    text: str
    """Begins with +, - or a blank; a heading with @@, --- or +++."""
    tone: Tone


def text_difference(item: AppliedMigration) -> tuple[DiffLine, ...]:
    """The applied text against the file's text, where the file was changed since; else nothing."""
    if item.state != "changed" or item.migration is None or item.current is None:
        return ()
    lines = difflib.unified_diff(
        _lines(item.migration), _lines(item.current), "as applied", f"{item.current.file} now", lineterm=""
    )
    return tuple(DiffLine(line, _tone(line)) for line in lines)


def _tone(line: str) -> Tone:
    if line.startswith(("---", "+++", "@@")):
        return Tone.MUTED
    return {"+": Tone.GOOD, "-": Tone.BAD}.get(line[:1], Tone.NORMAL)


def _lines(migration: Migration) -> list[str]:
    """Section by section: of what was applied the log keeps the sections, and not the file as it was."""
    if migration.python:
        return migration.source.splitlines()
    named: tuple[tuple[str, Section], ...] = (
        ("check", migration.check),
        ("up", migration.up),
        ("verify", migration.verify),
        ("report", migration.report),
        ("down", migration.down),
    )
    found: list[str] = []
    for name, section in named:
        if section:
            found += [f"-- migrate:{name}", *section.text.strip("\n").splitlines()]
    return found
