"""Reading: what is committed on topics, to their present end or on and on, outside any consumer group."""

import time
from collections.abc import Iterator, Sequence
from types import TracebackType

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, KafkaError, Message, TopicPartition

from schemas.items import ItemVector, decode_item_vector
from streams.apps.feed import partition_counts
from streams.apps.operators import OperatorError
from streams.kafka.client import open_consumer
from streams.settings import Settings

# Named because librdkafka asks for a name; it never joins and never commits.
GROUP = "penchant.reader.never.commits"
STALL_LIMIT = 30.0


class Reader:
    """Reads whole topics, or some of their partitions, as a context manager.

    partitions: of every topic; None for all. from_beginning: else only what comes from now on.
    """

    def __init__(
        self,
        settings: Settings,
        topics: tuple[str, ...],
        partitions: Sequence[int] | None = None,
        from_beginning: bool = True,
    ) -> None:
        counts = partition_counts(settings, topics)
        start = OFFSET_BEGINNING if from_beginning else OFFSET_END
        assigned = [
            TopicPartition(topic, partition, start)
            for topic, count in counts.items()
            for partition in (range(count) if partitions is None else partitions)
        ]
        self._open = {(place.topic, place.partition) for place in assigned}
        self._consumer = open_consumer(settings.kafka, GROUP, partition_eof=True)
        self._consumer.assign(assigned)

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the consumer."""
        self._consumer.close()

    @property
    def reached_end(self) -> bool:
        """Whether every partition was read to what was its end at some moment."""
        return not self._open

    def poll(self, seconds: float) -> Iterator[Message]:
        """Records that are there now, or within so many seconds. Raises OperatorError when Kafka refuses."""
        messages = [first] if (first := self._consumer.poll(seconds)) is not None else []
        if messages:
            messages += self._consumer.consume(5000, 0)
        for message in messages:
            problem = message.error()
            if problem is None:
                yield message
            elif problem.code() == KafkaError._PARTITION_EOF:
                self._open.discard((message.topic(), message.partition()))
            elif not problem.retriable():
                raise OperatorError(f"{message.topic() or 'Kafka'} cannot be read: {problem.str()}")

    def to_end(self) -> Iterator[Message]:
        """Everything up to the end. Raises OperatorError when nothing comes for long."""
        heard = time.monotonic()
        while not self.reached_end:
            for message in self.poll(0.2):
                heard = time.monotonic()
                yield message
            if time.monotonic() - heard > STALL_LIMIT:
                place, partition = min(self._open)
                raise OperatorError(f"{place}[{partition}] gave nothing for {STALL_LIMIT:g} s: see that Kafka is up")


def read_catalog(settings: Settings) -> dict[str, ItemVector]:
    """The items that have a vector now, by id."""
    items: dict[str, ItemVector] = {}
    with Reader(settings, (settings.topics.items_encoded,)) as reader:
        for message in reader.to_end():
            keep_item(items, message)
    return items


def keep_item(items: dict[str, ItemVector], message: Message) -> None:
    """Takes one record of the encoded items into the dictionary; a record without a value removes its item."""
    key, value = message.key(), message.value()
    if value is not None:
        item = decode_item_vector(value)
        items[item.item_id] = item
    elif key is not None:
        items.pop(key.decode(), None)
