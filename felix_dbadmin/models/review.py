"""What somebody should read before they agree: dangers first, then the way back, then what it takes."""

from __future__ import annotations

from felix_dbadmin.core.migrate.losses import Loss
from felix_dbadmin.core.migrate.results import StatementRun
from felix_dbadmin.core.rehearse.report import Rehearsal, Risk, forecast, risk_of
from felix_dbadmin.core.text import bytes_text, count_text, duration_text, list_text
from felix_dbadmin.models.findings import Group, Line
from felix_dbadmin.models.roles import Tone
from felix_dbadmin.models.table_model import shortened

_TITLES = {
    Risk.FINAL: "Cannot be undone, except from the backup",
    Risk.DELETES: "Deletes data",
    Risk.REWRITES: "Rewrites a table",
    Risk.SAFE: "Safe",
}
ONLY_BACKUP = "only by restoring the backup"
"""The way back where something is lost; what that is was told already."""

_TONES = {Risk.FINAL: Tone.BAD, Risk.DELETES: Tone.BAD, Risk.REWRITES: Tone.WARNING}

GRAVEST_FIRST = (Risk.FINAL, Risk.DELETES, Risk.REWRITES, Risk.SAFE)


def review_groups(rehearsals: tuple[Rehearsal, ...]) -> tuple[Group, ...]:
    """Losses, statements by risk, the way back of each step, and what it takes; empty groups are left out."""
    groups = (
        _losses(rehearsals),
        *(_statements(rehearsals, risk) for risk in GRAVEST_FIRST),
        _ways_back(rehearsals),
        Group("What it takes", _needs(rehearsals)),
    )
    return tuple(group for group in groups if group.lines)


def _losses(rehearsals: tuple[Rehearsal, ...]) -> Group:
    """What is lost, and by which statement where that can be told."""
    lines = tuple(
        Line(_named(rehearsals, rehearsal, loss.text), "; ".join(_culprits(rehearsal, loss)), Tone.BAD)
        for rehearsal in rehearsals
        for loss in rehearsal.losses
    )
    return Group(f"Would be lost for good, except in the backup ({len(lines)})", lines, Tone.BAD)


def _culprits(rehearsal: Rehearsal, loss: Loss) -> list[str]:
    """The deleting statements that name the table of the loss."""
    return [
        _sql(run)
        for run in rehearsal.statements
        if run.target.lower() == loss.table.lower() and risk_of(rehearsal, run) is Risk.DELETES
    ]


def _sql(run: StatementRun) -> str:
    return shortened(run.sql.rstrip().rstrip(";"))


def _told(rehearsal: Rehearsal, run: StatementRun) -> bool:
    """Whether a loss names this statement already."""
    return any(_sql(run) in _culprits(rehearsal, loss) for loss in rehearsal.losses)


def _statements(rehearsals: tuple[Rehearsal, ...], risk: Risk) -> Group:
    """The statements of one risk but those that a loss names; the safe ones are only counted."""
    found = [
        (each, run)
        for each in rehearsals
        for run in each.statements
        if risk_of(each, run) is risk and not _told(each, run)
    ]
    tone = _TONES.get(risk, Tone.NORMAL)
    if risk is Risk.SAFE:
        count = count_text(len(found), "statement")
        return Group(
            _TITLES[risk], (Line(f"{count}: no row that holds data is deleted or rewritten"),) if found else ()
        )
    lines = tuple(
        Line(
            _named(rehearsals, rehearsal, _sql(run)),
            f"{count_text(max(run.rows, run.touched), 'row')}, {duration_text(run.seconds)}",
            tone,
        )
        for rehearsal, run in found
    )
    return Group(f"{_TITLES[risk]} ({len(lines)})", lines, tone)


def _ways_back(rehearsals: tuple[Rehearsal, ...]) -> Group:
    lines = tuple(
        Line(
            _named(rehearsals, rehearsal, run.step.title),
            ONLY_BACKUP if run.step.action == "down" and run.losses else way.text,
            Tone.GOOD if way.proven else Tone.NORMAL,
        )
        for rehearsal in rehearsals
        for run, way in zip(rehearsal.steps, rehearsal.ways_back, strict=False)
    )
    return Group("The way back", lines)


def _needs(rehearsals: tuple[Rehearsal, ...]) -> tuple[Line, ...]:
    forecasts = [forecast(rehearsal) for rehearsal in rehearsals]
    backed_up = [each.plan.database for each in rehearsals if each.proof.before is not None]
    disk = bytes_text(sum(each.disk_bytes for each in forecasts))
    locked = duration_text(max(0.001, sum(each.lock_seconds for each in forecasts)))
    lines = (
        Line("Room on the disk while it runs", f"about {disk}"),
        Line("Other programs cannot write for", f"about {locked}, as long as it took on the copy"),
    )
    if not backed_up:
        return (Line("Backup first", "none: there is no file yet"), *lines)
    size = bytes_text(sum(each.backup_bytes for each in forecasts))
    return (Line("Backup first", f"{list_text(backed_up, limit=3)}, {size}, verified, in backups/"), *lines)


def _named(rehearsals: tuple[Rehearsal, ...], rehearsal: Rehearsal, text: str) -> str:
    return f"{rehearsal.plan.component}: {text}" if len(rehearsals) > 1 else text
