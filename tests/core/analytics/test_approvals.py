"""The approval queue: what waits, answers under races, and taking them back."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from felix_dbadmin.core.activity import activities
from felix_dbadmin.core.analytics.approvals import Standing, decide, read_queue
from felix_dbadmin.core.analytics.panel import State
from felix_dbadmin.core.analytics.requests import LONGEST_COMMAND, LONGEST_NOTE
from felix_dbadmin.core.errors import CheckFailed, Conflict, DbAdminError, Locked, WrongUsage
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import locked, open_workspace
from tests.core.analytics.actions_made import ask_for, make_actions
from tests.helpers.peers import attempt, holding, process
from tests.helpers.workspaces import dump, query, run_sql

ANSWER = "select approved, approved_by, approved_at, denial_reason from pending_approvals where approval_id = "

COMMITS_WHEN_TOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("begin immediate")
for statement in sys.argv[2:]:
    db.execute(statement)
print("ready", flush=True)
sys.stdin.read()
db.execute("commit")
"""


@pytest.fixture
def actions(tmp_path: Path) -> Path:
    return make_actions(tmp_path / "work")


def test_what_waits_comes_in_the_order_in_which_it_expires(actions: Path) -> None:
    never = ask_for(actions, "pip install numpy", expires_in=None)
    later = ask_for(actions, "docker build .", expires_in=3_000)
    sooner = ask_for(actions, "git push", expires_in=60)
    over = ask_for(actions, "rm -rf /", expires_in=-5)
    run = ask_for(actions, "make")
    run_sql(actions, f"update command_executions set executed = 1 where execution_id = {run}")
    queue = read_queue(actions.parent, task=Task())
    assert [each.ident for each in queue.waiting] == [sooner, later, never]
    first, last = queue.waiting[0], queue.waiting[-1]
    assert (first.command, first.risk, first.trust, first.agent) == ("git push", "medium", "REVIEW", "system_001")
    assert first.context == "The build is stale."
    assert first.requested is not None
    assert 590 < queue.now - first.requested < 700
    assert last.expires is None
    assert {each.ident: each.standing for each in queue.lapsed} == {
        over: Standing.EXPIRED,
        run: Standing.RUN_UNANSWERED,
    }
    assert (queue.count(Standing.WAITING), queue.count(Standing.EXPIRED), queue.decided) == (3, 1, ())


def test_the_real_queue_adds_up(migrated: Path) -> None:
    queue = read_queue(migrated, task=Task())
    database = migrated / "felix_system_actions.db"
    assert dict(queue.counts) == {
        Standing.WAITING: 0,
        Standing.EXPIRED: 24,
        Standing.RUN_UNANSWERED: 44,
        Standing.APPROVED: 392,
        Standing.DENIED: 143,
    }
    newest = query(
        database,
        "select approval_id from pending_approvals where approved is not null"
        " order by approved_at desc, approval_id desc limit 50",
    )
    assert [(each.ident,) for each in queue.decided] == newest
    assert len(queue.lapsed) == 50


def test_an_approval_is_written_read_back_and_in_the_journal(actions: Path) -> None:
    ident, other = ask_for(actions), ask_for(actions, "git push")
    before, started = dump(actions), time.time()
    done = decide(actions.parent, ident, True, " Ada ", "checked by hand", task=Task(), seen="rm -rf build")
    assert (done.approval.standing, done.approval.by) == (Standing.APPROVED, "Ada")
    ((approved, by, at, reason),) = query(actions, ANSWER + str(ident))
    assert (approved, by, reason) == (1, "Ada", None)
    assert isinstance(at, float)
    assert started <= at <= time.time()
    # Nothing else changed, least of all the command: it is Felix that runs it.
    after = dump(actions)
    assert {name for name in before if before[name] != after[name]} == {"pending_approvals"}
    assert query(actions, ANSWER + str(other)) == [(None, None, None, None)]
    newest = activities(actions.parent, task=Task())[0]
    assert (newest.what, newest.outcome, newest.kind) == (f"Approve request {ident}", "done", "approve")
    assert newest.detail == "Ada: rm -rf build (checked by hand)"
    assert newest.command.startswith(f"felix-dbadmin approvals approve {ident} --reason 'checked by hand' --workspace")


def test_a_denial_needs_a_reason_and_an_answer_a_name(actions: Path) -> None:
    ident = ask_for(actions, expires_in=None)
    with pytest.raises(WrongUsage, match="reason"):
        decide(actions.parent, ident, False, "Ada", "  ", task=Task())
    with pytest.raises(WrongUsage, match="name"):
        decide(actions.parent, ident, True, "", "", task=Task())
    assert query(actions, ANSWER + str(ident)) == [(None, None, None, None)]
    done = decide(actions.parent, ident, False, "Ada", "too broad", task=Task())
    assert (done.approval.standing, done.approval.reason) == (Standing.DENIED, "too broad")
    assert query(actions, ANSWER + str(ident))[0][0::3] == (0, "too broad")


