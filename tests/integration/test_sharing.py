"""Two workers without faults share the partitions, and together they do what the oracle says."""

import re
from pathlib import Path

import pytest

from tests.chaos.deployment import PARTITIONS, Deployment
from tests.chaos.processes import Member
from tests.chaos.scenario import Scenario

pytestmark = pytest.mark.kafka


def test_two_workers_share_the_partitions(kafka: str, tmp_path: Path) -> None:
    with Deployment(kafka, tmp_path) as deployment, Scenario(deployment, seed=7) as scenario:
        workers = [deployment.worker("a"), deployment.worker("b")]
        for member in (deployment.encoder(), *workers):
            member.start()
        scenario.open_shop()
        for worker in workers:
            scenario.wait_until_started(worker.name)
        scenario.wait_until_all_flow("both serve")
        shares = [serves(worker) for worker in workers]
        verdict = scenario.finish()
        for _ in range(3):
            scenario.feed.transaction(20, aborted=True)
            deployment.wait(lambda: deployment.lag() == 0, 30, "aborted records and their markers are passed", 0.3)
        assert [worker.leave() for worker in workers] == [0, 0]
    assert verdict.good, verdict
    assert deployment.deaths() == {}
    assert [len(share) for share in shares] == [PARTITIONS // 2, PARTITIONS // 2]
    assert shares[0] | shares[1] == set(range(PARTITIONS))


def serves(worker: Member) -> set[int]:
    """The partitions of the users store that the worker has recovered since it last gave all away."""
    log = worker.running.log.read_text().splitlines()
    last = max((at for at, line in enumerate(log) if "event=revoked" in line), default=0)
    found = [re.search(r"store=users partition=(\d+) .*event=recovered", line) for line in log[last:]]
    return {int(match[1]) for match in found if match}
