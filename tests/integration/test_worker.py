"""A worker on a real broker: behaviors in; interest records, lists and dead letters out."""

import numpy as np
import pytest

from schemas.dead_letters import EXCEPTION, MESSAGE
from schemas.recommendations import recommendation_id
from schemas.vectors import from_bytes
from streams.kafka.partitioners import partition_of
from tests.chaos.deployment import PARTITIONS
from tests.integration.shop import NOON, TITLES, Shop, behavior, cosine, homes, letter_facts, users_living

pytestmark = pytest.mark.kafka

DAY = 86_400_000


def test_a_behavior_gives_an_interest_record_of_its_user(running_shop: Shop) -> None:
    running_shop.send(behavior("ann", "a1", "view", "lamp"))
    record = running_shop.record("ann")
    assert (record.user_id, record.at, record.behaviors, record.new_behaviors) == ("ann", NOON / 1000, 1, 1)
    assert record.encoder == running_shop.encoder.version
    assert cosine(record.vector, TITLES["lamp"]) > 0.999
    (interest,) = record.interests
    assert (interest.behaviors, interest.attention) == (1, 1.0)
    assert np.linalg.norm(from_bytes(interest.vector)) == pytest.approx(1.0, abs=1e-2)


def test_a_behavior_gives_a_list_of_known_items_near_its_own_first(running_shop: Shop) -> None:
    running_shop.send(behavior("bob", "b1", "view", "lamp"))
    running_shop.record("bob")
    (listed,) = running_shop.lists("bob")
    names = [item.item_id for item in listed.items]
    assert (listed.user_id, listed.behaviors, listed.at) == ("bob", 1, NOON)
    assert listed.recommendation_id == recommendation_id("bob", NOON, 1, listed.variant)
    assert set(names) == TITLES.keys() - {"lamp"}
    assert len(names) == len(set(names))
    assert names[0] == "lantern"
    assert listed.items[0].reasons[0].kind == "interest"


def test_what_a_user_has_bought_is_recommended_no_more(running_shop: Shop) -> None:
    running_shop.send(behavior("cleo", "c1", "purchase", "lamp"))
    running_shop.record("cleo")
    names = [item.item_id for item in running_shop.lists("cleo")[-1].items]
    assert "lamp" not in names
    assert names[0] == "lantern"


def test_outputs_come_on_the_partition_and_with_the_key_of_their_user(running_shop: Shop) -> None:
    running_shop.send(behavior("dora", "d1", "view", "bird"))
    running_shop.record("dora")
    home = partition_of("crc32", b"dora", PARTITIONS)
    types = {
        running_shop.topics.interests: b"application/vnd.penchant.v1+msgpack",
        running_shop.topics.recommendations: b"application/json",
    }
    for topic, content_type in types.items():
        (found,) = [record for record in running_shop.deployment.read(topic) if record.key == b"dora"]
        assert found.partition == home
        assert dict(found.headers)["content-type"] == content_type


def test_the_text_of_a_search_moves_the_vector_towards_it(running_shop: Shop) -> None:
    wish = "glass heart"
    running_shop.send(behavior("eve", "e1", "view", "lamp"))
    before = running_shop.record("eve", 1)
    running_shop.send(behavior("eve", "e2", "search", text=wish, occurred_at=NOON + 1000))
    after = running_shop.record("eve", 2)
    assert cosine(after.vector, wish) > cosine(before.vector, wish) + 0.3
    assert [interest.behaviors for interest in after.interests] == [1, 1]


def test_the_same_event_twice_counts_once(running_shop: Shop) -> None:
    twice = behavior("fay", "f1", "view", "lamp")
    running_shop.send(twice, twice, behavior("fay", "f2", "view", "bird"), twice)
    running_shop.record("fay", 2)
    running_shop.settled()
    assert [record.behaviors for record in running_shop.records("fay")][-1] == 2


def test_a_faded_user_starts_anew(running_shop: Shop) -> None:
    running_shop.send(behavior("hal", "h1", "view", "lamp", occurred_at=NOON - 900 * DAY))
    running_shop.record("hal", 1)
    running_shop.send(behavior("hal", "h2", "view", "heart"))
    record = running_shop.deployment.wait(
        lambda: [r for r in running_shop.records("hal") if r.at == NOON / 1000], 30, "hal is back", 0.1
    )[-1]
    assert (record.behaviors, record.new_behaviors) == (1, 1)
    assert cosine(record.vector, TITLES["heart"]) > 0.999


def test_a_behavior_from_the_future_is_a_dead_letter(running_shop: Shop) -> None:
    running_shop.send(behavior("ida", "i1", "view", "lamp", occurred_at=4_000_000_000_000))
    assert "mend the sender's clock" in letter_facts(running_shop.letter("ida"))[MESSAGE]


def test_behaviors_that_no_partitioner_would_put_there_are_dead_letters(running_shop: Shop) -> None:
    user = next(user for user in map("user-{}".format, range(100)) if len(homes(user)) < PARTITIONS)
    stray = next(partition for partition in range(PARTITIONS) if partition not in homes(user))
    running_shop.send(behavior(user, "u1", "view", "lamp"), partition=stray)
    letter = running_shop.letter(user)
    assert letter.partition == stray
    assert letter_facts(letter)[EXCEPTION] == "PartitionerError"
    assert "let all producers use the same partitioner" in letter_facts(letter)[MESSAGE]


def test_a_producer_with_another_partitioner_than_the_rest_is_told_so(running_shop: Shop) -> None:
    names = [f"shopper-{number}" for number in range(400)]
    regular = users_living(names, "crc32", 60)
    running_shop.send(*(behavior(user, f"{user}-1", "view", "lamp") for user in regular))
    running_shop.record(regular[-1])
    running_shop.settled()
    odd = users_living([name for name in names if name not in regular], "murmur2", 1)[0]
    home = partition_of("murmur2", odd.encode(), PARTITIONS)
    running_shop.send(behavior(odd, "odd-1", "view", "lamp"), partition=home)
    letter = running_shop.letter(odd)
    assert letter_facts(letter)[EXCEPTION] == "PartitionerError"
    assert "by crc32" in letter_facts(letter)[MESSAGE]
