"""backup compare and bring-back: what has changed since a backup, and how to get rows of it back."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from felix_dbadmin.cli.options import JsonOption, WaitOption, WorkspaceOption, YesOption
from felix_dbadmin.cli.output import Output
from felix_dbadmin.cli.restore import ComponentOption, NameArgument, component_of
from felix_dbadmin.cli.session import session
from felix_dbadmin.core.backups.bring_back import BroughtBack, bring_back
from felix_dbadmin.core.backups.compare import Comparison, RowDifference, TableComparison, compare_with_live
from felix_dbadmin.core.backups.operations import find_backup
from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.text import count_text, duration_text
from felix_dbadmin.core.workspace import open_workspace

TableOption = Annotated[str, typer.Option("--table", "-t", metavar="NAME", help="The table.")]
KeyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--key",
        "-k",
        metavar="KEY",
        help="Only the row with this primary key; repeat it for more. A JSON list for a key of several columns.",
    ),
]


def compare(
    name: NameArgument,
    workspace: WorkspaceOption = None,
    component: ComponentOption = None,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Show what has changed in the live database since a backup.

    Schema, versions, and per table the rows that were added, are missing or were changed. Nothing is written.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        place = open_workspace(run.folder)
        item = component_of(place, find_backup(place, name), component)
        with run.task(f"Comparing {item.database}") as task:
            found = compare_with_live(run.folder, item.name, name, task=task)
        _print_comparison(run.out, found, item.database)
        run.out.document({"workspace": str(run.folder), "component": item.name, **_comparison_document(found)})


def _print_comparison(out: Output, found: Comparison, database: str) -> None:
    out.line(f"{database} beside {found.backup}, compared in {duration_text(found.seconds)}", style="bold")
    old, new = dict(found.backup_versions), dict(found.live_versions)
    for heading, versions in (("applied since", new.keys() - old.keys()), ("not applied now", old.keys() - new.keys())):
        if versions:
            out.line(f"migrations {heading}: {', '.join(str(version) for version in sorted(versions))}")
    out.lines([f"+ {item.kind} {item.name}" for item in found.schema.added])
    out.lines([f"- {item.kind} {item.name}" for item in found.schema.removed])
    out.lines([f"~ {item.kind} {item.name}" for _, item in found.schema.changed])
    rows = [
        (
            item.table,
            *(f"{count:,}" for count in (item.backup_rows, item.live_rows, item.added, item.missing, item.changed)),
            item.note,
        )
        for item in found.tables
    ]
    numbers = ("Backup", "Live", "Added", "Missing", "Changed")
    out.table(("Table", *numbers, "Note"), rows, numbers=numbers)
    for item in found.tables:
        for sample in item.samples:
            out.line(f"{item.table}: {_sample_text(sample, item)}")


def _sample_text(sample: RowDifference, table: TableComparison) -> str:
    values = sample.live if sample.backup is None else sample.backup
    name = ", ".join(map(str, sample.key)) or ", ".join(_value(value) for value in values or ())
    if sample.backup is None or sample.live is None:
        return f"{sample.kind} {name}"
    changes = [
        f"{column} {_value(before)} → {_value(after)}"
        for column, before, after in zip(table.columns, sample.backup, sample.live, strict=True)
        if before != after
    ]
    return f"{sample.kind} {name}: {'; '.join(changes) or 'in what is not shown here'}"


def _value(value: object) -> str:
    text = "NULL" if value is None else " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def _comparison_document(found: Comparison) -> dict[str, object]:
    return {
        "backup": found.backup,
        "schema": {
            "added": [item.name for item in found.schema.added],
            "removed": [item.name for item in found.schema.removed],
            "changed": [item.name for _, item in found.schema.changed],
        },
        "versions": {
            "backup": [version for version, _ in found.backup_versions],
            "live": [version for version, _ in found.live_versions],
        },
        "tables": [_table_document(item) for item in found.tables],
        "seconds": found.seconds,
    }


def _table_document(item: TableComparison) -> dict[str, object]:
    return {
        "table": item.table,
        "columns": list(item.columns),
        "key": list(item.key),
        "backup_rows": item.backup_rows,
        "live_rows": item.live_rows,
        "added": item.added,
        "missing": item.missing,
        "changed": item.changed,
        "note": item.note,
        "samples": [
            {
                "kind": sample.kind,
                "key": _plain(sample.key),
                "backup": _plain(sample.backup),
                "live": _plain(sample.live),
            }
            for sample in item.samples
        ],
    }


def _plain(row: tuple[object, ...] | None) -> list[object] | None:
    """As JSON can say it: a BLOB in a key as its hex digits."""
    return None if row is None else [value.hex() if isinstance(value, bytes) else value for value in row]


def bring_back_command(
    name: NameArgument,
    table: TableOption,
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
    component: ComponentOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Bring a table, or rows of it, back from a backup.

    With --key the named rows; without, the table becomes what it is in the backup, and rows that were added since
    go. The state before is backed up first, so that this can be undone.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        place = open_workspace(run.folder)
        item = component_of(place, find_backup(place, name), component)
        keys = tuple(_key(text) for text in key) if key else None
        what = f"{count_text(len(keys), 'row')} of {table}" if keys else f"the whole table {table}"
        run.require_consent(f"Bring {what} back from {name} into {item.database}?", yes=yes)
        with run.task(f"Bringing {what} back") as task:
            done = bring_back(run.folder, item.name, name, table, keys, task=task)
        run.out.line(
            f"{done.table}: {done.inserted:,} inserted, {done.updated:,} updated, {done.deleted:,} deleted;"
            " read back and compared."
        )
        run.out.lines([f"{'ok' if item.ok else 'not judged'}: {item.name} ({item.detail})" for item in done.checks])
        run.out.line(f"To undo it: felix-dbadmin backup restore {done.safety.path.name}")
        run.out.document({"workspace": str(run.folder), "component": item.name, **_brought_document(done)})


def _key(text: str) -> tuple[object, ...]:
    """One value as it is written, or the values of a JSON list."""
    if not text.startswith("["):
        return (text,)
    try:
        values = json.loads(text)
    except ValueError as error:
        raise WrongUsage(f"{text} is not a JSON list.", "Write for example: --key '[\"an id\", 3]'") from error
    if not all(value is None or isinstance(value, str | int | float) for value in values):
        raise WrongUsage(f"{text} holds more than texts and numbers.", "Write for example: --key '[\"an id\", 3]'")
    return tuple(values)


def _brought_document(done: BroughtBack) -> dict[str, object]:
    return {
        "table": done.table,
        "inserted": done.inserted,
        "updated": done.updated,
        "deleted": done.deleted,
        "safety": done.safety.path.name,
        "checks": [{"name": item.name, "ok": item.ok, "detail": item.detail} for item in done.checks],
    }
