"""Feed: records into topics, and nothing is taken for sent that no broker has acknowledged."""

import time
from types import TracebackType
from typing import Literal, get_args

from confluent_kafka import KafkaError, KafkaException, Message

from schemas.content_types import JSON_HEADERS
from schemas.dead_letters import Headers
from streams.apps.operators import OperatorError
from streams.kafka.client import open_producer, reason
from streams.kafka.topics import TopicAdmin, partitions_of
from streams.settings import Settings

Partitioner = Literal["crc32", "murmur2", "fnv1a"]
PARTITIONERS: tuple[Partitioner, ...] = get_args(Partitioner)
LIBRDKAFKA_NAMES = {"crc32": "consistent", "murmur2": "murmur2", "fnv1a": "fnv1a"}
DELIVERY_LIMIT_MS = 60_000


class DeliveryError(OperatorError):
    """Records that no broker acknowledged."""


class Feed:
    """A producer of records, as a context manager; leaving it in good order waits for every acknowledgement.

    partitioner: how a key becomes a partition; crc32 is the default of librdkafka and so of most Python producers.
    Raises: TopicError or OperatorError when Kafka or a topic is not there, DeliveryError when records get lost.
    """

    def __init__(self, settings: Settings, topics: tuple[str, ...], partitioner: Partitioner = "crc32") -> None:
        partition_counts(settings, topics)
        self.acknowledged = 0
        self._failure: KafkaError | None = None
        self._failed = 0
        self._producer = open_producer(
            settings.kafka, partitioner=LIBRDKAFKA_NAMES[partitioner], message_timeout_ms=DELIVERY_LIMIT_MS
        )

    def __enter__(self) -> "Feed":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self._producer.purge()
            self._producer.flush(1)

    def send(self, topic: str, key: str, value: bytes, headers: Headers = JSON_HEADERS) -> None:
        """Hands one record over, JSON if its headers do not say otherwise; waits while the local queue is full."""
        while True:
            try:
                self._producer.produce(topic, value, key.encode(), headers=headers, on_delivery=self._delivered)
                break
            except BufferError:
                self._producer.poll(0.05)
            except KafkaException as problem:
                raise DeliveryError(f"{topic}: the record of `{key}` was not taken: {reason(problem)}") from None
        self._producer.poll(0)
        self._check()

    def finish(self) -> None:
        """Waits until every record is acknowledged."""
        while self._producer.flush(0.5):
            self._check()
        self._check()

    def wait(self, seconds: float) -> None:
        """Passes the time, taking acknowledgements."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._producer.poll(min(left, 0.5))
            self._check()

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.acknowledged += 1
        else:
            self._failed += 1
            self._failure = self._failure or error

    def _check(self) -> None:
        if self._failure is not None:
            raise DeliveryError(
                f"{self._failed} records were not delivered, {self.acknowledged} were: {self._failure.str()};"
                " see that Kafka is up and takes writes, then send the rest again"
            )


def partition_counts(settings: Settings, topics: tuple[str, ...]) -> dict[str, int]:
    """How many partitions each topic has. Raises TopicError when Kafka does not answer, OperatorError for a topic."""
    found = partitions_of(TopicAdmin(settings).cluster())
    for topic in topics:
        if topic not in found:
            raise OperatorError(
                f"topic {topic} is not on {settings.kafka.bootstrap}: make it with `penchant topics create`"
            )
    return {topic: found[topic] for topic in topics}
