"""search in the terminal: what it prints where, its options and exit codes."""

from __future__ import annotations

import json
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from felix_dbadmin.cli.output import Output
from tests.cli.running import Command, fingerprints
from tests.helpers.workspaces import in_another_process, query, run_sql


def test_hits_of_every_component_with_title_snippet_and_totals(migrated: Path, command: Command) -> None:
    ran = command("search", "virtual", "environment", "-w", migrated, "-n", 3)
    assert ran.code == 0
    assert "virtual environment" in ran.out
    assert ran.out.splitlines()[-1] == (
        "404 hits, 3 shown: 38 in Knowledge, 8 in Workflow history and 358 in System actions"
    )
    assert "\x1b" not in ran.out
    assert ran.err == ""


def test_json_says_all_of_it(migrated: Path, command: Command) -> None:
    found = command("search", "environment", "-w", migrated, "-c", "knowledge", "-n", 70, "--json").document
    ((count,),) = query(
        migrated / "felix_knowledge.db", "select count(*) from knowledge_fts where knowledge_fts match 'environment'"
    )
    assert found["understood"] == ["environment"]
    assert found["totals"] == {"knowledge/knowledge_fts": count}
    assert len(found["hits"]) == min(70, found["total"])
    for hit in found["hits"]:
        assert all("nvironment" in hit["snippet"][begin:end] for begin, end in hit["marks"])
        assert hit["component"] == "knowledge"
    assert any(hit["marks"] for hit in found["hits"])


def test_more_hits_than_a_page_come_in_the_same_order(migrated: Path, command: Command) -> None:
    def keys(limit: int, sort: str) -> list[object]:
        found = command("search", "the", "-w", migrated, "--sort", sort, "-n", limit, "--json").document
        return [(hit["component"], hit["key"]) for hit in found["hits"]]

    for sort in ("relevance", "newest", "oldest"):
        assert len(keys(200, sort)) == len(set(keys(200, sort))) == 200
        assert keys(200, sort)[:20] == keys(20, sort)


def test_the_newest_of_all_components_come_first(migrated: Path, command: Command) -> None:
    found = command("search", "the", "-w", migrated, "--sort", "newest", "-n", 5_000, "--json").document["hits"]
    assert {hit["component"] for hit in found} == {"knowledge", "workflows", "system_actions"}
    times = [hit["when"] for hit in found]
    assert times == sorted(times, reverse=True)


def test_filters_times_and_order(migrated: Path, command: Command) -> None:
    def search(*options: object) -> list[dict[str, Any]]:
        found = command("search", "the", "-w", migrated, "-c", "knowledge", "-n", 500, "--json", *options).document
        hits: list[dict[str, Any]] = found["hits"]
        return hits

    everything = search("--sort", "oldest")
    times = [hit["when"] for hit in everything]
    assert times == sorted(times)
    domains = {hit["values"]["domain"] for hit in everything}
    some = search("--filter", "domain=python", "--filter", "Domain=Architecture")
    assert {hit["values"]["domain"] for hit in some} <= {"python", "architecture"}
    others = {hit["values"]["domain"] for hit in search("--filter", "domain!=python")}
    assert others == domains - {"python"}
    middle = datetime.fromtimestamp(times[len(times) // 2]).date()
    day = [hit["when"] for hit in search("--since", middle, "--until", middle, "--sort", "oldest")]
    assert day == [moment for moment in times if datetime.fromtimestamp(moment).date() == middle]
    assert search("--since", "2999-01-01") == []
    assert len(search("--since", "5000w")) == len(everything)


def test_nothing_found_is_one_as_with_grep(migrated: Path, command: Command) -> None:
    ran = command("search", "pythn", "environment", "-w", migrated)
    assert (ran.code, ran.out) == (1, "")
    assert "Nothing found." in ran.err
    assert "python" in ran.err
    assert "environment " in ran.err
    ran = command("search", "zzzqqq", "-w", migrated, "--json")
    assert ran.code == 1
    assert (ran.document["total"], ran.document["hits"], ran.document["words"]) == (0, [], {"zzzqqq": 0})


def test_the_name_of_a_command_can_be_searched_for(migrated: Path, command: Command) -> None:
    for word in ("health", "rebuild", "words"):
        ran = command("search", "-w", migrated, "--json", "--", word)
        assert ran.document["understood"] == [word]
    assert command("search", "words", "-w", migrated, "--json").document["understood"] == ["words"]
    assert "search health" in " ".join(command("search", "--help").out.split())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--filter", "domain"], ["COLUMN=VALUE"]),
        (["--filter", "doman=python"], ["no --filter doman", "domain"]),
        (["--column", "bodyy"], ["no --column bodyy", "content_text"]),
        (["--since", "soon"], ["--since 'soon' is no time", "7d"]),
        (["--component", "nowhere"], ["no component named nowhere"]),
        (["--export", "hits.txt"], ["--format"]),
    ],
)
def test_what_makes_no_sense_is_refused(migrated: Path, command: Command, options: list[str], words: list[str]) -> None:
    command("search", "python", "-w", migrated, *options).refused(2, *words)


def test_an_expression_of_fts5(migrated: Path, command: Command) -> None:
    ran = command("search", "--raw", "content_text : (virtual NEAR environment)", "-w", migrated, "--json")
    assert ran.code in (0, 1)
    command("search", "--raw", "virtual AND (", "-w", migrated).refused(2, "FTS5 cannot read this expression")
    command("search", "-w", migrated).refused(2, "Nothing to search for")


