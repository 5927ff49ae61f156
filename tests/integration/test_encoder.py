"""The encode loop on a real Kafka: every record answered once, in order, requests first."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from confluent_kafka import ConsumerGroupState, KafkaException, Producer
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from numpy.typing import NDArray

from models.encoder.fake import FakeEncoder
from schemas.behaviors import decode_behavior
from schemas.content_types import HEADER, MSGPACK
from schemas.dead_letters import EXCEPTION
from schemas.encoding import decode_answer
from schemas.items import Item, decode_item_vector, encode_item
from schemas.vectors import from_bytes
from streams.encoding.errors import EncodingError
from streams.encoding.sources import Source, group_of
from streams.kafka.transactions import TransactionalProducer, TransactionError
from streams.metrics import EncoderMetrics
from streams.settings import Settings, dead_letters_of
from tests.kafka.topics import Record, produce, unique
from tests.kafka.waiting import wait_until
from tests.streams.encoding.records import request_value
from tests.streams.encoding.running import RunningEncoder, await_records, lag, new_shop, read

pytestmark = pytest.mark.kafka


def item_pair(item_id: str, title: str = "", **more: object) -> tuple[bytes, bytes]:
    return item_id.encode(), encode_item(Item(id=item_id, title=title or f"Title of {item_id}", **more))


def request_pair(event_id: str, text: str = "") -> tuple[bytes, bytes]:
    return f"user of {event_id}".encode(), request_value(text or f"text of {event_id}", event_id)


def by_partition(records: Sequence[Record]) -> list[tuple[int, bytes | None]]:
    return [(record.partition, record.key) for record in records]


def event_ids(answers: Sequence[Record]) -> list[str]:
    return [decode_behavior(decode_answer(answer.value or b"").payload).event_id for answer in answers]


def test_items_and_requests_are_answered_once_in_source_order_with_the_encoder_s_vectors(
    kafka: str, tmp_path: Path
) -> None:
    shop = new_shop(kafka)
    topics = shop.topics
    produce(kafka, topics.items, [item_pair(f"i{n}") for n in range(300)])
    produce(kafka, topics.items, [(b"i7", None), item_pair("i8", "New title")], partition=1)
    produce(kafka, topics.encode_requests, [request_pair(f"e{n}") for n in range(100)])
    with RunningEncoder(shop, tmp_path):
        items = await_records(shop, topics.items_encoded, 302)
        answers = await_records(shop, topics.behaviors_encoded, 100)
        wait_until(lambda: lag(shop) == 0, 10, "all is read")
    assert by_partition(items) == by_partition(read(shop, topics.items))
    assert by_partition(answers) == by_partition(read(shop, topics.encode_requests))
    assert (items[-2].key, items[-2].value) == (b"i7", None)
    assert {dict(record.headers)[HEADER] for record in items + answers} == {MSGPACK}
    first = decode_item_vector(items[0].value or b"")
    exact = FakeEncoder().encode([f"Title of {first.item_id}"])[0]
    np.testing.assert_allclose(from_bytes(first.vector or b""), exact, atol=1e-3)
    assert first.encoder == FakeEncoder().version


def test_an_unchanged_text_is_never_encoded_twice_not_even_after_a_restart(kafka: str, tmp_path: Path) -> None:
    shop = new_shop(kafka)
    produce(kafka, shop.topics.items, [item_pair(f"i{n}", f"Title {n % 5}") for n in range(20)])
    with RunningEncoder(shop, tmp_path) as first:
        await_records(shop, shop.topics.items_encoded, 20)
    assert first.vectors.encoded == 5
    produce(kafka, shop.topics.items, [item_pair(f"i{n}", f"Title {n % 5}", available=False) for n in range(20)])
    produce(kafka, shop.topics.encode_requests, [request_pair("e1", "Title 3"), request_pair("e2", "Title 9")])
    with RunningEncoder(shop, tmp_path) as second:
        items = await_records(shop, shop.topics.items_encoded, 40)
        await_records(shop, shop.topics.behaviors_encoded, 2)
    assert len(items) == 40
    assert second.vectors.encoded == 1
    assert [decode_item_vector(item.value or b"").available for item in items].count(False) == 20


def test_a_poison_message_goes_to_dead_letters_and_its_neighbors_are_answered(kafka: str, tmp_path: Path) -> None:
    shop = new_shop(kafka)
    topics = shop.topics
    produce(kafka, topics.items, [item_pair("i1"), (b"i2", b"\xff\x00"), item_pair("i3")], partition=1)
    produce(kafka, topics.encode_requests, [(b"u", b"\xc1"), request_pair("e1")], partition=0)
    with RunningEncoder(shop, tmp_path):
        items = await_records(shop, topics.items_encoded, 2)
        await_records(shop, topics.behaviors_encoded, 1)
        (letter,) = await_records(shop, dead_letters_of(topics.items), 1)
        (other,) = await_records(shop, dead_letters_of(topics.encode_requests), 1)
    assert [item.key for item in items] == [b"i1", b"i3"]
    assert (letter.partition, letter.key, letter.value) == (1, b"i2", b"\xff\x00")
    assert dict(letter.headers)[EXCEPTION] == dict(other.headers)[EXCEPTION] == b"SchemaError"


def test_aborted_input_leaves_no_trace_and_its_markers_do_not_look_unread(kafka: str, tmp_path: Path) -> None:
    shop = new_shop(kafka)
    topic = shop.topics.items
    feed = Producer({"bootstrap.servers": kafka, "transactional.id": unique("feed")})
    feed.init_transactions(10)
    with RunningEncoder(shop, tmp_path):
        for n in range(12):
            feed.begin_transaction()
            for i in range(5):
                key, value = item_pair(f"i{n}-{i}")
                feed.produce(topic, value, key, partition=n % 2)
            feed.abort_transaction(10) if n % 3 else feed.commit_transaction(10)
        items = await_records(shop, shop.topics.items_encoded, 20)
        wait_until(lambda: lag(shop) == 0, 10, "markers and aborted records are passed")
        assert len(read(shop, shop.topics.items_encoded)) == len(items)
    kept = {(b"i%d-%d" % (n, i)) for n in (0, 3, 6, 9) for i in range(5)}
    assert {item.key for item in items} == kept and len(items) == 20


def test_partitions_that_come_while_an_encoder_leaves_are_not_taken_from_their_owner(kafka: str) -> None:
    shop = new_shop(kafka)
    topic = shop.topics.items
    admin = AdminClient({"bootstrap.servers": kafka})
    group = group_of(shop, topic)
    with ThreadPoolExecutor() as pool:
        leaving = Source(shop, topic, shop.topics.items_encoded, pool, EncoderMetrics())
        leaving.subscribe()
        wait_until(lambda: group_state(admin, group) == ConsumerGroupState.STABLE, 20, "the group gives it partitions")
        owner = TransactionalProducer(shop.kafka, f"{shop.app}.encoder.{topic}.0", 10.0)
        owner.fence()
        owner.begin()
        owner.produce(shop.topics.items_encoded, 0, b"i1", None)
        leaving.close(publish=True)
        owner.commit()
    assert [item.key for item in read(shop, shop.topics.items_encoded)] == [b"i1"]


def group_state(admin: AdminClient, group: str) -> ConsumerGroupState | None:
    """The group's state, None while its coordinator is not there yet."""
    try:
        return admin.describe_consumer_groups([group])[group].result(10).state
    except KafkaException:
        return None


