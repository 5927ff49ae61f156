"""Transactions on a real broker: visible together or never, and only by whoever took the id last."""

import re
import threading
from collections.abc import Callable
from random import Random

import pytest
from confluent_kafka import TopicPartition

from streams.kafka.client import ClientError, open_consumer
from streams.kafka.transactions import FencedError, TransactionalProducer, TransactionError
from streams.settings import KafkaSettings
from tests.kafka.broker import RealKafka
from tests.kafka.topics import create, read_all, unique
from tests.kafka.waiting import wait_until

pytestmark = pytest.mark.kafka


def test_a_transaction_appears_whole_with_keys_headers_and_tombstones(kafka: str) -> None:
    topic, other = unique(), unique()
    create(kafka, topic, other, partitions=2)
    producer = taken(kafka)
    producer.begin()
    producer.produce(topic, 1, b"k", b"v", [("content-type", b"application/json")])
    producer.produce(topic, 0, b"gone", None)
    producer.produce_many(other, 1, [(b"a", b"1"), (None, b"2")], [("h", b"x")])
    assert read_all(kafka, topic, wait_for_open=False) == []
    producer.commit()
    first, second = read_all(kafka, topic)
    assert (first.key, first.value, first.headers) == (b"gone", None, ())
    assert (second.partition, second.key, second.value) == (1, b"k", b"v")
    assert second.headers == (("content-type", b"application/json"),)
    assert [(r.partition, r.key, r.value, r.headers) for r in read_all(kafka, other)] == [
        (1, b"a", b"1", (("h", b"x"),)),
        (1, None, b"2", (("h", b"x"),)),
    ]


def test_the_delivery_report_names_the_offset_of_the_record(kafka: str) -> None:
    topic = unique()
    create(kafka, topic, partitions=1)
    producer = taken(kafka)
    offsets: list[int] = []
    for _ in range(2):
        producer.begin()
        producer.produce_many(topic, 0, [(b"k", b"row")] * 3)
        producer.produce(topic, 0, b"position", b"last", on_delivery=lambda message: offsets.append(message.offset()))
        producer.commit()
    last = [record.offset for record in read_all(kafka, topic) if record.value == b"last"]
    assert offsets == last == [3, 8]  # the commit marker takes offset 4


def test_aborted_records_stay_invisible_and_the_next_transaction_works(kafka: str) -> None:
    topic = unique()
    create(kafka, topic, partitions=1)
    producer = taken(kafka)
    producer.begin()
    producer.produce(topic, 0, None, b"aborted")
    producer.abort()
    producer.begin()
    producer.produce(topic, 0, None, b"kept")
    producer.commit()
    assert [r.value for r in read_all(kafka, topic)] == [b"kept"]


def test_a_second_producer_fences_the_first_and_aborts_what_it_had_open(kafka: str) -> None:
    topic, name = unique(), unique("id")
    create(kafka, topic, partitions=1)
    first, second = producer_of(kafka, name), producer_of(kafka, name)
    first.fence()
    first.begin()
    first.produce(topic, 0, None, b"zombie")
    second.fence()
    with pytest.raises(FencedError, match=name):
        first.commit()
    for call in (first.abort, first.begin, first.commit, first.fence):
        with pytest.raises(FencedError):
            call()
    second.begin()
    second.produce(topic, 0, None, b"owner")
    second.commit()
    assert [r.value for r in read_all(kafka, topic)] == [b"owner"]


def test_a_fenced_producer_fails_wherever_it_notices_first(kafka: str) -> None:
    topic = unique()
    create(kafka, topic, partitions=1)
    group = open_consumer(KafkaSettings(bootstrap=kafka), unique("group"))
    for notice in noticing(topic, group.consumer_group_metadata()):
        name = unique("id")
        first, second = producer_of(kafka, name), producer_of(kafka, name)
        first.fence()
        first.begin()
        second.fence()
        with pytest.raises(FencedError, match=name):
            notice(first)
    group.close()
    assert read_all(kafka, topic) == []


def noticing(topic: str, metadata: object) -> list[Callable[[TransactionalProducer], None]]:
    """Ways in which a producer with an open transaction learns that it is fenced."""

    def by_offsets(producer: TransactionalProducer) -> None:
        producer.commit_with_offsets([TopicPartition(topic, 0, 1)], metadata)

    def by_delivery(producer: TransactionalProducer) -> None:
        producer.produce(topic, 0, None, b"zombie")
        producer.commit()

    def by_produce(producer: TransactionalProducer) -> None:
        wait_until(lambda: producer.produce_many(topic, 0, [(None, b"zombie")] * 10), 20, "produce itself fails")

    return [by_offsets, by_delivery, by_produce]


def test_a_transaction_that_outlives_its_timeout_is_fenced_and_leaves_no_trace(kafka: str) -> None:
    topic, name = unique(), unique("id")
    create(kafka, topic, partitions=1)
    producer = producer_of(kafka, name, timeout=1.0)
    producer.fence()
    producer.begin()
    producer.produce(topic, 0, None, b"late")
    wait_until(lambda: read_all(kafka, topic, "read_uncommitted"), 10, "the record has reached the broker")
    after = taken(kafka)
    after.begin()
    after.produce(topic, 0, None, b"behind it")
    after.commit()
    assert [r.value for r in read_all(kafka, topic)] == [b"behind it"]  # not before the broker has aborted the other
    with pytest.raises(FencedError, match=name):
        producer.commit()
    with pytest.raises(FencedError):
        producer.abort()
    producer.close()


