"""Hanging transactions on a real broker: waited for while their end may come, and refused when it does not."""

import re
from threading import Event, Thread

import pytest

from streams.kafka.hanging import HangingTransactionError, OpenTransactions
from streams.kafka.transactions import TransactionalProducer
from streams.settings import KafkaSettings
from tests.kafka.topics import create, read_all, unique
from tests.kafka.waiting import wait_until

pytestmark = pytest.mark.kafka


def test_partitions_in_which_every_transaction_has_ended_are_fine(kafka: str) -> None:
    topic = unique()
    create(kafka, topic, partitions=2)
    producer = taken(kafka)
    for end in (producer.commit, producer.abort):
        producer.begin()
        producer.produce(topic, 1, None, b"ended")
        end()
    OpenTransactions(KafkaSettings(bootstrap=kafka), patience=20.0).require_none([(topic, 0), (topic, 1)])


def test_a_transaction_that_does_not_end_is_named_with_its_place(kafka: str) -> None:
    topic = unique()
    create(kafka, topic, partitions=2)
    open_one(kafka, topic)
    named = re.escape(f"{topic}[1] holds a transaction from offset 0 to 1")
    with pytest.raises(HangingTransactionError, match=named):
        OpenTransactions(KafkaSettings(bootstrap=kafka), patience=0.2).require_none([(topic, 0), (topic, 1)])


def test_an_end_that_is_on_its_way_is_waited_for(kafka: str) -> None:
    topic = unique()
    create(kafka, topic, partitions=2)
    producer, asked = open_one(kafka, topic), Event()

    def going_on() -> bool:
        asked.set()
        return True

    def end_it() -> None:
        asked.wait(30)
        producer.commit()

    other = Thread(target=end_it)
    other.start()
    OpenTransactions(KafkaSettings(bootstrap=kafka), patience=60.0).require_none([(topic, 1)], going_on)
    other.join()
    assert [record.value for record in read_all(kafka, topic)] == [b"open"]


def test_who_has_no_use_for_the_partition_any_more_waits_no_longer(kafka: str) -> None:
    topic = unique()
    create(kafka, topic, partitions=2)
    open_one(kafka, topic)
    OpenTransactions(KafkaSettings(bootstrap=kafka), patience=300.0).require_none([(topic, 1)], lambda: False)


def open_one(bootstrap: str, topic: str) -> TransactionalProducer:
    """A producer with a transaction open in partition 1, its record on the broker."""
    producer = taken(bootstrap)
    producer.begin()
    producer.produce(topic, 1, None, b"open")
    wait_until(lambda: read_all(bootstrap, topic, "read_uncommitted"), 30, "the record has reached the broker")
    return producer


def taken(bootstrap: str) -> TransactionalProducer:
    """A producer with an id of its own, taken."""
    producer = TransactionalProducer(KafkaSettings(bootstrap=bootstrap), unique("id"), 60.0)
    producer.fence()
    return producer
