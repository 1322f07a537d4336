"""What an action of the window is, as data, and the menus it can stand in."""

from __future__ import annotations

from dataclasses import dataclass

from felix_dbadmin.views.do import Do


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """`command` is a template over folder, component and backup, '' where no command does the same."""

    do: Do
    text: str
    menu: str
    tip: str
    icon: str = ""
    shortcut: str = ""
    command: str = ""
    toolbar: str = ""
    """The short text on the toolbar, '' for an action that is not there."""
    checkable: bool = False
    divided: bool = False
    """A line stands before it."""


FILE, MIGRATE, BACKUP, SEARCH, VIEW, HELP = MENUS = ("&File", "&Migrate", "&Backup", "&Search", "&View", "&Help")

_CLI = "felix-dbadmin {verb} --workspace {{folder}}"
_ONE = _CLI + " --component {{component}}"


def for_all(verb: str) -> str:
    """The template of a command over every component."""
    return _CLI.format(verb=verb)


def for_one(verb: str) -> str:
    """The template of a command over the selected component."""
    return _ONE.format(verb=verb)
