"""Ways to damage a workspace of the knowledge component and to look at it: each a function of its folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from felix_dbadmin.core.backups.compare import compare_with_live
from felix_dbadmin.core.backups.compressing import compress_backups
from felix_dbadmin.core.backups.operations import restore, verify
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.migrate.status import read_status
from felix_dbadmin.core.migrate.verify import verify_component
from felix_dbadmin.core.search.health import read_health
from felix_dbadmin.core.task import Task
from tests.helpers.workspaces import run_sql

DATABASE = "felix_knowledge.db"


def first_backup(folder: Path) -> Path:
    return min((folder / "backups").glob("*.db"))


def sql(*statements: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        run_sql(folder / DATABASE, *statements)

    return spoil


def in_file(path: Callable[[Path], Path], change: Callable[[bytearray], None]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        data = bytearray(path(folder).read_bytes())
        change(data)
        path(folder).write_bytes(data)

    return spoil


def live(folder: Path) -> Path:
    return folder / DATABASE


def flip_in_row(data: bytearray) -> None:
    """A bit of a text, wherever it is: nothing about the structure is wrong."""
    at = -1
    while (at := data.find(b"the data in source_agent of row 7", at + 1)) >= 0:
        data[at] ^= 1


def flip_in_page(data: bytearray) -> None:
    """The count of cells on a page of entries."""
    page = data.rindex(b"the data in source_agent of row 7") // 4096 * 4096
    data[page + 4] ^= 1


def halve(data: bytearray) -> None:
    del data[len(data) // 2 // 4096 * 4096 :]


def tear(folder: Path) -> None:
    """Half of its pages are those of a later state, as after a copy under a writer."""
    older, newer = sorted((folder / "backups").glob("*.db"))
    run_sql(newer, "update knowledge_entries set source_agent = 'other'")
    one, two = older.read_bytes(), newer.read_bytes()
    cut = len(one) // 2 // 4096 * 4096
    older.write_bytes(one[:cut] + two[cut : len(one)])


def empty_database(path: Path) -> None:
    path.unlink()
    run_sql(path, "create table t(x)", "drop table t")


def with_manifest(change: Callable[[dict[str, object], Path], None]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = first_backup(folder)
        manifest = path.with_name(path.name + ".json")
        data = json.loads(manifest.read_text())
        change(data, path)
        manifest.write_text(json.dumps(data))

    return spoil


def agree_with_file(data: dict[str, object], path: Path) -> None:
    """Checksum and size say that all is well."""
    content = path.read_bytes()
    data["sha256"], data["bytes"] = hashlib.sha256(content).hexdigest(), len(content)


def empty_with_manifest(data: dict[str, object], path: Path) -> None:
    empty_database(path)
    agree_with_file(data, path)


def fewer_with_manifest(data: dict[str, object], path: Path) -> None:
    run_sql(path, "delete from knowledge_tags")
    agree_with_file(data, path)


def other_schema_with_manifest(data: dict[str, object], path: Path) -> None:
    run_sql(path, "drop trigger if exists knowledge_fts_update", "create table added(x)")
    agree_with_file(data, path)


def swap_manifests(folder: Path) -> None:
    older, newer = sorted((folder / "backups").glob("*.json"))
    one, two = older.read_bytes(), newer.read_bytes()
    older.write_bytes(two)
    newer.write_bytes(one)


def leave_wal(folder: Path) -> None:
    path = first_backup(folder)
    path.with_name(path.name + "-wal").write_bytes(b"x" * 100)


def compress_and_cut(folder: Path) -> None:
    compress_backups(folder, 0, task=Task(), only=(first_backup(folder).name,))
    path = next((folder / "backups").glob("*.zst"))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-20])


def of_another(data: dict[str, object], path: Path) -> None:
    data["database"], data["component"] = "felix_task_memory.db", "tasks"


def no_json(folder: Path) -> None:
    path = first_backup(folder)
    path.with_name(path.name + ".json").write_text("{")


def verified(folder: Path) -> str:
    try:
        found = verify_component(folder, "knowledge", task=Task())
    except DbAdminError as error:
        return error.summary
    failed = [f"{check.name}: {check.detail}" for check in found.failed]
    return "; ".join([*failed, *(drift.text for drift in found.drift), *found.conflicts])


def stated(folder: Path) -> str:
    found = read_status(folder, ("knowledge",), task=Task()).components[0]
    return found.trouble.summary if found.trouble else "; ".join(drift.text for drift in found.drift)


def search_health(folder: Path) -> str:
    found = [each for each in read_health(folder, ("knowledge",), task=Task()) if not each.healthy]
    return "; ".join(f"{each.index} missing {each.missing} stale {each.stale}: {each.advice}" for each in found)


def compared(folder: Path) -> str:
    found = compare_with_live(folder, "knowledge", first_backup(folder).name, task=Task())
    return "; ".join(
        f"{table.table} +{table.added} -{table.missing} ~{table.changed}"
        for table in found.tables
        if table.added or table.missing or table.changed
    )


def backup_verified(folder: Path) -> str:
    found = verify(folder, max((folder / "backups").glob("*.db*"), key=_is_spoilt).name, task=Task())
    return "" if found.ok else found.failures


def restored(folder: Path) -> str:
    try:
        restore(folder, "knowledge", first_backup(folder).name, task=Task())
    except DbAdminError as error:
        return error.summary
    return ""


def _is_spoilt(path: Path) -> tuple[bool, bool, str]:
    """The first backup is the one that is spoilt; its manifest is no backup."""
    return path.suffix != ".json", path == min(path.parent.glob("*.db*")), path.name
