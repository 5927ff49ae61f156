"""Transactions: records that become visible together, written by whoever took the transactional id last."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from streams.kafka.client import open_producer
from streams.settings import KafkaSettings

Headers = Sequence[tuple[str, str | bytes | None]]
Delivered = Callable[[Message], None]

FENCED = frozenset({KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH})
STEP = 1.0  # seconds that one call into librdkafka may take before it is repeated
PAUSE = 0.02  # seconds between repetitions, and to let a full local queue drain


class FencedError(Exception):
    """Another producer took this transactional id, or the broker ended this one's transaction for being too old."""


class TransactionError(Exception):
    """Beginning, producing, committing or aborting failed; the message says what, where and why."""


class TransactionalProducer:
    """One transactional id's producer. One thread at a time; any thread.

    timeout: seconds that the broker lets a transaction live, and that a commit or an abort is repeated for. After
    FencedError every further call raises it too. After TransactionError from commit(), abort() and start anew where
    that works; where it does not, the outcome is unknown, so end the process and recover from what was committed.
    """

    def __init__(self, settings: KafkaSettings, transactional_id: str, timeout: float) -> None:
        """Raises ClientError when a client property is wrong. The id is not taken before fence()."""
        self.transactional_id = transactional_id
        self.timeout = timeout
        self._deliveries = Deliveries()
        self._fenced: str | None = None
        self._producer = open_producer(
            settings,
            transactional_id=transactional_id,
            transaction_timeout_ms=int(timeout * 1000),
        )

    def fence(self, deadline: float = 60.0) -> None:
        """Takes the id: whoever had it is fenced, its open transaction aborted. Repeats within `deadline` seconds."""
        self._repeat("taking the id", lambda: self._producer.init_transactions(STEP), deadline)

    def begin(self) -> None:
        """Begins a transaction. Costs no round trip, and so says nothing about being fenced."""
        self._deliveries.undelivered = None
        self._repeat("begin", self._producer.begin_transaction, 0.0)

    def produce(
        self,
        topic: str,
        partition: int,
        key: bytes | None,
        value: bytes | None,
        headers: Headers | None = None,
        on_delivery: Delivered | None = None,
    ) -> None:
        """Queues a record; waits while the local queue is full. on_delivery: called in commit() with the message."""
        more: dict[str, Any] = {} if headers is None else {"headers": list(headers)}
        more["on_delivery"] = self._deliveries.note if on_delivery is None else self._deliveries.noting(on_delivery)
        self._queue(topic, partition, key, value, more)

    def produce_many(
        self,
        topic: str,
        partition: int,
        records: Sequence[tuple[bytes | None, bytes | None]],
        headers: Headers | None = None,
    ) -> None:
        """Queues (key, value) pairs, all with the same headers: produce() without its cost per call.

        Only the last one's delivery is reported; when one before it fails, the commit says of which topic.
        """
        if not records:
            return
        more: dict[str, Any] = {} if headers is None else {"headers": list(headers)}
        produce = self._producer.produce
        for key, value in records[:-1]:
            try:
                produce(topic, value, key, partition, **more)
            except (BufferError, KafkaException):
                self._queue(topic, partition, key, value, more)
        key, value = records[-1]
        self.produce(topic, partition, key, value, headers)

    def commit(self) -> None:
        """Delivers all records and commits. Raises FencedError, or TransactionError when a record was not delivered.

        Returns when the commit is certain; read_committed consumers see the records a moment later. A transaction
        without records commits without asking the broker, so it succeeds even when fenced.
        """
        self._repeat("commit", lambda: self._producer.commit_transaction(STEP), 2 * self.timeout)

    def commit_with_offsets(self, offsets: list[TopicPartition], group_metadata: object) -> None:
        """Commits the consumer group's offsets with the records. group_metadata: the consumer's, as it is now."""
        what = "adding offsets of " + ", ".join(sorted({f"{o.topic}[{o.partition}]" for o in offsets}))
        send = self._producer.send_offsets_to_transaction
        self._repeat(what, lambda: send(offsets, group_metadata, STEP), 2 * self.timeout)
        self.commit()

    def abort(self) -> None:
        """Aborts: no read_committed consumer ever sees the records."""
        self._repeat("abort", lambda: self._producer.abort_transaction(STEP), 2 * self.timeout)

    def close(self) -> None:
        """Lets go at once, without waiting for the broker; an open transaction is aborted by its timeout or fence()."""
        self._producer.purge()
        with suppress(KafkaException):
            self._producer.poll(0)

    def _queue(self, topic: str, partition: int, key: bytes | None, value: bytes | None, more: dict[str, Any]) -> None:
        end = time.monotonic() + 2 * self.timeout
        try:
            while not self._queued(topic, partition, key, value, more):
                self._producer.poll(PAUSE)
                if time.monotonic() > end:
                    raise self._failure(f"produce to {topic}[{partition}]", "the local queue stays full")
        except KafkaException as error:
            raise self._error(f"produce to {topic}[{partition}]", error.args[0]) from error

    def _queued(self, topic: str, partition: int, key: bytes | None, value: bytes | None, more: dict[str, Any]) -> bool:
        """Whether the local queue had room for the record."""
        try:
            self._producer.produce(topic, value, key, partition, **more)
        except BufferError:
            return False
        return True

    def _repeat(self, what: str, call: Callable[[], object], deadline: float) -> None:
        """Calls until it succeeds, while the error says that it may be repeated and the deadline has not passed."""
        end = time.monotonic() + deadline
        while True:
            if self._fenced is not None:
                raise FencedError(self._fenced)
            try:
                call()
                return
            except KafkaException as failed:
                error = failed.args[0]
                repeatable = error.retriable() and error.code() != KafkaError._CONFLICT
                if not repeatable or time.monotonic() > end:
                    raise self._error(what, error) from failed
            time.sleep(PAUSE)

    def _error(self, what: str, error: KafkaError) -> FencedError | TransactionError:
        """The exception to raise for librdkafka's error."""
        if error.code() == KafkaError._FATAL:
            error = self._fatal_reason(error)
        if error.code() in FENCED:
            self._fenced = f"{self.transactional_id}: fenced at {what}: {error.str()}"
            return FencedError(self._fenced)
        if error.code() == KafkaError._STATE:
            self._producer.flush(STEP)  # a record that failed before ended the transaction: hear which
        return self._failure(what, f"{error.name()}: {error.str()}")

    def _fatal_reason(self, error: KafkaError) -> KafkaError:
        """What made the producer unusable; produce() itself reports only that it is."""
        try:
            self._producer.begin_transaction()
        except KafkaException as reason:
            return reason.args[0]
        return error

    def _failure(self, what: str, why: str) -> TransactionError:
        undelivered = self._deliveries.undelivered
        first = f"; first undelivered record: {undelivered}" if undelivered else ""
        return TransactionError(f"{self.transactional_id}: {what} failed: {why}{first}")


class Deliveries:
    """What became of a transaction's records. undelivered: topic, partition and reason of the first that failed."""

    def __init__(self) -> None:
        self.undelivered: str | None = None

    def note(self, error: KafkaError | None, message: Message) -> None:
        """Takes a delivery report."""
        if error is not None and self.undelivered is None:
            self.undelivered = f"{message.topic()}[{message.partition()}], {error.str()}"

    def noting(self, on_delivery: Delivered) -> Callable[[KafkaError | None, Message], None]:
        """A callback that takes the report, and hands the message on when it was delivered."""

        def report(error: KafkaError | None, message: Message) -> None:
            self.note(error, message)
            if error is None:
                on_delivery(message)

        return report
