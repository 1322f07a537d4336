"""Every action of the window as data: text, icon, shortcut, and the command that does the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Do(StrEnum):
    OPEN = "open"
    SAMPLE = "sample"
    REFRESH = "refresh"
    QUIT = "quit"
    DRY_RUN = "dry_run"
    APPLY = "apply"
    APPLY_ALL = "apply_all"
    ROLL_BACK = "roll_back"
    REPAIR = "repair"
    VERIFY = "verify"
    BACK_UP = "back_up"
    BACK_UP_ALL = "back_up_all"
    VERIFY_BACKUP = "verify_backup"
    RESTORE = "restore"
    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"
    ABOUT = "about"


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


_CLI = "felix-dbadmin {verb} --workspace {{folder}}"
_ONE = _CLI + " --component {{component}}"


def _all(verb: str) -> str:
    return _CLI.format(verb=verb)


def _one(verb: str) -> str:
    return _ONE.format(verb=verb)


FILE, MIGRATE, BACKUP, VIEW, HELP = MENUS = ("&File", "&Migrate", "&Backup", "&View", "&Help")

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        Do.OPEN,
        "&Open folder…",
        FILE,
        "Open a folder that holds Felix databases",
        icon="open",
        shortcut="Ctrl+O",
        command=_all("status"),
        toolbar="Open",
    ),
    ActionSpec(
        Do.SAMPLE,
        "Try with &sample data…",
        FILE,
        "Make a folder of sample databases and open it",
        icon="sample",
        command="felix-dbadmin demo {folder}",
    ),
    ActionSpec(
        Do.REFRESH,
        "&Refresh",
        FILE,
        "Read every database again",
        icon="refresh",
        shortcut="F5",
        command=_all("status"),
        toolbar="Refresh",
        divided=True,
    ),
    ActionSpec(Do.QUIT, "&Quit", FILE, "Close the window", icon="quit", shortcut="Ctrl+Q", divided=True),
    ActionSpec(
        Do.DRY_RUN,
        "&Dry run",
        MIGRATE,
        "Run the pending migrations on a copy and show what they would do",
        icon="rehearse",
        shortcut="Ctrl+R",
        command=_one("dry-run"),
        toolbar="Dry run",
        divided=True,
    ),
    ActionSpec(
        Do.APPLY,
        "&Apply…",
        MIGRATE,
        "Rehearse the pending migrations, show the result, then back up and apply",
        icon="apply",
        shortcut="Ctrl+Return",
        command=_one("migrate"),
        toolbar="Apply…",
    ),
    ActionSpec(
        Do.APPLY_ALL,
        "Apply a&ll…",
        MIGRATE,
        "The same for every component that has something pending, in order",
        icon="apply_all",
        shortcut="Ctrl+Shift+Return",
        command=_all("migrate"),
    ),
    ActionSpec(
        Do.ROLL_BACK,
        "&Roll back…",
        MIGRATE,
        "Rehearse the way back from the latest migration, show what would be lost, then take it back",
        icon="roll_back",
        command=_one("rollback"),
        toolbar="Roll back…",
    ),
    ActionSpec(
        Do.REPAIR,
        "Re&pair…",
        MIGRATE,
        "Make indexes, triggers and full-text tables anew that are not as the migrations make them",
        icon="repair",
        command=_one("repair"),
        toolbar="Repair…",
        divided=True,
    ),
    ActionSpec(
        Do.VERIFY,
        "&Verify component",
        MIGRATE,
        "Read the whole database: structure, rows, full-text indexes, and what the migrations promise",
        icon="verify",
        command=_one("verify"),
        toolbar="Verify",
    ),
    ActionSpec(
        Do.BACK_UP,
        "&Back up now",
        BACKUP,
        "Take a backup of the selected component and read it back",
        icon="back_up",
        shortcut="Ctrl+B",
        command=_one("backup create"),
        toolbar="Back up",
        divided=True,
    ),
    ActionSpec(
        Do.BACK_UP_ALL,
        "Back up &all",
        BACKUP,
        "Take a backup of every component",
        icon="back_up_all",
        command=_all("backup create"),
    ),
    ActionSpec(
        Do.VERIFY_BACKUP,
        "&Verify backup",
        BACKUP,
        "Read the selected backup whole and compare it with its manifest",
        icon="verify_backup",
        command="felix-dbadmin backup verify {backup} --workspace {folder}",
        divided=True,
    ),
    ActionSpec(
        Do.RESTORE,
        "&Restore…",
        BACKUP,
        "Put the selected backup back; the state before is backed up first",
        icon="restore",
        command="felix-dbadmin backup restore {backup} --workspace {folder} --component {component}",
        toolbar="Restore…",
    ),
    ActionSpec(Do.LIGHT, "&Light", VIEW, "Light colours", checkable=True),
    ActionSpec(Do.DARK, "&Dark", VIEW, "Dark colours", checkable=True),
    ActionSpec(Do.SYSTEM, "As the &system", VIEW, "Follow the system's colours", checkable=True),
    ActionSpec(Do.ABOUT, "&About felix-dbadmin", HELP, "Version and parts", icon="about"),
)