def test_what_somebody_else_decided_stands(actions: Path) -> None:
    ident = ask_for(actions)
    assert attempt(
        actions,
        f"update pending_approvals set approved = 0, approved_by = 'Bob', approved_at = {time.time()},"
        f" denial_reason = 'no' where approval_id = {ident}",
    ) == "ok"  # fmt: skip
    with pytest.raises(Conflict, match=r"was denied by Bob at .* already\. Nothing was changed"):
        decide(actions.parent, ident, True, "Ada", "", task=Task())
    assert query(actions, ANSWER + str(ident))[0][:2] == (0, "Bob")
    assert activities(actions.parent, task=Task())[0].outcome == "failed"


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        ("update pending_approvals set approved = 1, approved_by = 'Bob', approved_at = 1.0", "approved by Bob"),
        ("update pending_approvals set expires_at = 5.0", "expired at"),
        ("update command_executions set executed = 1", "has run without an answer"),
        ("update pending_approvals set command = 'rm -rf /'", "not about the command that was shown"),
        ("update command_executions set command = 'rm -rf /'", "What Felix would run is another command: rm -rf /"),
        ("delete from pending_approvals", "has no request 1"),
    ],
)
def test_what_happens_while_we_wait_for_the_lock_is_seen(actions: Path, meanwhile: str, words: str) -> None:
    ident = ask_for(actions)
    caught: list[DbAdminError] = []

    def answer() -> None:
        try:
            decide(actions.parent, ident, True, "Ada", "", task=Task(), seen="rm -rf build")
        except DbAdminError as error:
            caught.append(error)

    with process(COMMITS_WHEN_TOLD, str(actions), meanwhile) as other:
        answering = threading.Thread(target=answer)
        answering.start()
        assert other.stdin is not None
        other.stdin.close()
        other.wait()
        answering.join()
    assert len(caught) == 1
    assert words in caught[0].summary
    assert caught[0].exit_code == (2 if "has no request" in words else 4)
    assert query(actions, "select count(*) from pending_approvals where approved_by = 'Ada'") == [(0,)]


