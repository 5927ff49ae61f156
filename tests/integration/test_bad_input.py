"""Bad input on a real broker, row by row of schemas/BAD_INPUT.md: what comes of it, and that nothing else suffers."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, Message, Producer

from schemas.dead_letters import EXCEPTION, KEPT_BYTES, KeptLetter, read_dead_letter
from schemas.items import ItemVector, decode_item_vector
from schemas.vectors import from_bytes
from streams.settings import dead_letters_of
from tests.chaos.deployment import Deployment
from tests.http import scrape
from tests.integration.bad_input import (
    CLICKS,
    COUNTED,
    GOOD,
    HOUR,
    INTERNAL,
    ITEMS,
    MEGABYTE,
    REFUSED,
    Row,
    click,
    item,
)
from tests.integration.shop import (
    LIMIT,
    NOON,
    TITLES,
    Shop,
    behavior,
    cosine,
    letter_facts,
    served,
    users_living,
)
from tests.kafka.broker import free_port
from tests.kafka.topics import Record
from tests.kafka.waiting import wait_until
from tests.streams.command import penchant

pytestmark = pytest.mark.kafka


@dataclass
class Aftermath:
    """What is there once all has been sent.

    metrics: ports. places: where each row lies. letters: by the place they came from.
    """

    shop: Shop
    metrics: tuple[int, ...]
    places: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    letters: dict[tuple[str, int, int], list[tuple[Record, KeptLetter]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    good: int = 0


@pytest.fixture(scope="module")
def aftermath(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """A shop with an encoder and a worker, after all rows came between good behaviors and items."""
    ports = free_port(), free_port()
    more = {"worker": {"waiting_age": HOUR / 1000, "metrics_port": ports[0]}, "encoder": {"metrics_port": ports[1]}}
    with Deployment(kafka, tmp_path_factory.mktemp("bad"), more) as deployment:
        shop = Shop(deployment)
        deployment.encoder().start()
        worker = deployment.worker("a")
        worker.start()
        served(deployment, worker)
        after = Aftermath(shop, ports)
        send_all(after)
        for user in GOOD:
            shop.record(user, after.good)
        shop.send(*(behavior(user, f"{user}-late", "view", "heart", occurred_at=NOON + 2 * HOUR) for user in GOOD))
        for user in GOOD:
            shop.record(user, after.good + 1)
        wait_until(lambda: collect(after) >= len(REFUSED), LIMIT, "every dead letter is there", 0.2)
        shop.settled()
        collect(after)
        yield after
        assert deployment.deaths() == {}


def send_all(after: Aftermath) -> None:
    """Sends all rows in one go, a good behavior on every partition around each, and good items around the items."""
    topics, shop = after.shop.topics, after.shop
    producer = Producer({"bootstrap.servers": shop.bootstrap, "message.max.bytes": 20 * MEGABYTE, "linger.ms": 5})
    items = [item(name, title=title) for name, title in TITLES.items()]

    def send(row: Row) -> None:
        def note(error: object, message: Message) -> None:
            assert error is None
            after.places[row.name] = (row.topic, message.partition(), message.offset())

        for _ in range(row.times):
            topic = getattr(topics, row.topic)
            producer.produce(topic, row.value, row.sent_key, row.partition, headers=list(row.headers), on_delivery=note)

    for one in (*items[:3], *ITEMS, *items[3:]):
        send(one)
    for number, row in enumerate((*CLICKS, *INTERNAL)):
        for user in GOOD:
            send(click(f"{user}-{number}", user=user, item_id=("lamp", "bird")[number % 2]))
        send(row)
        after.good = number + 1
    assert producer.flush(60) == 0


def collect(after: Aftermath) -> int:
    """Reads all dead letters; how many rows have one."""
    topics = after.shop.topics
    after.letters.clear()
    for name in sorted({row.topic for row in REFUSED}):
        for record in after.shop.deployment.glimpse(dead_letters_of(getattr(topics, name))):
            letter = read_dead_letter(record.key, record.value, record.headers)
            after.letters[(name, letter.partition, letter.offset)].append((record, letter))
    return sum(1 for row in REFUSED if after.letters.get(after.places[row.name]))


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.name)
def test_what_cannot_be_applied_is_one_dead_letter_that_says_why(aftermath: Aftermath, row: Row) -> None:
    ((record, letter),) = aftermath.letters[aftermath.places[row.name]]
    assert letter.reason == row.reason
    assert row.detail in letter.detail
    assert record.partition == letter.partition
    assert (letter.key, letter.headers) == (row.sent_key, row.headers)
    assert letter.value == (row.value if row.value is None else row.value[:KEPT_BYTES])
    assert letter.size == len(row.value or b"")
    assert letter.whole == (letter.size <= KEPT_BYTES)


def test_there_are_no_other_dead_letters(aftermath: Aftermath) -> None:
    assert {place for place, letters in aftermath.letters.items() if letters} == {
        aftermath.places[row.name] for row in REFUSED
    }


@pytest.mark.parametrize("value", [b'{"id": "lamp"}', None])
def test_an_item_without_a_key_is_refused_by_the_broker_itself(aftermath: Aftermath, value: bytes | None) -> None:
    errors: list[KafkaError] = []
    producer = Producer({"bootstrap.servers": aftermath.shop.bootstrap})
    producer.produce(aftermath.shop.topics.items, value, on_delivery=lambda error, _: errors.append(error))
    assert producer.flush(60) == 0
    assert errors[0].code() == KafkaError.INVALID_RECORD


def test_every_refusal_is_counted_with_its_reason(aftermath: Aftermath) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for port in aftermath.metrics:
        for sample in scrape(port).samples:
            if sample.name == "penchant_rejected_total":
                counted[(sample.labels["source"], sample.labels["reason"])] += int(sample.value)
    assert counted == Counter((getattr(aftermath.shop.topics, row.topic), row.reason) for row in REFUSED)


@pytest.mark.parametrize("row", COUNTED, ids=lambda row: row.name)
def test_what_is_odd_but_right_counts(aftermath: Aftermath, row: Row) -> None:
    assert aftermath.shop.record(row.user, row.counts).behaviors == 1


@pytest.mark.parametrize("user", GOOD)
def test_every_good_behavior_counts_on_every_partition(aftermath: Aftermath, user: str) -> None:
    records = aftermath.shop.records(user)
    assert sum(record.new_behaviors for record in records) == records[-1].behaviors == aftermath.good + 1
    aftermath.shop.settled()


@pytest.mark.parametrize("name", ["item-without-text", "blank-text"])
def test_what_has_no_text_counts_without_moving_an_interest(aftermath: Aftermath, name: str) -> None:
    record = aftermath.shop.record(name)
    assert record.vector is None
    assert record.interests == ()


def test_of_a_long_text_the_beginning_counts(aftermath: Aftermath) -> None:
    assert cosine(aftermath.shop.record("long-text").vector, "glass heart " * 682) > 0.99


def encoded(aftermath: Aftermath, item_id: str) -> list[ItemVector | None]:
    """What came out for the item, one after the other; None for a deletion."""
    found = aftermath.shop.deployment.read(aftermath.shop.topics.items_encoded)
    return [r.value and decode_item_vector(r.value) for r in found if r.key == item_id.encode()]


def test_an_item_without_text_is_in_the_catalog_without_a_vector(aftermath: Aftermath) -> None:
    (found,) = encoded(aftermath, "textless")
    assert found is not None
    assert found.vector is None


def test_a_changed_item_has_the_vector_of_its_new_text(aftermath: Aftermath) -> None:
    before, after = encoded(aftermath, "changed")
    assert before and before.vector and after and after.vector
    heart = aftermath.shop.encoder.encode(["glass heart"])[0]
    assert float(from_bytes(before.vector) @ heart) < 0.5
    assert float(from_bytes(after.vector) @ heart) > 0.99


def test_a_deleted_item_is_on_no_list_any_more(aftermath: Aftermath) -> None:
    assert encoded(aftermath, "deleted")[-1] is None
    shop, sent = aftermath.shop, iter(range(1000))

    def listed() -> set[str]:
        shop.send(behavior("looker", f"looker-{next(sent)}", "view", "heart"))
        lists = shop.lists("looker")
        return {one.item_id for one in lists[-1].items} if lists else set()

    wait_until(lambda: (names := listed()) and "deleted" not in names and "changed" in names, LIMIT, "it is gone", 0.2)


def test_letters_are_applied_once_their_cause_is_mended_and_they_are_put_back(kafka: str, tmp_path: Path) -> None:
    odd = {"partitioner": "murmur2", "future_limit": 300.0}
    with Deployment(kafka, tmp_path, {"worker": odd}) as deployment:
        shop = Shop(deployment)
        shop.stock(TITLES)
        worker = deployment.worker("a")
        worker.start()
        served(deployment, worker)
        strange, ahead = users_living([f"user-{n}" for n in range(100)], "crc32", 2)
        shop.send(behavior(strange, "s1", "view", "lamp"))
        shop.send(behavior(ahead, "a1", "view", "lamp", occurred_at="2100-01-01T00:00:00Z"))
        reasons = [letter_facts(shop.letter(user))[EXCEPTION] for user in (strange, ahead)]
        assert reasons == ["PartitionerError", "FutureError"]
        assert worker.leave() == 0
        mended = {"partitioner": "crc32", "future_limit": 1e10}
        deployment.settings = deployment.settings.model_copy(
            update={"worker": deployment.settings.worker.model_copy(update=mended)}
        )
        worker = deployment.worker("a")
        worker.start()
        served(deployment, worker)
        done = penchant("dead-letters", "--put-back", "--yes", environment=worker.environment)
        assert done.returncode == 0, done.stderr
        assert "2 put back, 0 not" in done.stdout
        for user in (strange, ahead):
            assert shop.record(user).behaviors == 1
        assert deployment.deaths() == {}
