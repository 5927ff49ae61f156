"""A broker that goes away under quiet processes and comes back: few words, no traceback, and on they go."""

from pathlib import Path

import pytest

from tests.chaos.deployment import PARTITIONS, Deployment
from tests.integration.shop import TITLES, Shop, behavior, served
from tests.kafka.broker import RealKafka

pytestmark = pytest.mark.kafka

# With nothing to commit, a process has no transaction that the broker's absence could end.
QUIET = {"worker": {"position_interval": 3_600.0}}
LIMIT = 90.0


def test_processes_go_on_when_a_broker_that_went_away_is_back(tmp_path: Path) -> None:
    with RealKafka() as broker, Deployment(broker.bootstrap, tmp_path, QUIET) as deployment:
        shop = Shop(deployment)
        shop.stock(TITLES)
        worker, encoder = deployment.worker("a"), deployment.encoder()
        worker.start()
        encoder.start()
        served(deployment, worker, PARTITIONS)
        shop.send(behavior("ann", "a1", "view", "lamp"), behavior("ann", "a2", "search", text="red lamp"))
        assert shop.record("ann", 2).behaviors == 2
        shop.settled()
        broker.stop()
        deployment.wait(lambda: worker.running.events("aiokafka"), LIMIT, "the worker says that Kafka is gone", 0.1)
        broker.start()
        shop.send(behavior("ann", "a3", "view", "bird"), behavior("ann", "a4", "search", text="glass heart"))
        deployment.wait(lambda: shop.records("ann")[-1].behaviors == 4, LIMIT, "the new behaviors count", 0.3)
        complaints = [line for life in worker.lives for line in life.log.read_text().splitlines() if "aiokafka" in line]
        assert len(complaints) < 20
        assert not any("Traceback" in member.tail(1_000) for member in (worker, encoder))
        assert deployment.deaths().get("a", {}) == {}
        assert set(deployment.deaths().get("encoder", {70: 0})) == {70}
