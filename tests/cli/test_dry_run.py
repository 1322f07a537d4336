from __future__ import annotations

from pathlib import Path

from tests.cli.running import Command, fingerprints
from tests.helpers.workspaces import ADD_AUTHOR, ADD_TAGS, add_component, notes_database, run_sql

REPORT = {
    "title",
    "component",
    "database",
    "direction",
    "bytes",
    "steps",
    "statements",
    "schema",
    "rows",
    "checks",
    "notes",
    "losses",
    "ways_back",
    "forecast",
    "live",
    "failure",
    "at",
    "seconds",
}


def test_every_component_is_rehearsed_and_no_byte_changes(fresh: Path, command: Command) -> None:
    before = fingerprints(fresh)
    ran = command("dry-run", "-w", fresh, "--json")
    assert ran.code == 0
    assert fingerprints(fresh) == before
    reports = {report["component"]: report for report in ran.document["reports"]}
    assert list(reports) == ["knowledge", "tasks", "workflows", "agent_performance", "system_actions"]
    assert all(set(report) == REPORT for report in reports.values())
    assert all(report["live"]["unchanged"] and report["failure"] is None for report in reports.values())
    knowledge = reports["knowledge"]
    assert [step["version"] for step in knowledge["steps"]] == [1, 2]
    assert knowledge["rows"]["knowledge_fts"] == {"before": None, "after": 443}
    assert knowledge["rows"]["knowledge_entries"] == {"before": 443, "after": 443}
    assert "idx_domain_confidence_time" in [item["name"] for item in knowledge["schema"]["added"]]
    assert knowledge["live"]["before"]["sha256"] == before["felix_knowledge.db"]
    assert all(item["ok"] for item in (*knowledge["statements"], *knowledge["checks"]))
    assert {"step", "sql", "line", "verb", "object", "risk", "seconds", "rows", "touched", "ok", "error"} == set(
        knowledge["statements"][0]
    )


def test_the_report_for_people(fresh: Path, command: Command) -> None:
    out = command("dry-run", "-w", fresh, "-c", "knowledge").out
    assert out.startswith("Apply 2 migrations to knowledge (felix_knowledge.db, 1.4 MB): rehearsed on a copy in ")
    assert "CREATE INDEX idx_domain_confidence_time" in out
    assert "+ virtual table knowledge_fts" in out
    assert "knowledge_fts: no table → 443" in out
    assert "knowledge_entries: " not in out
    assert "Ways back:\n  1: down tested in this rehearsal: schema and rows as before\n  2: down tested" in out
    assert "Expected (estimates): other programs wait to write for " in out
    assert "Live file unchanged: bytes, schema_version and data_version are the same before and after." in out


def test_the_way_back_is_rehearsed_too(migrated: Path, command: Command) -> None:
    before = fingerprints(migrated)
    ran = command("dry-run", "--rollback", "-w", migrated, "-c", "agent_performance", "--to", 0)
    assert ran.code == 0
    assert "Would be lost:\n  agent_performance: 5,095 rows (the whole table)" in ran.out
    command("dry-run", "--repair", "-w", migrated, "-c", "knowledge")
    assert fingerprints(migrated) == before


def test_nothing_to_do_is_said(migrated: Path, command: Command) -> None:
    ran = command("dry-run", "-w", migrated, "-c", "knowledge")
    assert (ran.code, ran.out.strip()) == (0, "knowledge is up to date at version 2.")
    assert command("dry-run", "-w", migrated, "-c", "knowledge", "--json").document["reports"] == []


def test_a_statement_that_fails_is_shown_with_its_file_and_line(tmp_path: Path, command: Command) -> None:
    add_component(
        tmp_path,
        files={"001_fill.sql": "-- migrate:up\nINSERT INTO notes(title)\nSELECT body FROM notes;\n"},
    )
    run = notes_database(tmp_path)
    add_component(tmp_path, "other", files={"001_x.sql": "-- migrate:up\nCREATE TABLE x(y);\n"}, base="")
    run_sql(run, "update notes set body = null")
    before = fingerprints(tmp_path)
    ran = command("dry-run", "-w", tmp_path, "-c", "notes", "-c", "other")
    ran.refused(1, "notes/001_fill.sql", "NOT NULL constraint failed: notes.title", "INSERT INTO notes(title)")
    assert "failed: NOT NULL constraint failed" in ran.out
    assert "Apply 1 migration to other" in ran.out
    data = command("dry-run", "-w", tmp_path, "-c", "notes", "--json")
    assert data.code == 1
    failure = data.document["reports"][0]["failure"]
    assert failure["where"].startswith("notes/001_fill.sql:2")
    assert data.problem["statement"].startswith("INSERT INTO notes")
    assert fingerprints(tmp_path) == before


def test_two_directions_at_once_make_no_sense(fresh: Path, command: Command) -> None:
    command("dry-run", "-w", fresh, "--rollback", "--repair").refused(2, "not of both")
    command("dry-run", "-w", fresh, "--to", 1).refused(2, "exactly one component", "--component")
    command("dry-run", "-w", fresh, "-c", "knowledge", "--to", 9).refused(2, "has no migration 9", "1 and 2")


def test_what_was_rehearsed_is_shown_before_a_conflict_in_another(fresh: Path, command: Command) -> None:
    folder = add_component(fresh, files={"002_add_tags.sql": ADD_TAGS})
    notes_database(fresh)
    assert command("migrate", "-w", fresh, "-c", "notes", "--yes").code == 0
    (folder / "001_add_author.sql").write_text(ADD_AUTHOR)
    ran = command("dry-run", "-w", fresh, "-c", "workflows", "-c", "notes")
    ran.refused(4, "001_add_author.sql below that was never applied", "--out-of-order")
    assert "Apply 2 migrations to workflows" in ran.out
    ran = command("dry-run", "-w", fresh, "-c", "workflows", "-c", "notes", "--json")
    assert ran.code == 4
    assert [report["component"] for report in ran.document["reports"]] == ["workflows"]
    assert "never applied" in ran.problem["summary"]
    assert command("dry-run", "-w", fresh, "-c", "notes", "--out-of-order").code == 0
