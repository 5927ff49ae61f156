"""Business rules in a worker on a real broker: lists obey them, follow the file and the catalog, and metrics tell."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.items import ItemVector, encode_item_vector
from schemas.vectors import to_bytes
from tests.chaos.deployment import Deployment
from tests.http import scrape
from tests.integration.shop import LIMIT, TITLES, Shop, behavior, served
from tests.kafka.broker import free_port
from tests.kafka.topics import produce

pytestmark = pytest.mark.kafka

PINNED = "rules: [{pin: {item: heart, place: 2}}, {exclude: {tag: recalled}}]"
EXCLUDED = "rules: [{exclude: {item: heart}}, {exclude: {tag: recalled}}]"
WRONG = "rules: [{pin: {item: heart, place: 1000}}]"


class RuledShop(Shop):
    """A shop whose worker reads rules from a file, and tells its metrics on a port."""

    def __init__(self, deployment: Deployment, path: Path, port: int) -> None:
        super().__init__(deployment)
        self.path, self.port, self.turn = path, port, 0

    def told(self, metric: str) -> float | None:
        """A number that the worker tells."""
        return scrape(self.port).value(metric)

    def next_list(self) -> list[str]:
        """The items of the list that ann gets for looking at the lamp once more."""
        self.turn += 1
        self.send(behavior("ann", f"look {self.turn}", "view", "lamp"))
        self.record("ann", self.turn)
        return [place.item_id for place in self.lists("ann")[-1].items]

    def recall(self, name: str) -> None:
        """The item comes again, with a tag."""
        vector = to_bytes(self.encoder.encode([TITLES[name]])[0])
        recalled = ItemVector(item_id=name, encoder=self.encoder.version, vector=vector, tags=("recalled",))
        produce(self.bootstrap, self.topics.items_encoded, [(name.encode(), encode_item_vector(recalled))])


@pytest.fixture
def shop(kafka: str, tmp_path: Path) -> Iterator[RuledShop]:
    path, port = tmp_path / "rules.yml", free_port()
    path.write_text(PINNED)
    with Deployment(kafka, tmp_path / "shop", {"worker": {"rules": path, "metrics_port": port}}) as deployment:
        made = RuledShop(deployment, path, port)
        made.stock(TITLES)
        worker = deployment.worker("a")
        worker.start()
        served(deployment, worker)
        yield made
        assert deployment.deaths() == {}


def test_lists_follow_the_rules_file_and_the_catalog_while_the_worker_runs(shop: RuledShop) -> None:
    assert shop.next_list().index("heart") == 1
    shop.deployment.wait(lambda: shop.told("penchant_rules") == 2, LIMIT, "two rules are in force", 0.2)
    shop.path.write_text(WRONG)
    shop.deployment.wait(lambda: shop.told("penchant_rules_refused_total") == 1, LIMIT, "the change is refused", 0.2)
    assert shop.next_list().index("heart") == 1
    shop.path.write_text(EXCLUDED)
    shop.deployment.wait(lambda: "heart" not in shop.next_list(), LIMIT, "the change is in force", 0.2)
    assert "lantern" in shop.next_list()
    shop.recall("lantern")
    shop.deployment.wait(lambda: "lantern" not in shop.next_list(), LIMIT, "the recalled item is gone", 0.2)
    assert {"candle", "clock", "bird"} <= set(shop.next_list())
    assert (shop.told("penchant_rules"), shop.told("penchant_rules_refused_total")) == (2, 1)
