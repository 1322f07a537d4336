"""The making of a database that is not there yet."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.core.backups.publish import discard, place_new, writing_to
from felix_dbadmin.core.connection import create_database
from felix_dbadmin.core.errors import Conflict
from felix_dbadmin.core.migrate.ledger import ensure_ledger
from felix_dbadmin.core.paths import PARTIAL
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.transaction import transaction


def create_with_ledger(database: Path, task: Task) -> None:
    """A database with an empty ledger, put in place whole: after a crash there is either this or no file.

    Raises Conflict where another program made it meanwhile; OutOfSpace, WorkspaceUnusable.
    """
    partial = database.with_name(database.name + PARTIAL)
    discard(partial)
    try:
        with writing_to(database):
            with create_database(partial, task) as db, transaction(db, task):
                ensure_ledger(db)
            place_new(partial, database)
    except FileExistsError as error:
        raise Conflict(
            f"{database.name} was made by another program just now.", "Look again: felix-dbadmin status"
        ) from error
    finally:
        discard(partial)
