"""A broker that is killed under running workers and comes back: they go on, and nothing is lost."""

from pathlib import Path

import pytest

from tests.chaos.deployment import Deployment
from tests.chaos.scenario import Scenario
from tests.kafka.broker import RealKafka

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]


def test_workers_and_encoder_outlast_a_broker_that_is_killed_and_comes_back(tmp_path: Path) -> None:
    with RealKafka() as broker, Deployment(broker.bootstrap, tmp_path) as deployment:
        with Scenario(deployment, seed=6) as scenario:
            for member in (deployment.encoder(), deployment.worker("a"), deployment.worker("b")):
                member.start()
            scenario.open_shop()
            scenario.wait_until_started("a")
            scenario.wait_until_started("b")
            scenario.wait_until_all_flow("two workers serve")
            broker.kill()
            scenario.note("killed the broker")
            broker.start()
            scenario.note("the broker is back")
            scenario.wait_until_all_flow("all partitions are served again")
            verdict = scenario.finish()
        assert verdict.good, verdict
