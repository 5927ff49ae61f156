"""Averaging on a real broker: workers come to share what they learned, and one that is killed goes on from that."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.mixers import decode_mixer_record
from schemas.rows.keys import MIXER_PREFIX
from streams.state.store import LocalStore
from tests.chaos.deployment import PARTITIONS, Deployment
from tests.http import scrape
from tests.integration.shop import LIMIT, TITLES, Shop, behavior, served
from tests.kafka.broker import free_port

pytestmark = pytest.mark.kafka

ITEMS = tuple(TITLES)
USERS = 40
INTERVAL = 0.5


class AveragingShop(Shop):
    """A shop with a worker that tells its metrics on a port."""

    def __init__(self, deployment: Deployment, port: int) -> None:
        super().__init__(deployment)
        self._port, self._round = port, 0

    def buy(self) -> None:
        """New users come, and each buys two items."""
        self._round += 1
        bought = [(place, ITEMS[(place + part) % len(ITEMS)]) for part in range(2) for place in range(USERS)]
        users = [f"user-{self._round}-{place}" for place, _ in bought]
        self.send(
            *(behavior(user, f"{user} {name}", "purchase", name) for user, (_, name) in zip(users, bought, strict=True))
        )

    def averagings(self) -> float:
        """How often partitions have averaged."""
        return scrape(self._port).value("penchant_mixer_averagings_total", variant="default") or 0.0

    def told(self) -> set[int]:
        """The partitions that told others what they learned."""
        records = self.deployment.glimpse(self.topics.ranking_mixers)
        return {decode_mixer_record(record.value or b"").partition for record in records}

    def stored(self) -> dict[int, bytes]:
        """The newest mixer row of each partition in the changelog."""
        rows = self.deployment.glimpse(self.deployment.settings.users_changelog)
        return {row.partition: row.value for row in rows if (row.key or b"").startswith(MIXER_PREFIX) and row.value}

    def on_disk(self, name: str) -> dict[int, bytes]:
        """The mixer rows in the folder of a worker that does not run."""
        rows = {}
        for partition in range(PARTITIONS):
            store = LocalStore(self.deployment.data_of(name) / "users" / str(partition))
            ((_, rows[partition]),) = store.scan(MIXER_PREFIX)
            store.close()
        return rows


@pytest.fixture
def shop(kafka: str, tmp_path: Path) -> Iterator[AveragingShop]:
    port = free_port()
    more = {"worker": {"averaging_interval": INTERVAL, "metrics_port": port}}
    with Deployment(kafka, tmp_path / "shop", more) as deployment:
        made = AveragingShop(deployment, port)
        made.stock(TITLES)
        yield made


def test_a_worker_that_is_killed_after_averaging_starts_again_with_exactly_what_it_had_mixed_in(
    shop: AveragingShop,
) -> None:
    deployment = shop.deployment
    worker = deployment.worker("a")
    worker.start()
    served(deployment, worker)

    def averaged() -> bool:
        shop.buy()
        return shop.averagings() >= 3 * PARTITIONS

    deployment.wait(averaged, LIMIT, "partitions average", 0.3)
    shop.settled()
    worker.kill()
    before = shop.stored()
    assert before.keys() == shop.told() == set(range(PARTITIONS))
    deployment.wipe("a")
    worker.start()
    served(deployment, worker)
    assert worker.leave() == 0
    assert shop.on_disk("a") == before
