"""All that is known of one backup, grouped for reading: what is in it, and what its manifest says."""

from __future__ import annotations

from felix_dbadmin.core.backups.catalogue import Backup
from felix_dbadmin.core.text import bytes_text, count_text, time_text
from felix_dbadmin.models.findings import Group, Line
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.wording import inside_text, kept_text, proven_text, verified_text, verified_tone, why_text


def backup_sentence(backup: Backup) -> str:
    """The most important things to know, in one line."""
    parts = (
        time_text(backup.created),
        bytes_text(backup.size),
        f"{inside_text(backup)} inside" if backup.manifest else "",
        verified_text(backup),
        proven_text(backup) if backup.proven_at else "",
        kept_text(backup),
    )
    return " · ".join(part for part in parts if part)


def contents_groups(backup: Backup) -> tuple[Group, ...]:
    """Rows per table and versions inside, as the manifest has them; and what is wrong with the backup."""
    manifest = backup.manifest
    wrong = [backup.problem.replace(f"The manifest of {backup.name}", "Its manifest")] if backup.problem else []
    if manifest is None:
        wrong = wrong or ["There is no manifest beside it. Verify it to have it read whole."]
        return (Group("What is inside is not known", tuple(Line(text, "", Tone.BAD) for text in wrong)),)
    versions = tuple(Line(str(version), description) for version, description in manifest.versions)
    rows = tuple(Line(table, f"{count:,}") for table, count in sorted(manifest.rows.items()))
    total = count_text(sum(manifest.rows.values()), "row")
    groups = (
        Group("Damaged", tuple(Line(problem, "", Tone.BAD) for problem in manifest.problems), Tone.BAD),
        Group(f"{count_text(len(rows), 'table')}, {total}", rows),
        Group(f"{count_text(len(versions), 'migration')} inside", versions),
    )
    return tuple(group for group in groups if group.lines)


def manifest_groups(backup: Backup) -> tuple[Group, ...]:
    """Where it comes from and how it was looked at."""
    manifest = backup.manifest
    facts = [Line("File", backup.name), Line("Why", why_text(backup)), Line("Made", time_text(backup.created))]
    if manifest is None:
        facts.append(Line("Manifest", backup.problem or "none", Tone.BAD if backup.problem else Tone.WARNING))
        return (Group("Backup", tuple(facts)),)
    checks = (
        Line("Verified", _verified(backup), verified_tone(backup)),
        Line("How", "hash, integrity, schema and row counts" if manifest.verified_how else ""),
        *(Line("Problem", problem, Tone.BAD) for problem in manifest.problems),
        Line("Restorable", proven_text(backup)),
        Line("Kept", kept_text(backup)),
    )
    source = (
        Line("Database", manifest.database),
        Line("Component", manifest.component),
        Line("Path", manifest.source),
        Line("Journal mode", manifest.journal_mode),
        Line("Page size", f"{manifest.page_size:,} bytes" if manifest.page_size else ""),
        Line("Encoding", manifest.encoding),
        Line("Schema", count_text(manifest.schema_objects, "object")),
    )
    facts += [
        Line("Note", manifest.note),
        Line("Size", f"{bytes_text(backup.size)} ({backup.size:,} bytes)"),
        Line("Compression", manifest.compression),
        Line("SHA-256", manifest.sha256),
        Line("Made by", f"{manifest.tool}, SQLite {manifest.sqlite}"),
    ]
    groups = (("Backup", tuple(facts)), ("How it was looked at", checks), ("What it was made of", source))
    return tuple(Group(title, tuple(line for line in lines if line.detail)) for title, lines in groups)


def _verified(backup: Backup) -> str:
    """When; where it is not, what is to be said instead."""
    return time_text(backup.verified_at) if backup.verified_at else verified_text(backup)
