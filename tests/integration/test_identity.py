"""Visitors who turn out to be users, on a real broker: their histories follow them across partitions."""

import pytest

from schemas.behaviors import Behavior
from schemas.dead_letters import EXCEPTION, MESSAGE
from streams.kafka.partitioners import partition_of
from streams.settings import dead_letters_of
from tests.chaos.deployment import PARTITIONS
from tests.integration.shop import LIMIT, NOON, TITLES, Shop, behavior, cosine, letter_facts

pytestmark = pytest.mark.kafka


def visit(visitor: str, event_id: str, kind: str = "view", item_id: str | None = "lamp", **more: str) -> Behavior:
    """What somebody did of whom only an anonymous id is known."""
    return Behavior(event_id=event_id, type=kind, anonymous_id=visitor, item_id=item_id, occurred_at=NOON, **more)


def elsewhere(user: str) -> str:
    """A visitor who lives in another partition than this user."""
    names = (f"visitor-of-{user}-{number}" for number in range(100))
    home = partition_of("crc32", user.encode(), PARTITIONS)
    return next(name for name in names if partition_of("crc32", name.encode(), PARTITIONS) != home)


def test_what_a_visitor_did_before_and_after_is_the_users(running_shop: Shop) -> None:
    visitor = elsewhere("ann")
    running_shop.send(behavior("ann", "a1", "view", "bird"), visit(visitor, "v1"), visit(visitor, "v2", "like"))
    running_shop.record(visitor, 2)
    running_shop.send(behavior("ann", "a2", "identify", anonymous_id=visitor))
    record = running_shop.record("ann", 4)
    assert sum(interest.behaviors for interest in record.interests) == 3
    assert cosine(record.vector, TITLES["lamp"]) > cosine(record.vector, TITLES["bird"])
    found = [one for one in running_shop.deployment.read(running_shop.topics.interests) if one.key == visitor.encode()]
    assert found[-1].value is None
    running_shop.send(
        visit(visitor, "v3", item_id="heart"),
        visit(visitor, "v4", "search", None, text="paper bird"),
        visit(visitor, "v1"),
    )
    running_shop.record("ann", 6)
    running_shop.settled()
    records = running_shop.records("ann")
    assert sum(one.new_behaviors for one in records) == records[-1].behaviors == 6
    assert running_shop.deployment.read(running_shop.topics.interests)[-1].key != visitor.encode()


def test_a_claim_on_somebody_who_is_a_user_is_a_dead_letter(running_shop: Shop) -> None:
    running_shop.send(behavior("bob", "b1", "view", "lamp"))
    running_shop.record("bob")
    running_shop.send(behavior("mallory", "m1", "identify", anonymous_id="bob"))
    topic = dead_letters_of(running_shop.topics.handoffs)
    letters = running_shop.deployment.wait(
        lambda: [one for one in running_shop.deployment.glimpse(topic) if one.key == b"mallory"], LIMIT, "a letter", 0.1
    )
    facts = letter_facts(letters[0])
    assert facts[EXCEPTION] == "ClaimError"
    assert "'bob' is a user's id" in facts[MESSAGE]
    running_shop.send(behavior("bob", "b2", "view", "heart"))
    assert running_shop.record("bob", 2).new_behaviors == 1
