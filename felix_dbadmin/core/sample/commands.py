"""Commands that agents asked for: run, refused, waiting for a person; and the patterns learned from them."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

import apsw

from felix_dbadmin.core.sample.prose import SEED, Prose, Row, insertion
from felix_dbadmin.core.sample.shell import APPROVERS, COMMANDS, DENIALS, FIELDS, FOLDERS, REVIEWED, Command
from felix_dbadmin.core.sample.workflows import SPAN, WORKFLOWS, started

EXECUTIONS = 4_000
WAITING = 7
"""The last commands of the demo: asked for within the last minutes and not answered yet."""
TIME_TO_ANSWER = 3_600.0

EXECUTION_COLUMNS = (
    "execution_id",
    "workflow_id",
    "agent_id",
    "agent_type",
    "command",
    "command_hash",
    "trust_level",
    "approved_by",
    "approval_timestamp",
    "executed",
    "execution_timestamp",
    "exit_code",
    "duration",
    "stdout_preview",
    "stderr_preview",
    "output_size",
    "context",
    "cwd",
    "env_snapshot",
    "venv_active",
    "success",
    "error_category",
    "timestamp",
)
APPROVAL_COLUMNS = (
    "execution_id",
    "agent_id",
    "command",
    "trust_level",
    "context",
    "risk_assessment",
    "requested_at",
    "expires_at",
    "approved",
    "approved_by",
    "approved_at",
    "denial_reason",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to a request: approved is None while nobody has, or when nobody did in time."""

    approved: bool | None
    by: str | None = None
    at: float | None = None
    reason: str | None = None


SILENCE = Answer(None)


def fill_commands(db: apsw.Connection, now: float, count: int = EXECUTIONS) -> None:
    """Insert the demo's commands and the requests for approval; inside the caller's transaction."""
    approvals: list[Row] = []

    def executions() -> Iterator[Row]:
        for execution, approval in generate_commands(count, now=now):
            if approval is not None:
                approvals.append(approval)
            yield execution

    db.executemany(insertion("command_executions", EXECUTION_COLUMNS), executions())
    db.executemany(insertion("pending_approvals", APPROVAL_COLUMNS), approvals)


def generate_commands(
    count: int, seed: int = SEED, *, now: float = 1_760_000_000.0
) -> Iterator[tuple[Row, Row | None]]:
    """`count` commands of the last 30 days, oldest first, each with its request for approval where it needs one."""
    rng = random.Random(f"commands {seed}")
    prose = Prose(rng)
    shares = [command.share for command in COMMANDS]
    settled = max(0, count - WAITING)
    for number in range(1, count + 1):
        waiting = number > settled
        kind = REVIEWED[number % len(REVIEWED)] if waiting else rng.choices(COMMANDS, weights=shares)[0]
        if waiting:
            asked = now - (count - number + 1) * 240 + rng.uniform(0, 60)
        else:
            asked = now - SPAN + (SPAN - 2 * TIME_TO_ANSWER) * number / settled + rng.uniform(0, 300)
        answer = _answer(rng, kind, asked, waiting)
        yield _command(rng, prose, number, kind, asked, answer, now)


def _answer(rng: random.Random, kind: Command, asked: float, waiting: bool) -> Answer:
    if kind.trust != "REVIEW" or waiting:
        return SILENCE
    at = asked + min(TIME_TO_ANSWER - 1, rng.expovariate(1 / 400))
    match rng.choices(("approved", "denied", "silence"), weights=(64, 22, 14))[0]:
        case "approved":
            return Answer(True, rng.choice(APPROVERS), at)
        case "denied":
            return Answer(False, rng.choice(APPROVERS), at, rng.choice(DENIALS))
    return SILENCE


def _command(
    rng: random.Random, prose: Prose, number: int, kind: Command, asked: float, answer: Answer, now: float
) -> tuple[Row, Row | None]:
    fields = {name: rng.choice(choices) for name, choices in FIELDS.items()}
    command = kind.template.format(**fields)
    agent_type = "system" if rng.random() < 0.8 else rng.choice(("research", "analysis"))
    agent = f"{agent_type}_{rng.randrange(6):03d}"
    context = prose.remark() if rng.random() > 0.02 else None
    venv = rng.random() < 0.7
    # A command that needed no answer, or got its yes, was run.
    executed = kind.trust == "SAFE" or answer.approved is True
    begun = (answer.at or asked) + rng.uniform(0.1, 2.0)
    outcome = _run(rng, kind, fields) if executed else (None,) * 5
    exit_code, duration, stdout, stderr, category = outcome
    execution = (
        number,
        _workflow_at(asked, now) if rng.random() > 0.02 else None,
        agent,
        agent_type,
        command,
        hashlib.sha256(command.encode()).hexdigest(),
        kind.trust,
        answer.by if answer.approved else None,
        answer.at if answer.approved else None,
        int(executed),
        begun if executed else None,
        exit_code,
        duration,
        stdout,
        stderr,
        len(f"{stdout or ''}{stderr or ''}".encode()) if executed else None,
        context,
        rng.choices(FOLDERS, weights=(8, 3, 1))[0],
        json.dumps({"PATH": "/srv/felix/.venv/bin:/usr/bin" if venv else "/usr/bin", "LANG": "C.UTF-8"}),
        int(venv),
        int(exit_code == 0) if executed else None,
        category,
        asked,
    )
    if kind.trust != "REVIEW":
        return execution, None
    # One request in forty could have waited for ever; of those never answered only the newest.
    endless = number % 40 == 0 and (answer is not SILENCE or now - asked < TIME_TO_ANSWER)
    expires = None if endless else asked + TIME_TO_ANSWER
    approved = None if answer.approved is None else int(answer.approved)
    approval = (number, agent, command, kind.trust, context, kind.risk, asked, expires)
    return execution, (*approval, approved, answer.by, answer.at, answer.reason)


def _run(rng: random.Random, kind: Command, fields: dict[str, str]) -> Row:
    """exit_code, duration in seconds, stdout, stderr and error category of one run."""
    seconds = round(kind.seconds * rng.lognormvariate(0, 0.5) + 0.002, 4)
    if rng.random() < kind.failure_rate:
        failure = rng.choice(kind.failures)
        duration = 120.0 + seconds if failure.category == "timeout" else seconds
        return failure.exit_code, duration, None, failure.stderr.format(**fields), failure.category
    stdout = kind.stdout.format(**fields) or None
    if stdout and rng.random() < 0.02:
        stdout = "\n".join(f"{line:4d}  {stdout}" for line in range(1, rng.randint(20, 60)))
    return 0, seconds, stdout, None, None


def _workflow_at(moment: float, now: float) -> int:
    """The newest workflow that had begun by then."""
    return max(1, min(WORKFLOWS, int((moment - now + SPAN) / (started(2, now) - started(1, now)))))
