"""Topics of the tests: unique names, creation, and reading a topic to its end."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from tests.kafka.waiting import wait_until


@dataclass(frozen=True)
class Record:
    """One record as it lies in Kafka. timestamp: milliseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp: int


def unique(name: str = "topic") -> str:
    """A name that no other test has."""
    return f"{name}-{uuid.uuid4().hex[:10]}"


def create(bootstrap: str, *names: str, partitions: int = 4, config: Mapping[str, str] | None = None) -> None:
    """Creates the topics and waits until the broker serves them."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    asked = [NewTopic(name, partitions, 1, config=dict(config or {})) for name in names]
    for future in admin.create_topics(asked).values():
        future.result(30)
    wait_until(lambda: set(names) <= served(admin), 30, f"{names} are served")


def served(admin: AdminClient) -> set[str]:
    """The topics that have a leader for each partition."""
    topics = admin.list_topics(timeout=10).topics.items()
    return {name for name, topic in topics if all(p.leader >= 0 for p in topic.partitions.values())}


def produce(
    bootstrap: str, topic: str, records: Iterable[tuple[bytes | None, bytes | None]], partition: int = -1
) -> None:
    """Produces (key, value) pairs without a transaction and waits until all are delivered; -1 lets the key choose."""
    failures: list[KafkaError] = []
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 1, "enable.idempotence": True})
    for key, value in records:
        producer.produce(topic, value, key, partition, on_delivery=lambda e, m: failures.append(e) if e else None)
        producer.poll(0)
    left = producer.flush(30)
    assert not failures and not left, f"{topic}: {left} records undelivered, first error {failures[:1]}"


def read_all(
    bootstrap: str,
    topic: str,
    isolation: str = "read_committed",
    deadline: float = 30.0,
    wait_for_open: bool = True,
) -> list[Record]:
    """All records of the topic up to its present end, partition after partition, each in order of offsets.

    wait_for_open: waits until transactions that are open now have ended (a commit returns a moment before its records
    become visible); False reads what is visible now.
    """
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": unique("reader"),
            "isolation.level": isolation,
            "enable.partition.eof": True,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 20,
        }
    )
    try:
        found = consumer.list_topics(topic, timeout=10).topics[topic]
        assert found.error is None, f"{topic}: {found.error}"
        ends = ends_of(bootstrap, topic, len(found.partitions)) if wait_for_open else dict.fromkeys(found.partitions, 0)
        consumer.assign([TopicPartition(topic, partition, 0) for partition in ends])
        return sorted(read_to_ends(consumer, ends, deadline), key=lambda record: (record.partition, record.offset))
    finally:
        consumer.close()


def ends_of(bootstrap: str, topic: str, partitions: int) -> dict[int, int]:
    """The offset after the last record of each partition, be it committed or not."""
    asked = {TopicPartition(topic, partition): OffsetSpec.latest() for partition in range(partitions)}
    admin = AdminClient({"bootstrap.servers": bootstrap})

    def answered() -> dict[int, int] | None:
        answers = admin.list_offsets(asked, isolation_level=IsolationLevel.READ_UNCOMMITTED)
        try:
            return {place.partition: answer.result(10).offset for place, answer in answers.items()}
        except KafkaException as error:
            if error.args[0].code() != KafkaError.NOT_LEADER_FOR_PARTITION:
                raise
            return None

    ends = wait_until(answered, 30, f"{topic}, which was just made, has leaders")
    assert ends is not None
    return ends


def read_to_ends(consumer: Consumer, ends: Mapping[int, int], deadline: float) -> list[Record]:
    """What the consumer yields until each of its partitions has come to an end, at this offset or later."""
    records: list[Record] = []
    ended: set[int] = set()
    while len(ended) < len(ends):
        message = consumer.poll(deadline)
        assert message is not None, f"partitions {sorted(ends.keys() - ended)} did not end in {deadline:g} s"
        error = message.error()
        if error is None:
            records.append(record_of(message))
        elif error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)
        elif message.offset() >= ends[message.partition()]:
            ended.add(message.partition())
    return records


def record_of(message: Message) -> Record:
    """The record that a consumed message stands for."""
    headers = tuple((name, value) for name, value in message.headers() or [])
    where = message.topic(), message.partition(), message.offset()
    return Record(*where, message.key(), message.value(), headers, message.timestamp()[1])
