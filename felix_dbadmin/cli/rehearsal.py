"""A rehearsal as a person reads it, and as a program does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from felix_dbadmin.cli.output import Output, headline
from felix_dbadmin.core.errors import (
    Cancelled,
    CheckFailed,
    Conflict,
    ConsentMissing,
    DbAdminError,
    Locked,
    StatementFailed,
    WrongUsage,
)
from felix_dbadmin.core.migrate.losses import Loss
from felix_dbadmin.core.migrate.results import Check, StatementRun
from felix_dbadmin.core.rehearse.report import (
    Failure,
    Forecast,
    LiveState,
    Rehearsal,
    WayBack,
    forecast,
    risk_of,
)
from felix_dbadmin.core.schema import SchemaDifference, SchemaObject
from felix_dbadmin.core.text import bytes_text, duration_text

_KINDS = {kind.exit_code: kind for kind in (StatementFailed, WrongUsage, Conflict, Locked, ConsentMissing, Cancelled)}


def print_rehearsal(out: Output, report: Rehearsal) -> None:
    plan = report.plan
    size = bytes_text(report.database_bytes) if report.database_bytes else "not created yet"
    out.line(
        f"{plan.title} ({plan.database}, {size}): rehearsed on a copy in {duration_text(report.seconds)}", style="bold"
    )
    for index, step in enumerate(plan.steps):
        ran = [run for run in report.statements if run.step == index]
        if ran or index < len(report.steps):
            out.line()
            out.line(step.title)
            _print_statements(out, report, ran)
    out.line()
    _print_section(out, "Schema", difference_lines(report.difference))
    _print_section(out, "Rows", _row_lines(report))
    _print_section(out, "Notes", note_lines(report.notes))
    _print_section(out, "Would be lost", [loss.text for loss in report.losses])
    _print_section(out, "Ways back", [_way_back_line(way) for way in report.ways_back])
    _print_section(out, "Checks", [check_line(check) for check in report.checks])
    if report.ok and report.steps:
        out.line(_forecast_line(forecast(report)))
    if report.failure is not None:
        out.line(f"FAILED: {report.failure.summary}", style="bold red")
    out.line(report.proof.text)


def _print_statements(out: Output, report: Rehearsal, ran: Sequence[StatementRun]) -> None:
    rows = [
        (
            str(number),
            headline(run.sql),
            run.target,
            risk_of(report, run).value,
            f"{run.rows:,}",
            f"{run.touched:,}",
            duration_text(run.seconds),
            f"failed: {run.error}" if run.error else "ok",
        )
        for number, run in enumerate(ran, start=1)
    ]
    if rows:
        heads = ("#", "Statement", "Object", "Risk", "Rows", "Touched", "Time", "Result")
        out.table(heads, rows, numbers=("#", "Rows", "Touched", "Time"))


def _print_section(out: Output, title: str, lines: Sequence[str]) -> None:
    if lines:
        out.line(f"{title}:")
        out.lines(lines)


def difference_lines(difference: SchemaDifference) -> list[str]:
    return [
        *(f"+ {_object_text(item)}" for item in difference.added),
        *(f"- {_object_text(item)}" for item in difference.removed),
        *(f"~ {_object_text(new)}" for _, new in difference.changed),
    ]


def _object_text(item: SchemaObject) -> str:
    on = f" on {item.table}" if item.kind in ("index", "trigger") else ""
    return f"{item.kind} {item.name}{on}"


def _way_back_line(way: WayBack) -> str:
    return f"{way.version}: {way.text}" if way.version else way.text


def _forecast_line(expected: Forecast) -> str:
    return (
        f"Expected (estimates): other programs wait to write for {duration_text(expected.lock_seconds)};"
        f" {bytes_text(expected.disk_bytes)} of disk, of which {bytes_text(expected.backup_bytes)} for the backup"
    )


def _row_lines(report: Rehearsal) -> list[str]:
    """Only of tables whose number of rows changes."""
    return [
        f"{table}: {_count(before)} → {_count(after)}"
        for table, (before, after) in _rows(report).items()
        if before != after
    ]


def _count(rows: int | None) -> str:
    return "no table" if rows is None else f"{rows:,}"


def _rows(report: Rehearsal) -> dict[str, tuple[int | None, int | None]]:
    tables = dict.fromkeys((*report.rows_before, *report.rows_after))
    return {table: (report.rows_before.get(table), report.rows_after.get(table)) for table in tables}


def check_line(check: Check) -> str:
    return f"{'ok' if check.ok else 'FAILED'}: {check.name}" + (f" ({check.detail})" if check.detail else "")


def note_lines(notes: Sequence[tuple[str, int]]) -> list[str]:
    """A note's text goes on from its count: '332 entries: …'."""
    return [f"{count:,} {text}" for text, count in notes]


def failure_of(failure: Failure) -> DbAdminError:
    """The error that stopped a rehearsal, to be raised."""
    kind = _KINDS.get(failure.exit_code, CheckFailed)
    return kind(failure.summary, failure.hint, statement=failure.statement, where=failure.where)


def rehearsal_document(report: Rehearsal) -> dict[str, object]:
    """Everything that the report holds."""
    plan, difference = report.plan, report.difference
    return {
        "title": plan.title,
        "component": plan.component,
        "database": plan.database,
        "direction": plan.request.direction.value,
        "bytes": report.database_bytes,
        "steps": [
            {"action": step.action, "version": step.version, "description": step.description, "title": step.title}
            for step in plan.steps
        ],
        "statements": [_statement_document(report, run) for run in report.statements],
        "schema": {
            "added": [_object_document(item) for item in difference.added],
            "removed": [_object_document(item) for item in difference.removed],
            "changed": [
                {"kind": new.kind, "name": new.name, "table": new.table, "before": old.sql, "after": new.sql}
                for old, new in difference.changed
            ],
        },
        "rows": {table: {"before": before, "after": after} for table, (before, after) in _rows(report).items()},
        "checks": [asdict(check) for check in report.checks],
        "notes": note_documents(report.notes),
        "losses": [loss_document(loss) for loss in report.losses],
        "ways_back": [asdict(way) for way in report.ways_back],
        "forecast": asdict(forecast(report)) if report.ok else None,
        "live": {
            "unchanged": report.proof.unchanged,
            "text": report.proof.text,
            "before": _state_document(report.proof.before),
            "after": _state_document(report.proof.after),
        },
        "failure": asdict(report.failure) if report.failure else None,
        "at": report.at,
        "seconds": report.seconds,
    }


def _statement_document(report: Rehearsal, run: StatementRun) -> dict[str, object]:
    return {
        "step": run.step,
        "sql": run.sql,
        "line": run.line,
        "verb": run.verb,
        "object": run.target,
        "risk": risk_of(report, run).value,
        "seconds": run.seconds,
        "rows": run.rows,
        "touched": run.touched,
        "ok": not run.error,
        "error": run.error,
    }


def _object_document(item: SchemaObject) -> dict[str, str]:
    return {"kind": item.kind, "name": item.name, "table": item.table, "sql": item.sql}


def _state_document(state: LiveState | None) -> dict[str, object] | None:
    return asdict(state) if state else None


def note_documents(notes: Sequence[tuple[str, int]]) -> list[dict[str, object]]:
    return [{"text": text, "count": count} for text, count in notes]


def loss_document(loss: Loss) -> dict[str, object]:
    return {**asdict(loss), "text": loss.text}
