"""Where a component stands: its files beside what its database records."""

from __future__ import annotations

import apsw

from felix_dbadmin.core.component import BASE_FILE, Component
from felix_dbadmin.core.errors import DbAdminError, MigrationFileInvalid
from felix_dbadmin.core.migrate.health import base_tables
from felix_dbadmin.core.migrate.ledger import LedgerRow, LogRow, last_applied, read_ledger, read_log
from felix_dbadmin.core.migrate.plan import AppliedMigration, Standing
from felix_dbadmin.core.migrate.script import Migration, load_migrations, parse_migration
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.sql import Statement, split_statements
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.trust import code_of, read_base_text, require_accepted, stored_code


def read_base(component: Component) -> tuple[Statement, ...]:
    """The statements of base.sql. Raises MigrationFileInvalid."""
    return _base_statements(component, read_base_text(component))


def _base_statements(component: Component, text: str) -> tuple[Statement, ...]:
    statements, rest = split_statements(text)
    if rest:
        raise MigrationFileInvalid(
            f"{component.name}/{BASE_FILE}: the last statement does not end with “;”.",
            "Correct the file; nothing of it was run.",
            statement=rest,
        )
    return tuple(statements)


def standing_of(db: apsw.Connection | None, component: Component, task: Task) -> Standing:
    """Read files and database; `db` is None for a database that does not exist yet.

    Whatever runs a migration's code begins here. Raises MigrationFileInvalid, and NotAccepted before any of it ran.
    """
    files = load_migrations(component)
    base_text = read_base_text(component)
    base = _base_statements(component, base_text)
    require_accepted((*code_of(component, files, base_text), *(stored_code(db, component) if db is not None else ())))
    if db is None:
        return Standing(component, False, base, files, ())
    present = {name.lower() for name in read_schema(db).names("table")}
    applied = _applied(read_ledger(db, component.name), read_log(db, component.name), files)
    return Standing(
        component=component,
        initialised=bool(applied) or base_tables(component, base, task) <= present,
        base=base,
        files=files,
        applied=applied,
    )


def _applied(
    ledger: tuple[LedgerRow, ...], log: tuple[LogRow, ...], files: tuple[Migration, ...]
) -> tuple[AppliedMigration, ...]:
    by_version = {migration.version: migration for migration in files}
    logged = last_applied(log)
    sequence = {version: position for position, version in enumerate(logged, start=1)}
    return tuple(
        _judged(row, logged.get(row.version), by_version.get(row.version), sequence.get(row.version, 0))
        for row in ledger
    )


def _judged(row: LedgerRow, log: LogRow | None, file: Migration | None, sequence: int) -> AppliedMigration:
    """What a recorded version is to us. Identity is description and checksum, not the number."""
    if log is not None and log.description == row.description:
        stored = _stored(log)
        state = "ours"
        if file is None:
            state = "missing"
        elif file.up_checksum != (stored.up_checksum if stored else log.checksum_up):
            state = "changed"
        return AppliedMigration(
            row.version,
            row.description,
            row.applied_at,
            state,
            stored or file,
            log.backup,
            log.duration,
            log.who,
            sequence,
            file,
        )
    if file is not None and file.description == row.description:
        return AppliedMigration(row.version, row.description, row.applied_at, "adopted", file, current=file)
    return AppliedMigration(row.version, row.description, row.applied_at, "foreign", None, current=file)


def _stored(log: LogRow) -> Migration | None:
    """The migration as it was applied, from the text in the log; Python code is only ever taken from its file."""
    if not log.file.endswith(".sql"):
        return None
    try:
        return parse_migration(log.component, log.file, log.source)
    except DbAdminError:
        return None