def test_a_table_without_its_index_is_scanned_and_says_so(fresh: Path, command: Command) -> None:
    ran = command("search", "environment", "-w", fresh, "-c", "knowledge")
    assert ran.code == 0
    assert "hits" in ran.out
    assert ran.err.startswith("note: Knowledge: ")
    assert "migration 2" in ran.err


def test_export_to_a_new_file_only(migrated: Path, tmp_path: Path, command: Command) -> None:
    target = tmp_path / "hits.json"
    ran = command("search", "python", "-w", migrated, "--export", target)
    assert ran.code == 0
    rows = json.loads(target.read_text())
    assert ran.out.startswith(f"{len(rows):,} rows written to {target}")
    command("search", "python", "-w", migrated, "--export", target).refused(2, "there already")
    ran = command("search", "python", "-w", migrated, "--export", tmp_path / "hits", "--format", "csv", "--json")
    assert ran.document["rows"] == len(rows)


def test_searching_writes_nothing(migrated: Path, command: Command) -> None:
    before = fingerprints(migrated)
    command("search", "python", "-w", migrated)
    command("search", "pythn", "-w", migrated)
    assert fingerprints(migrated) == before


def test_what_a_database_holds_does_not_steer_the_terminal(migrated: Path, command: Command) -> None:
    run_sql(
        migrated / "felix_knowledge.db",
        "update knowledge_fts set content_text = 'zebra ' || char(27) || '[31m' || char(10) || 'x' where rowid = 1",
    )
    ran = command("search", "zebra", "-w", migrated)
    assert "\x1b" not in ran.out
    assert "zebra \N{REPLACEMENT CHARACTER}[31m x" in ran.out


def test_hits_stand_out_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    Output().marked("a zebra here", [(2, 7)])
    assert capsys.readouterr().out == "    a zebra here\n"


class TestCare:
    def test_health_finds_what_felix_left_and_says_what_to_do(self, migrated: Path, command: Command) -> None:
        in_another_process(
            "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
            "row = list(db.execute('select * from knowledge_entries limit 1').fetchone()); row[2] = 'zebrafish';"
            "db.execute('insert or replace into knowledge_entries values (' + ','.join('?' * 13) + ')', row);"
            "db.commit()",
            str(migrated / "felix_knowledge.db"),
        )
        ran = command("search", "health", "-w", migrated, "--json")
        assert ran.code == 4
        found = {item["component"]: item for item in ran.document["indexes"]}
        assert found["knowledge"]["stale"] == 1
        assert found["tasks"]["action"] == "felix-dbadmin migrate --component tasks --to 4"
        for item in found.values():
            name, *arguments = shlex.split(item["action"])
            assert name == "felix-dbadmin"
            assert command(*arguments, "-w", migrated, "--yes").code == 0
        ran = command("search", "health", "-w", migrated)
        assert ran.code == 0
        assert "NOT HEALTHY" not in ran.out
        assert "healthy" in ran.out
        ran = command("search", "health", "-w", migrated, "--quick")
        assert ran.code == 0
        assert "rows counted" in ran.out
        assert "healthy" not in ran.out.lower()

    def test_an_index_that_only_waits_for_its_migration_is_pending(self, fresh: Path, command: Command) -> None:
        ran = command("search", "health", "-w", fresh, "--quick")
        assert ran.code == 3
        assert "Not made yet: apply migration 2." in ran.out

    def test_rebuild_asks_rehearses_and_does_it(self, migrated: Path, command: Command) -> None:
        before = fingerprints(migrated)
        command("search", "rebuild", "-w", migrated).refused(6, "Rebuild 1 search index of knowledge", "--yes")
        ran = command("dry-run", "--rebuild", "--index", "knowledge_fts", "-c", "knowledge", "-w", migrated)
        assert ran.code == 0
        assert "Make knowledge_fts anew" in ran.out
        assert fingerprints(migrated) == before
        run_sql(migrated / "felix_knowledge.db", "delete from knowledge_fts where rowid < 10")
        ran = command("search", "rebuild", "-w", migrated, "--yes")
        assert ran.code == 0
        assert "knowledge: 2 → 2, Make knowledge_fts anew, backup pre_rebuild_felix_knowledge_" in ran.out
        assert query(migrated / "felix_knowledge.db", "select count(*) from knowledge_fts") == [(443,)]
        assert command("search", "health", "-w", migrated, "-c", "system_actions").code == 0

    def test_optimise_one_index(self, migrated: Path, command: Command) -> None:
        options = ("-w", migrated, "-c", "system_actions", "--index", "command_fts")
        ran = command("search", "optimise", *options, "--yes", "--json")
        assert ran.code == 0
        assert ran.document["results"][0]["title"] == "Optimise command_fts of system_actions"
        assert command("dry-run", "--optimise", *options).code == 0

    def test_an_index_needs_its_component(self, migrated: Path, command: Command) -> None:
        command("search", "rebuild", "--index", "knowledge_fts", "-w", migrated).refused(2, "--index", "--component")
        command("search", "rebuild", "-c", "knowledge", "--index", "no", "-w", migrated).refused(2, "knowledge_fts")

    def test_where_there_is_no_index_there_is_nothing_to_rebuild(self, fresh: Path, command: Command) -> None:
        command("search", "rebuild", "-w", fresh).refused(2, "no search index", "migrate")
        ran = command("search", "rebuild", "-c", "knowledge", "-w", fresh, "--yes")
        assert (ran.code, ran.out) == (0, "knowledge has no search index to rebuild.\n")
