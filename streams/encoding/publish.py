"""Publishing: a source partition's answers and its position, in one transaction."""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from confluent_kafka import TopicPartition

from streams.encoding.records import Outgoing
from streams.kafka.transactions import FencedError, TransactionalProducer, TransactionError
from streams.settings import Settings


class Published(NamedTuple):
    """What one transaction wrote, and the seconds it took."""

    outgoing: Sequence[Outgoing]
    seconds: float


class Publisher:
    """One source partition's transactional producer, and what waits for its next transaction.

    waiting: what to write, in source order. position: the next offset to read once that is written, None while unknown.
    committed: the position as of the last commit.
    """

    def __init__(self, settings: Settings, topic: str, partition: int) -> None:
        self.topic = topic
        self.partition = partition
        self.waiting: list[Outgoing] = []
        self.position: int | None = None
        self.committed: int | None = None
        self._producer = TransactionalProducer(
            settings.kafka, f"{settings.app}.encoder.{topic}.{partition}", settings.encoder.transaction_timeout
        )

    def fence(self) -> None:
        """Shuts out whoever published this partition before; its open transaction is aborted."""
        self._producer.fence()

    def resume(self, committed: int | None) -> None:
        """Goes on from the group's committed position, None at the start of the log."""
        self.position = self.committed = committed

    def add(self, outgoing: Outgoing, position: int) -> None:
        """Takes the answer to the record before `position`."""
        self.waiting.append(outgoing)
        self.position = position

    def reach(self, position: int) -> None:
        """Moves on over what needs no answer: markers and aborted records."""
        self.position = position

    def offset(self) -> TopicPartition:
        """The position as the group commits it."""
        return TopicPartition(self.topic, self.partition, self.position)

    def publish(self, group_metadata: object) -> Published:
        """Writes what waits, and the position, in one transaction; returns what that was.

        Raises FencedError when another encoder publishes this partition now, TransactionError for any other failure:
        then nothing counts as written, and what was committed says where to go on.
        """
        began = time.monotonic()
        try:
            self._producer.begin()
            for outgoing in self.waiting:
                self._producer.produce(
                    outgoing.topic, outgoing.partition, outgoing.key, outgoing.value, outgoing.headers
                )
            self._producer.commit_with_offsets([self.offset()], group_metadata)
        except TransactionError:
            with suppress(FencedError, TransactionError):
                self._producer.abort()
            raise
        written, self.waiting = self.waiting, []
        self.committed = self.position
        return Published(written, time.monotonic() - began)

    def close(self) -> None:
        """Lets the producer go; what still waits is dropped."""
        self.waiting = []
        self._producer.close()