class SlowEncoder(FakeEncoder):
    """The fake at a real model's pace, which remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        time.sleep(0.03)
        return super().encode(texts)


def test_a_live_request_overtakes_a_backlog_of_items(kafka: str, tmp_path: Path) -> None:
    shop = new_shop(kafka, batch_texts=4)
    produce(kafka, shop.topics.items, [item_pair(f"i{n}") for n in range(2000)])
    encoder = SlowEncoder()
    with RunningEncoder(shop, tmp_path, encoder):
        wait_until(lambda: encoder.asked, 20, "the first items are encoded")
        produce(kafka, shop.topics.encode_requests, [request_pair("live", "warm red socks")])
        await_records(shop, shop.topics.behaviors_encoded, 1)
        assert len(encoder.asked) < 1000
    assert "warm red socks" in encoder.asked


def test_two_encoders_share_the_partitions_and_hand_them_over(kafka: str, tmp_path: Path) -> None:
    shop = new_shop(kafka)
    topics = shop.topics

    def feed(batch: int) -> None:
        for partition in range(2):
            pairs = [item_pair(f"i{batch}-{partition}-{n}") for n in range(50)]
            produce(kafka, topics.items, pairs, partition)
        produce(kafka, topics.encode_requests, [request_pair(f"e{batch}-{n}") for n in range(50)])

    with RunningEncoder(shop, tmp_path / "a") as stays:
        feed(0)
        await_records(shop, topics.items_encoded, 100)
        with RunningEncoder(shop, tmp_path / "b") as goes:
            wait_until(lambda: feed_until_shared(shop, goes), 20, "the second encoder gets partitions", pause=0.2)
            alone = stays.vectors.encoded
            feed(1)
            wait_until(lambda: lag(shop) == 0, 20, "all is read")
            assert stays.vectors.encoded > alone
        feed(2)
        wait_until(lambda: lag(shop) == 0, 20, "all is read")
    items, answers = read(shop, topics.items_encoded), read(shop, topics.behaviors_encoded)
    assert by_partition(items) == by_partition(read(shop, topics.items))
    assert by_partition(answers) == by_partition(read(shop, topics.encode_requests))
    assert len(set(event_ids(answers))) == len(answers)


def feed_until_shared(shop: Settings, second: RunningEncoder) -> bool:
    for partition in range(2):
        produce(shop.kafka.bootstrap, shop.topics.items, [item_pair(unique("i"))], partition)
    return second.vectors.encoded > 0


def test_an_encoder_whose_partition_another_one_took_ends_when_the_group_does_not_move_it(
    kafka: str, tmp_path: Path
) -> None:
    shop = new_shop(kafka, fenced_grace=0.5)
    with RunningEncoder(shop, tmp_path) as running:
        produce(kafka, shop.topics.items, [item_pair("i1")], partition=0)
        await_records(shop, shop.topics.items_encoded, 1)
        thief = TransactionalProducer(shop.kafka, f"{shop.app}.encoder.{shop.topics.items}.0", 10.0)
        thief.fence()
        produce(kafka, shop.topics.items, [item_pair("i2")], partition=0)
        error = wait_until(running.ended, 20, "the encoder ends")
    assert isinstance(error, EncodingError)
    assert f"{shop.topics.items}[0] is still assigned to this encoder 0.5 s after" in str(error)
    with RunningEncoder(shop, tmp_path):
        items = await_records(shop, shop.topics.items_encoded, 2)
    assert [item.key for item in items] == [b"i1", b"i2"]


def test_a_commit_that_fails_ends_the_encoder_and_nothing_is_lost_or_doubled(kafka: str, tmp_path: Path) -> None:
    shop = new_shop(kafka, {"max.message.bytes": "1000"})
    topics = shop.topics
    pairs = [item_pair("i1"), (b"i2", encode_item(Item(id="i2", title=long_title()))), item_pair("i3")]
    produce(kafka, topics.items, pairs, partition=1)
    with RunningEncoder(shop, tmp_path) as running:
        error = wait_until(running.ended, 30, "the encoder ends")
    assert isinstance(error, TransactionError)
    assert topics.items_encoded in str(error) and "too large" in str(error)
    assert read(shop, topics.items_encoded) == []
    allow_messages_of(kafka, topics.items_encoded, 100_000)
    with RunningEncoder(shop, tmp_path):
        items = await_records(shop, topics.items_encoded, 3)
    assert [item.key for item in items] == [b"i1", b"i2", b"i3"]


def long_title() -> str:
    """A title that no compression makes short."""
    return np.random.default_rng(1).bytes(4000).hex()


def allow_messages_of(bootstrap: str, topic: str, size: int) -> None:
    entry = ConfigEntry("max.message.bytes", str(size), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(10)


def test_records_deleted_before_they_were_read_stop_the_encoder_unless_the_loss_is_accepted(
    kafka: str, tmp_path: Path
) -> None:
    shop = new_shop(kafka)
    topic = shop.topics.encode_requests
    produce(kafka, topic, [request_pair("e1")], partition=0)
    with RunningEncoder(shop, tmp_path):
        await_records(shop, shop.topics.behaviors_encoded, 1)
    produce(kafka, topic, [request_pair("e2"), request_pair("e3")], partition=0)
    delete_before(kafka, topic, 0, 2)
    with RunningEncoder(shop, tmp_path) as running:
        error = wait_until(running.ended, 20, "the encoder ends")
    assert isinstance(error, EncodingError)
    assert f"{topic}[0]: what comes next was deleted" in str(error) and "ACCEPT_LOSS" in str(error)
    accepting = shop.model_copy(update={"encoder": shop.encoder.model_copy(update={"accept_loss": True})})
    with RunningEncoder(accepting, tmp_path):
        answers = await_records(shop, shop.topics.behaviors_encoded, 2)
    assert event_ids(answers) == ["e1", "e3"]


def delete_before(bootstrap: str, topic: str, partition: int, offset: int) -> None:
    from confluent_kafka import TopicPartition

    admin = AdminClient({"bootstrap.servers": bootstrap})
    for future in admin.delete_records([TopicPartition(topic, partition, offset)]).values():
        future.result(10)
