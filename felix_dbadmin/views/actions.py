"""Every action of the window as data: text, icon, shortcut, and the command that does the same."""

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
    ActionSpec(
        Do.PROVE,
        "&Test restore",
        BACKUP,
        "Restore the selected backup into a temporary file, count it, and mark it as proven restorable",
        icon="prove",
        command="felix-dbadmin backup test {backup} --workspace {folder}",
    ),
    ActionSpec(
        Do.COMPARE,
        "&Compare with live",
        BACKUP,
        "Show which rows came, went or changed since the selected backup",
        icon="compare",
        shortcut="Ctrl+D",
        command="felix-dbadmin backup compare {backup} --workspace {folder}",
        divided=True,
    ),
    ActionSpec(
        Do.BRING_BACK,
        "Bring ro&ws back…",
        BACKUP,
        "Put rows of the selected backup back into the live database: the comparison is where they are chosen",
        icon="bring_back",
    ),
    ActionSpec(
        Do.RESTORE_COPY,
        "Restore as a cop&y…",
        BACKUP,
        "Make a new database file of the selected backup; nothing else is touched",
        icon="restore_copy",
        command="felix-dbadmin backup restore {backup} --as-copy copy_of_{backup} --workspace {folder}",
        divided=True,
    ),
    ActionSpec(
        Do.EXPORT,
        "&Export…",
        BACKUP,
        "Copy the selected backup out of the workspace and verify the copy",
        icon="export",
        command="felix-dbadmin backup export {backup} . --workspace {folder}",
    ),
    ActionSpec(
        Do.PROTECT,
        "&Protect",
        BACKUP,
        "Keep the selected backup whatever the retention says",
        icon="protect",
        command="felix-dbadmin backup protect {backup} --workspace {folder}",
        divided=True,
    ),
    ActionSpec(
        Do.UNPROTECT,
        "&Unprotect",
        BACKUP,
        "Let the retention decide about the selected backup again",
        icon="unprotect",
        command="felix-dbadmin backup unprotect {backup} --workspace {folder}",
    ),
    ActionSpec(
        Do.DELETE_BACKUP,
        "De&lete…",
        BACKUP,
        "Delete the selected backup for good",
        icon="delete",
        command="felix-dbadmin backup delete {backup} --workspace {folder}",
    ),
    ActionSpec(
        Do.RETENTION,
        "Rete&ntion…",
        BACKUP,
        "Show exactly which old backups would be deleted, and why the others are kept",
        icon="retention",
        command="felix-dbadmin backup prune --dry-run --workspace {folder}",
        divided=True,
    ),
    ActionSpec(
        Do.PALETTE,
        "&Command palette…",
        VIEW,
        "Find any action by typing; those that cannot be used now say why",
        icon="palette",
        shortcut="Ctrl+Shift+P",
    ),
    ActionSpec(Do.GO_TO, "&Go to component…", VIEW, "Select a component by typing", icon="go_to", shortcut="Ctrl+P"),
    ActionSpec(
        Do.MIGRATIONS_TAB,
        "Show &migrations",
        VIEW,
        "The Migrations page",
        icon="database",
        shortcut="Ctrl+1",
        divided=True,
    ),
    ActionSpec(Do.BACKUPS_TAB, "Show &backups", VIEW, "The Backups page", icon="backup", shortcut="Ctrl+2"),
    ActionSpec(Do.TIMELINE_TAB, "Show &timeline", VIEW, "The Timeline page", icon="timeline", shortcut="Ctrl+3"),
    ActionSpec(
        Do.NEXT_PANE,
        "&Next pane",
        VIEW,
        "Move the focus to the next list or text",
        icon="pane",
        shortcut="F6",
        divided=True,
    ),
    ActionSpec(
        Do.PREVIOUS_PANE,
        "&Previous pane",
        VIEW,
        "Move the focus to the list or text before",
        icon="pane",
        shortcut="Shift+F6",
    ),
    ActionSpec(
        Do.ACTIVITY,
        "&Activity",
        VIEW,
        "Show or hide everything that runs or ran",
        icon="activity",
        shortcut="Ctrl+J",
        checkable=True,
        divided=True,
    ),
    ActionSpec(Do.STOP, "S&top what runs", VIEW, "Ask the running work to stop", icon="stop", shortcut="Ctrl+."),
    ActionSpec(Do.LIGHT, "&Light", VIEW, "Light colours", checkable=True, divided=True),
    ActionSpec(Do.DARK, "&Dark", VIEW, "Dark colours", checkable=True),
    ActionSpec(Do.SYSTEM, "As the &system", VIEW, "Follow the system's colours", checkable=True),
    ActionSpec(Do.ABOUT, "&About felix-dbadmin", HELP, "Version and parts", icon="about"),
)

SPECS = {spec.do: spec for spec in ACTIONS}