def test_offsets_are_committed_with_the_records_and_dropped_with_an_abort(kafka: str) -> None:
    source, output, name = unique(), unique(), unique("group")
    create(kafka, source, output, partitions=1)
    consumer = open_consumer(KafkaSettings(bootstrap=kafka), name)
    place = TopicPartition(source, 0)
    producer = taken(kafka)
    producer.begin()
    producer.produce(output, 0, None, b"first")
    producer.commit_with_offsets([TopicPartition(source, 0, 7)], consumer.consumer_group_metadata())
    assert consumer.committed([place], 10)[0].offset == 7
    producer.begin()
    producer.produce(output, 0, None, Random(1).randbytes(5_000_000))
    with pytest.raises(TransactionError):
        producer.commit_with_offsets([TopicPartition(source, 0, 9)], consumer.consumer_group_metadata())
    producer.abort()
    assert consumer.committed([place], 10)[0].offset == 7
    assert [r.value for r in read_all(kafka, output)] == [b"first"]
    consumer.close()


def test_an_undeliverable_record_fails_the_commit_and_is_named(kafka: str) -> None:
    small, topic = unique("small"), unique()
    create(kafka, small, partitions=1, config={"max.message.bytes": "1000"})
    create(kafka, topic, partitions=1)
    producer = taken(kafka)
    producer.begin()
    producer.produce(topic, 0, None, b"with it")
    producer.produce_many(small, 0, [(None, Random(1).randbytes(5_000))])
    with pytest.raises(TransactionError, match=rf"commit failed: MSG_SIZE_TOO_LARGE.*undelivered record: {small}\[0\]"):
        producer.commit()
    with pytest.raises(TransactionError, match="produce to"):
        producer.produce(topic, 0, None, b"into a broken transaction")
    producer.abort()
    producer.begin()
    producer.produce(topic, 0, None, b"without it")
    producer.commit()
    assert [r.value for r in read_all(kafka, topic)] == [b"without it"]


def test_a_record_refused_before_the_commit_is_named_by_whatever_fails_next(kafka: str) -> None:
    small = unique("small")
    create(kafka, small, partitions=1, config={"max.message.bytes": "1000"})
    group = open_consumer(KafkaSettings(bootstrap=kafka), unique("group"))
    producer = taken(kafka)
    producer.begin()
    producer.produce_many(small, 0, [(None, Random(1).randbytes(5_000))])

    def refused() -> TransactionError | None:
        try:
            producer.produce(small, 0, None, b"little")
        except TransactionError as error:
            return error
        return None

    named = rf"first undelivered record: {small}\[0\], .*too large"
    assert re.search(rf"_STATE.*{named}", str(wait_until(refused, 20, "the transaction is known to have failed")))
    with pytest.raises(TransactionError, match=rf"adding offsets.*{named}"):
        producer.commit_with_offsets([TopicPartition(small, 0, 1)], group.consumer_group_metadata())
    group.close()


def test_calls_out_of_order_are_errors_that_say_where(kafka: str) -> None:
    producer = taken(kafka)
    with pytest.raises(TransactionError, match=r"produce to nowhere\[0\] failed: _STATE"):
        producer.produce("nowhere", 0, None, b"outside a transaction")
    with pytest.raises(TransactionError, match="commit failed: _STATE"):
        producer.commit()


def test_more_records_than_the_local_queue_holds_are_all_delivered(kafka: str) -> None:
    topic = unique()
    create(kafka, topic, partitions=1)
    settings = KafkaSettings(bootstrap=kafka, client={"queue.buffering.max.messages": "100"})
    producer = TransactionalProducer(settings, unique("id"), 30)
    producer.fence()
    producer.begin()
    producer.produce_many(topic, 0, [(None, b"%d" % i) for i in range(2_000)])
    for i in range(2_000, 2_500):
        producer.produce(topic, 0, None, b"%d" % i)
    producer.commit()
    assert [int(r.value or b"") for r in read_all(kafka, topic)] == list(range(2_500))


def test_a_commit_outlasts_a_bounce_of_the_broker() -> None:
    with RealKafka() as broker:
        topic = unique()
        create(broker.bootstrap, topic, partitions=1)
        producer = taken(broker.bootstrap, timeout=60.0)
        producer.begin()
        producer.produce(topic, 0, None, b"through")
        broker.stop()
        back = threading.Thread(target=broker.start)
        back.start()
        producer.commit()
        back.join()
        assert [r.value for r in read_all(broker.bootstrap, topic)] == [b"through"]


def test_an_unreachable_broker_ends_in_an_error_within_the_deadline() -> None:
    producer = producer_of("127.0.0.1:1", "nobody")
    with pytest.raises(TransactionError, match="nobody: taking the id failed: _TIMED_OUT"):
        producer.fence(deadline=0.5)
    producer.close()


def test_a_wrong_client_property_is_named() -> None:
    settings = KafkaSettings(client={"sasl.usernam": "u"})
    with pytest.raises(ClientError, match=r"sasl\.usernam"):
        TransactionalProducer(settings, "id", 10)


def producer_of(bootstrap: str, name: str, timeout: float = 15.0) -> TransactionalProducer:
    """A producer that has not taken its id yet."""
    return TransactionalProducer(KafkaSettings(bootstrap=bootstrap), name, timeout)


def taken(bootstrap: str, timeout: float = 15.0) -> TransactionalProducer:
    """A producer with an id of its own, taken."""
    producer = producer_of(bootstrap, unique("id"), timeout)
    producer.fence()
    return producer
