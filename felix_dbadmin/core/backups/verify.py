"""Looking at a backup again: every check by name, and what it found."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from felix_dbadmin.core.backups.contents import Contents, damage_of, read_contents, row_differences
from felix_dbadmin.core.backups.copying import pinned
from felix_dbadmin.core.backups.manifest import FULL, Manifest, read_manifest, write_manifest
from felix_dbadmin.core.connection import open_published
from felix_dbadmin.core.errors import BackupUnusable, DatabaseUnusable, OutOfSpace, WorkspaceUnusable, WrongUsage
from felix_dbadmin.core.files import examine, sha256_of
from felix_dbadmin.core.integrity import broken_links, external_content_indexes, full_text_indexes
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import bytes_text, count_text, list_text


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `ok` is None for what cannot be judged or is no fault of the backup."""

    name: str
    ok: bool | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What verify_backup found. `contents` is None where the file could not be read."""

    path: Path
    manifest: Manifest | None
    findings: tuple[Finding, ...]
    contents: Contents | None
    verified_at: float | None
    """Unix seconds; None unless everything that was looked at is as it should be."""
    recorded: bool
    """Whether the manifest says so now too: it cannot where there is none, or where it cannot be written."""

    @property
    def ok(self) -> bool:
        return self.verified_at is not None

    @property
    def failures(self) -> str:
        """What is wrong, as one line."""
        return "; ".join(f"{item.name}: {item.detail.rstrip('.')}" for item in self.findings if item.ok is False)


def verify_backup(path: Path, task: Task) -> Verification:
    """Read all of a backup and compare it with its manifest. A fault is a finding, not an error.

    The outcome, good or bad, goes into the manifest. Raises WrongUsage where there is no file, or Cancelled.
    """
    if not path.is_file():
        raise WrongUsage(
            f"There is no backup {path.name} in {path.parent}.", "See which there are: felix-dbadmin backup list"
        )
    task.report(0, None, "reading the backup")
    manifest, findings = _manifest_findings(path, task)
    contents: Contents | None = None
    try:
        _require_alone(path)
        with open_published(path, task) as db, pinned(db):
            contents = read_contents(db, manifest.component if manifest else "", task)
            findings += _inside(db, contents, manifest, all(item.ok is not False for item in findings), task)
    except DatabaseUnusable as error:
        findings.append(Finding("readable", False, error.summary))
    wrong = tuple(f"{item.name}: {item.detail}" for item in findings if item.ok is False)
    moment = None if wrong else time.time()
    recorded = manifest is not None and _record(path, manifest, moment, wrong)
    return Verification(path, manifest, tuple(findings), contents, moment, recorded)


def unreadable(path: Path, manifest: Manifest | None, error: BackupUnusable) -> Verification:
    """What is to be said of a compressed backup whose content cannot be had; noted in its manifest."""
    wrong = (f"compression: {error.summary}",)
    recorded = manifest is not None and _record(path, manifest, None, wrong)
    return Verification(path, manifest, (Finding("compression", False, error.summary),), None, None, recorded)


def _manifest_findings(path: Path, task: Task) -> tuple[Manifest | None, list[Finding]]:
    try:
        manifest = read_manifest(path)
    except BackupUnusable as error:
        return None, [Finding("manifest", False, error.summary)]
    if manifest is None:
        return None, [Finding("manifest", None, "there is none: compared with nothing")]
    size = path.stat().st_size
    other = f"; its manifest is that of {manifest.file}" if manifest.file != path.name else ""
    if size != manifest.bytes:
        detail = f"{bytes_text(size)} ({size:,} bytes) instead of {manifest.bytes:,} bytes{other}"
        return manifest, [Finding("checksum", False, detail)]
    if sha256_of(path, task) != manifest.sha256:
        return manifest, [Finding("checksum", False, f"the bytes are not those that were written{other}")]
    return manifest, [Finding("checksum", True, "SHA-256 as when it was made")]


def _require_alone(path: Path) -> None:
    """Raises DatabaseUnusable where the file is not a whole database by itself."""
    for suffix in ("-wal", "-journal"):
        sidecar = path.with_name(path.name + suffix)
        if sidecar.exists() and sidecar.stat().st_size:
            raise DatabaseUnusable(
                f"{sidecar.name} is beside it: the file alone is not all of what was copied.",
                "Open it once with SQLite, which takes the rest in, then verify again.",
            )
    examine(path)


def _inside(
    db: apsw.Connection, contents: Contents, manifest: Manifest | None, bytes_ok: bool, task: Task
) -> list[Finding]:
    findings = [_integrity(db, task)]
    findings += _index_findings(db, unchanged=manifest is not None and bytes_ok)
    findings += _link_findings(db)
    if contents.uncounted:
        findings.append(Finding("rows", False, list_text(contents.uncounted, 3)))
    elif manifest is None:
        total = count_text(sum(contents.rows.values()), "row")
        detail = f"{total} in {count_text(len(contents.rows), 'table')}; compared with nothing"
        findings.append(Finding("rows", None if contents.rows else False, detail))
    else:
        findings += _compare(manifest.schema_digest, manifest.rows, contents)
    return findings


def compare_with(db: apsw.Connection, expected: Contents, task: Task) -> list[Finding]:
    """Integrity, schema and row counts of a database that should hold what a backup does."""
    with pinned(db):
        found = read_contents(db, "", task)
        return [_integrity(db, task), *_compare(expected.schema_digest, expected.rows, found)]


def _integrity(db: apsw.Connection, task: Task) -> Finding:
    damage = damage_of(db, task)
    return Finding("integrity", not damage, list_text(damage, 3) or "integrity_check says ok")


def _compare(schema_digest: str, rows: Mapping[str, int], found: Contents) -> list[Finding]:
    same = found.schema_digest == schema_digest
    difference = row_differences(rows, found.rows)
    total = f"{count_text(sum(found.rows.values()), 'row')} in {count_text(len(found.rows), 'table')}"
    return [
        Finding("schema", same, count_text(found.objects, "object") if same else "it is not the one that was copied"),
        Finding("rows", not difference, difference or total),
    ]


def _index_findings(db: apsw.Connection, *, unchanged: bool) -> list[Finding]:
    """Indexes over other tables can only be checked by writing, which was done before the backup was published."""
    schema = read_schema(db)
    indexes, external = full_text_indexes(schema), external_content_indexes(schema)
    if not indexes:
        return []
    if external and not unchanged:
        return [Finding("search indexes", None, f"not compared with the rows they index: {list_text(external)}")]
    return [Finding("search indexes", True, list_text(indexes))]


def _link_findings(db: apsw.Connection) -> list[Finding]:
    try:
        links = broken_links(db)
    except apsw.SQLError as error:
        return [Finding("foreign keys", None, str(error))]
    if not links:
        return [Finding("foreign keys", True, "all point to a row")]
    details = list_text([f"{link.what} ({link.count:,})" for link in links], 3)
    return [Finding("foreign keys", None, f"as in the database that was copied: {details}")]


def _record(path: Path, manifest: Manifest, moment: float | None, wrong: tuple[str, ...]) -> bool:
    """A backup on a medium that cannot be written is as good as its findings say, only not marked."""
    try:
        # What is damaged now is no longer proven, whatever was found once.
        proven_at = manifest.proven_at if moment else None
        how = FULL if moment else ""
        write_manifest(
            path, replace(manifest, verified_at=moment, verified_how=how, problems=wrong, proven_at=proven_at)
        )
    except (OutOfSpace, WorkspaceUnusable):
        return False
    return True
