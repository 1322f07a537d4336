"""Any order of writes, migrations, backups, restores, prunes, kills and faults, against a plain model."""

from __future__ import annotations

import apsw
import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.figures import Figure, record
from tests.faults.model import Workspace
from tests.faults.sampling import PATIENCE, trials

PARTS = 4
"""Each with a seed of its own, so that two workers share them."""

EXAMPLES = 50
"""Of each part in a normal run."""

STEPS = 20

SHARE = 0.06 / PARTS

RULES = {
    *("insert", "update", "delete", "migrate", "roll back", "back up", "restore", "compare", "prune"),
    *("kill", "shortage", "I/O fault"),
}


def every_rule_once() -> None:
    """What chance may leave out."""
    model = Workspace()
    model.begin(journal="wal", version=1)
    model.insert(key=5, text=1)
    model.update(key=5, text=11)
    model.delete(key=0)
    model.back_up()
    model.kill(operation="apply", calls=20)
    model.io_fault(operation="roll back", fault=("write", apsw.SQLITE_FULL), nth=1, lasting=False)
    model.shortage(operation="back up", shortage=("file size", 1_000), part=1.0)
    model.add_many(count=3, text=2)
    model.compare(which=0)
    model.migrate()
    model.roll_back(all_of_it=True)
    model.restore(which=0)
    model.prune(keep=1)
    model.the_database_is_as_the_model_says()
    model.teardown()


@pytest.mark.timeout(PATIENCE + 120)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_any_order_of_operations_against_a_plain_model(part: int) -> None:
    Workspace.tried.clear()
    every_rule_once()
    for chance in trials(f"model, part {part}", 1, SHARE):
        run_state_machine_as_test(
            seed(chance.getrandbits(64))(Workspace),
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    tried = dict(sorted(Workspace.tried.items()))
    examples = tried.pop("example")
    print(f"model, part {part}: {examples} examples, {tried}")  # noqa: T201
    assert tried.keys() == RULES
    remark = (
        f"{sum(tried.values()):,} steps, {tried['kill']:,} kills, {tried['I/O fault'] + tried['shortage']:,} faults"
    )
    record(Figure(f"model of a workspace, part {part}", examples, "examples", remark=remark))
