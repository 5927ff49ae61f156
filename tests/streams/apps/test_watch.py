"""Watch: what was published is held against what was sent, and a wrong count is seen."""

import time

import pytest

from schemas.behaviors import Behavior
from schemas.dead_letters import DeadLetter, dead_letter_headers
from schemas.interests import encode_interest_record
from schemas.items import Item
from schemas.recommendations import Recommendations, RecommendedItem, encode_recommendations
from streams.apps.demo.options import Sample
from streams.apps.demo.watch import Watch
from streams.kafka.client import open_producer
from streams.settings import Settings, dead_letters_of, load_settings
from tests.interests import record_of
from tests.kafka.topics import create, produce, unique
from tests.kafka.waiting import wait_until

pytestmark = pytest.mark.kafka


def bought(user: str, item_id: str) -> Behavior:
    return Behavior(event_id=f"{user}-{item_id}", type="purchase", occurred_at=1000, user_id=user, item_id=item_id)


SHOP = tuple(Item(id=f"i{number}") for number in range(20))
SENT = Sample(SHOP, (bought("ann", "i1"), bought("ann", "i2"), bought("ann", "i3"), bought("bob", "i1")))


@pytest.fixture
def settings(kafka: str) -> Settings:
    names = {name: unique(name) for name in ("clickstream", "items", "interests", "recommendations", "items_encoded")}
    letters = (dead_letters_of(names["clickstream"]), dead_letters_of(names["items"]))
    create(kafka, *names.values(), *letters, partitions=1)
    return load_settings(kafka={"bootstrap": kafka}, topics=names)


def say_record(settings: Settings, user: str, behaviors: int, new: int) -> None:
    record = record_of(user, behaviors=behaviors, new_behaviors=new)
    produce(settings.kafka.bootstrap, settings.topics.interests, [(user.encode(), encode_interest_record(record))])


def say_list(settings: Settings, user: str, behaviors: int, *item_ids: str) -> None:
    listed = Recommendations(
        recommendation_id="r",
        user_id=user,
        at=1000,
        behaviors=behaviors,
        variant="default",
        encoder="e",
        items=tuple(RecommendedItem(item_id, 0.5, 1.0, ()) for item_id in item_ids),
    )
    produce(
        settings.kafka.bootstrap, settings.topics.recommendations, [(user.encode(), encode_recommendations(listed))]
    )


def seen(watch: Watch, records: int = 0, lists: int = 0, refusals: int = 0) -> bool:
    watch.poll(0.05)
    return (watch.records_out, watch.lists_out, len(watch.refusals)) == (records, lists, refusals)


@pytest.mark.parametrize(
    ("counts", "right"),
    [
        ([("ann", 2, 2), ("bob", 1, 1), ("ann", 3, 1)], True),
        ([("ann", 3, 3), ("bob", 2, 2)], False),
        ([("ann", 2, 2), ("bob", 1, 1)], False),
        ([("ann", 3, 3)], False),
    ],
    ids=["each once", "one twice", "one lost", "a customer lost"],
)
def test_counts_are_right_only_when_each_behavior_is_counted_once(
    settings: Settings, counts: list[tuple[str, int, int]], right: bool
) -> None:
    with Watch(settings, SENT) as watch:
        for count in counts:
            say_record(settings, *count)
        wait_until(lambda: seen(watch, records=len(counts)), 20, "the records are seen")
        assert watch.counted_once is right
        assert watch.applied == sum(new for _, _, new in counts)


def test_a_list_is_a_hit_when_it_holds_the_next_purchase_of_its_customer(settings: Settings) -> None:
    with Watch(settings, SENT) as watch:
        say_list(settings, "ann", 1, "i9", "i2")
        say_list(settings, "ann", 2, "i2", "i9")
        say_list(settings, "ann", 3, "i3")
        say_list(settings, "bob", 1, "i1")
        wait_until(lambda: seen(watch, lists=4), 20, "the lists are seen")
        assert (watch.hits.trials, watch.hits.lists, watch.hits.popular) == (2, 1, 0)
        assert watch.hits.rates()[2] == pytest.approx((10 / 19 + 10 / 18) / 2)


def test_a_behavior_is_answered_when_its_list_was_read(settings: Settings) -> None:
    with Watch(settings, SENT) as watch:
        began = time.monotonic()
        for _ in range(3):
            watch.latencies.sent("ann", began)
        say_list(settings, "ann", 2, "i9")
        wait_until(lambda: seen(watch, lists=1), 20, "the list is seen")
        assert len(watch.latencies) == 2
        assert 0 < (watch.latencies.quantile(0.5) or 0) <= time.monotonic() - began
        say_list(settings, "ann", 3, "i9")
        wait_until(lambda: seen(watch, lists=2), 20, "the next list is seen")
        assert len(watch.latencies) == 3


def test_dead_letters_are_seen_with_their_reasons(settings: Settings) -> None:
    letter = DeadLetter(
        topic="t", partition=0, offset=7, key=None, value=b"{", reason="SchemaError", detail="not a behavior"
    )
    with Watch(settings, SENT) as watch:
        producer = open_producer(settings.kafka)
        headers = dead_letter_headers(letter)
        producer.produce(dead_letters_of(settings.topics.clickstream), b"{", headers=headers)
        assert producer.flush(20) == 0
        wait_until(lambda: seen(watch, refusals=1), 20, "the dead letter is seen")
        assert watch.refusals == ["not a behavior"]