def test_of_two_answers_at_once_one_stands(actions: Path) -> None:
    ident = ask_for(actions)
    ended: list[DbAdminError | str] = []
    start = threading.Barrier(2, timeout=60)

    def answer(who: str, approve: bool) -> None:
        start.wait()
        try:
            ended.append(decide(actions.parent, ident, approve, who, "because", task=Task()).approval.by)
        except DbAdminError as error:
            ended.append(error)

    both = [threading.Thread(target=answer, args=each) for each in (("Ada", True), ("Bob", False))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    (winner,) = [each for each in ended if isinstance(each, str)]
    (loser,) = [each for each in ended if isinstance(each, DbAdminError)]
    assert isinstance(loser, Conflict)
    assert f"by {winner}" in loser.summary
    assert query(actions, ANSWER + str(ident))[0][1] == winner


def test_expired_requests_are_refused(actions: Path) -> None:
    over, odd = ask_for(actions, expires_in=-1), ask_for(actions)
    run_sql(actions, f"update pending_approvals set expires_at = 'soon' where approval_id = {odd}")
    for ident in (over, odd):
        for approve in (True, False):
            with pytest.raises(Conflict, match=f"Request {ident} (expired at|has an expiry that is no time)"):
                decide(actions.parent, ident, approve, "Ada", "why", task=Task())
    assert query(actions, "select count(*) from pending_approvals where approved is not null") == [(0,)]


def test_an_expiry_in_iso_text_is_understood(actions: Path) -> None:
    ident, over = ask_for(actions), ask_for(actions)
    run_sql(
        actions,
        f"update pending_approvals set expires_at = '2999-01-01T00:00:00' where approval_id = {ident}",
        f"update pending_approvals set expires_at = '1999-01-01T00:00:00' where approval_id = {over}",
    )
    assert decide(actions.parent, ident, True, "Ada", "", task=Task()).approval.decided
    with pytest.raises(Conflict, match="expired at 1999-01-01"):
        decide(actions.parent, over, True, "Ada", "", task=Task())


def test_a_command_that_differs_from_what_would_run_can_still_be_denied(actions: Path) -> None:
    ident = ask_for(actions)
    run_sql(actions, "update command_executions set command = 'rm -rf /'")
    with pytest.raises(Conflict):
        decide(actions.parent, ident, True, "Ada", "", task=Task())
    assert decide(actions.parent, ident, False, "Ada", "they differ", task=Task()).approval.decided


def test_a_locked_database_and_a_busy_workspace_say_so(actions: Path) -> None:
    ident = ask_for(actions)
    with holding(actions, "begin immediate"), pytest.raises(Locked, match="locked by another program"):
        decide(actions.parent, ident, True, "Ada", "", task=Task(lock_wait=0.01))
    workspace = open_workspace(actions.parent)
    with (
        locked(workspace, workspace.component("system_actions"), "back up", Task()),
        pytest.raises(Locked, match="back up"),
    ):
        decide(actions.parent, ident, True, "Ada", "", task=Task(lock_wait=0.01))
    assert query(actions, ANSWER + str(ident)) == [(None, None, None, None)]


def test_what_reads_back_differently_is_not_called_done(actions: Path) -> None:
    ident = ask_for(actions)
    run_sql(
        actions,
        "create trigger meddle after update on pending_approvals when new.approved = 1 begin"
        " update pending_approvals set approved = 0 where approval_id = new.approval_id; end",
    )
    with pytest.raises(CheckFailed, match="was denied by Ada"):
        decide(actions.parent, ident, True, "Ada", "", task=Task())
    assert activities(actions.parent, task=Task())[0].outcome == "failed"


def test_texts_that_are_no_text(actions: Path) -> None:
    ident = ask_for(actions)
    run_sql(actions, "update pending_approvals set command = cast(x'ff41' as text), context = null, agent_id = 7")
    (found,) = read_queue(actions.parent, task=Task()).waiting
    assert (found.ident, found.command, found.context, found.agent) == (ident, "\N{REPLACEMENT CHARACTER}A", "", "7")


def put_command(actions: Path, asked: str, recorded: str) -> None:
    """What is asked about and what Felix would run, as SQL; past the index over the commands."""
    run_sql(
        actions,
        *(f"drop trigger if exists command_fts_{event}" for event in ("insert", "update", "delete")),
        f"update pending_approvals set command = {asked}",
        f"update command_executions set command = {recorded}",
    )


@pytest.mark.parametrize("length", [LONGEST_COMMAND + 1, 5_000_000])
def test_a_command_that_is_too_long_to_be_shown_can_only_be_denied(actions: Path, length: int) -> None:
    ident = ask_for(actions, context="c" * 50_000)
    command = f"'rm -rf build' || replace(printf('%{length - 12}c', ' '), ' ', 'x')"
    put_command(actions, command, command)
    (found,) = read_queue(actions.parent, task=Task()).waiting
    assert found.command.startswith("rm -rf buildxxx")
    assert found.command.endswith("MB in all)" if length > 1_000_000 else "KB in all)")
    assert len(found.command) < LONGEST_COMMAND + 30
    assert len(found.context) < LONGEST_NOTE + 30
    assert "too long to be shown whole" in found.hidden
    with pytest.raises(Conflict, match=r"cannot be approved here.*too long to be shown whole.*Nothing was changed"):
        decide(actions.parent, ident, True, "Ada", "", task=Task(), seen=found.command)
    assert query(actions, ANSWER + str(ident)) == [(None, None, None, None)]
    assert decide(actions.parent, ident, False, "Ada", "unreadable", task=Task(), seen=found.command).approval.decided


def test_the_longest_command_that_can_run_is_shown_whole(actions: Path) -> None:
    ident = ask_for(actions)
    put_command(actions, *[f"printf('%{LONGEST_COMMAND - 2}c', 'x') || 'ä'"] * 2)
    (found,) = read_queue(actions.parent, task=Task()).waiting
    assert (len(found.command), found.command[-1], found.hidden) == (LONGEST_COMMAND - 1, "ä", "")
    assert decide(actions.parent, ident, True, "Ada", "", task=Task(), seen=found.command).approval.decided


def test_a_cut_never_makes_half_a_character(actions: Path) -> None:
    ask_for(actions)
    put_command(actions, *[f"replace(printf('%{LONGEST_COMMAND}c', ' '), ' ', 'ä') || 'x'"] * 2)
    (found,) = read_queue(actions.parent, task=Task()).waiting
    assert found.command.partition("…")[0] == "ä" * (LONGEST_COMMAND // 2)


@pytest.mark.parametrize(
    ("asked", "recorded", "words"),
    [
        ("cast(x'7266ff' as text)", "cast(x'7266ff' as text)", "holds bytes that are no text"),
        # Both would be shown with the same replacement character.
        ("'rm \ufffd'", "cast(x'726d20ff' as text)", "What Felix would run is another command"),
        (
            "cast('ls' || char(0) as text)",
            "cast('ls' || char(0) || '; rm -rf /' as text)",
            "is another command: ls\x00;",
        ),
        ("'ls'", "''", "is another command: an empty one"),
    ],
)
def test_a_yes_is_only_for_what_is_shown_and_would_run(actions: Path, asked: str, recorded: str, words: str) -> None:
    ident = ask_for(actions)
    put_command(actions, asked, recorded)
    (found,) = read_queue(actions.parent, task=Task()).waiting
    with pytest.raises(Conflict, match=words):
        decide(actions.parent, ident, True, "Ada", "", task=Task(), seen=found.command)
    assert query(actions, ANSWER + str(ident)) == [(None, None, None, None)]


def test_without_the_table_there_is_no_queue(fresh: Path, actions: Path) -> None:
    queue = read_queue(fresh, task=Task())
    assert (queue.state, queue.migration) == (State.NOT_MIGRATED, 1)
    assert read_queue(actions.parent, task=Task()).state is State.EMPTY
    run_sql(actions, "drop table pending_approvals")
    for folder in (fresh, actions.parent):
        assert read_queue(folder, task=Task()).state is State.NOT_MIGRATED
        with pytest.raises(WrongUsage, match="no table pending_approvals yet"):
            decide(folder, 1, True, "Ada", "", task=Task())
