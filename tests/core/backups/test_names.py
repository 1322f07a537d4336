"""Names of backups: what they say, and which typed ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felix_dbadmin.core.backups.names import REASONS, backup_name, find_backup, free_path, parse_name
from felix_dbadmin.core.errors import WrongUsage

STEMS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,30}", fullmatch=True)


@given(st.sampled_from(REASONS), STEMS, st.integers(0, 4_000_000_000))
def test_a_name_says_again_what_went_into_it(reason: str, stem: str, moment: int) -> None:
    parsed = parse_name(backup_name(reason, stem, moment))
    assert parsed is not None
    assert (parsed.reason, parsed.database) == (reason, stem)
    assert backup_name(parsed.reason, parsed.database, parsed.moment) == backup_name(reason, stem, moment)


def test_the_names_of_the_original_program_are_understood() -> None:
    parsed = parse_name("pre_migration_felix_knowledge_20251024_165951.db")
    assert parsed is not None
    assert (parsed.reason, parsed.database) == ("pre_migration", "felix_knowledge")
    assert backup_name("pre_migration", "felix_knowledge", parsed.moment) == (
        "pre_migration_felix_knowledge_20251024_165951.db"
    )


@pytest.mark.parametrize(
    "name",
    [
        "felix_knowledge.db",
        "pre_migration_felix_knowledge.db",
        "pre_migration_felix_knowledge_20251344_165951.db",
        "pre_migration_felix_knowledge_20251024_165951.db.partial",
        "pre_migration_felix_knowledge_20251024_165951_0.db",
        "other_felix_knowledge_20251024_165951.db",
        "manual_../x_20251024_165951.db",
    ],
)
def test_other_names_say_nothing(name: str) -> None:
    assert parse_name(name) is None


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    first = free_path(tmp_path, "manual", "notes", 1_700_000_000)
    first.touch()
    second = free_path(tmp_path, "manual", "notes", 1_700_000_000)
    (tmp_path / f"{second.name}.partial").touch()
    third = free_path(tmp_path, "manual", "notes", 1_700_000_000)
    assert [second.name, third.name] == [f"{first.stem}_2.db", f"{first.stem}_3.db"]
    parsed = parse_name(third.name)
    assert parsed is not None
    assert parsed.database == "notes"


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(WrongUsage, match="no kind of backup named because"):
        backup_name("because", "notes", 0)


@pytest.mark.parametrize("name", ["../notes.db", "/etc/passwd", "..", ".", "", "a b.db", "x\0.db", ".hidden", "a/b.db"])
def test_only_plain_names_are_looked_for(tmp_path: Path, name: str) -> None:
    (tmp_path / "backups").mkdir()
    (tmp_path / "notes.db").touch()
    with pytest.raises(WrongUsage, match="is not the name of a backup"):
        find_backup(tmp_path / "backups", name)


def test_a_link_out_of_the_folder_is_not_a_backup(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (tmp_path / "secret.db").touch()
    (folder / "inside.db").touch()
    (folder / "link.db").symlink_to(tmp_path / "secret.db")
    assert find_backup(folder, "inside.db") == folder / "inside.db"
    with pytest.raises(WrongUsage, match=r"no backup named link\.db"):
        find_backup(folder, "link.db")
    with pytest.raises(WrongUsage, match=r"no backup named gone\.db"):
        find_backup(folder, "gone.db")
