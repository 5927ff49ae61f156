"""Shop: a deployment with items of its own, behaviors sent one by one, and what comes out of them."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from models.encoder.fake import FakeEncoder
from schemas.behaviors import Behavior, encode_behavior
from schemas.interests import InterestRecord, decode_interest_record
from schemas.items import ItemVector, encode_item_vector
from schemas.recommendations import Recommendations, decode_recommendations
from schemas.vectors import from_bytes, to_bytes
from streams.kafka.partitioners import PARTITIONERS, partition_of
from streams.settings import dead_letters_of
from tests.chaos.deployment import PARTITIONS, Deployment
from tests.chaos.processes import Member
from tests.kafka.topics import Record, produce

NOON = 1_700_000_000_000
LIMIT = 60.0
TITLES = {
    "lamp": "red tin lamp",
    "lantern": "red tin lantern lamp",
    "candle": "candle for the kitchen",
    "clock": "kitchen clock with candle",
    "bird": "paper bird",
    "heart": "glass heart",
}


def behavior(user: str, event_id: str, kind: str = "view", item_id: str | None = None, **more: Any) -> Behavior:
    """A behavior at NOON, unless said otherwise."""
    fields = {"event_id": event_id, "user_id": user, "type": kind, "item_id": item_id, "occurred_at": NOON} | more
    return Behavior(**fields)


class Shop:
    """What a service and a reader of a deployment do. Items get their vectors here, so that no encoder need run."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.topics = deployment.settings.topics
        self.bootstrap = deployment.settings.kafka.bootstrap
        self.encoder = FakeEncoder()

    # -- what goes in

    def stock(self, titles: dict[str, str]) -> None:
        """Publishes items with their vectors."""
        vectors = self.encoder.encode(list(titles.values()))
        records = [
            (
                name.encode(),
                encode_item_vector(
                    ItemVector(item_id=name, encoder=self.encoder.version, vector=to_bytes(v), title=title)
                ),
            )
            for (name, title), v in zip(titles.items(), vectors, strict=True)
        ]
        produce(self.bootstrap, self.topics.items_encoded, records)

    def send(self, *behaviors: Behavior, partition: int = -1) -> None:
        """Sends behaviors keyed by their user, as librdkafka's default partitioner does, or to this partition."""
        records = [(one.owner.encode(), encode_behavior(one)) for one in behaviors]
        produce(self.bootstrap, self.topics.clickstream, records, partition)

    # -- what comes out

    def records(self, user: str) -> list[InterestRecord]:
        """The user's interest records."""
        found = self.deployment.glimpse(self.topics.interests)
        return [decode_interest_record(r.value) for r in found if r.key == user.encode() and r.value is not None]

    def record(self, user: str, behaviors: int = 1) -> InterestRecord:
        """The user's latest record once that many behaviors are in it."""

        def there() -> InterestRecord | None:
            records = self.records(user)
            return records[-1] if records and records[-1].behaviors == behaviors else None

        return self.deployment.wait(there, LIMIT, f"a record of {user} with {behaviors} behaviors", 0.1)

    def lists(self, user: str) -> list[Recommendations]:
        """The user's lists."""
        found = self.deployment.read(self.topics.recommendations)
        return [decode_recommendations(record.value or b"") for record in found if record.key == user.encode()]

    def letter(self, user: str) -> Record:
        """The first dead letter of this user."""
        topic = dead_letters_of(self.topics.clickstream)

        def there() -> list[Record]:
            return [letter for letter in self.deployment.glimpse(topic) if letter.key == user.encode()]

        return self.deployment.wait(there, LIMIT, f"a dead letter of {user}", 0.1)[0]

    def settled(self) -> None:
        """Waits until the group has read everything."""
        self.deployment.wait(lambda: self.deployment.lag() == 0, LIMIT, "everything is read", 0.2)


def served(deployment: Deployment, member: Member, partitions: int = PARTITIONS) -> None:
    """Waits until the worker has recovered that many partitions of the users store since its start."""

    def recovered() -> bool:
        return len([line for line in member.running.events("recovered") if "store=users" in line]) >= partitions

    deployment.wait(recovered, LIMIT, f"{member.name} serves {partitions} partitions", 0.1)


def cosine(vector: bytes | None, text: str) -> float:
    """How near a record's vector is to a text's."""
    assert vector is not None
    found, wanted = from_bytes(vector), FakeEncoder().encode([text])[0]
    return float(found @ wanted / np.linalg.norm(found) / np.linalg.norm(wanted))


def homes(user: str) -> set[int]:
    """Partitions in which any known partitioner would put the user."""
    return {partition_of(name, user.encode(), PARTITIONS) for name in PARTITIONERS}


def users_living(names: Sequence[str], partitioner: str, count: int) -> list[str]:
    """Users whom this partitioner, and no other one, puts where it puts them."""

    def alone(user: str) -> bool:
        others = {partition_of(name, user.encode(), PARTITIONS) for name in PARTITIONERS if name != partitioner}
        return partition_of(partitioner, user.encode(), PARTITIONS) not in others

    return [user for user in names if alone(user)][:count]


def letter_facts(letter: Record) -> dict[str, str]:
    """A dead letter's headers, as text."""
    return {name: value.decode() for name, value in letter.headers}


def as_json(value: bytes | None) -> dict[str, Any]:
    """A JSON message."""
    found: dict[str, Any] = json.loads(value or b"{}")
    return found
