"""Changelog: replays a compacted topic into a local store, from where the store left off to the end."""

import time
from collections.abc import Callable
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from streams.kafka.client import consumer_config
from streams.settings import KafkaSettings
from streams.state.store import LocalStore

STALL_LIMIT = 30.0
WATERMARK_TIMEOUT = 20.0


class RecoveryError(Exception):
    """State that cannot be recovered as it should be; the message says how to mend it."""


class Abandoned(Exception):  # noqa: N818 - not an error: the assignment changed while recovering
    """The assignment changed while this partition was recovering."""


class Watermarks(NamedTuple):
    """The first offset still in a partition, and the one behind its last record."""

    low: int
    high: int


class ChangelogReader:
    """Reads changelogs, and watermarks of sources, outside any group."""

    def __init__(self, settings: KafkaSettings) -> None:
        config = consumer_config(settings, "recovery.never.commits", partition_eof=True)
        self._consumer = Consumer({**config, "fetch.wait.max.ms": 20, "fetch.queue.backoff.ms": 5})

    def watermarks(self, topic: str, partition: int) -> Watermarks:
        """Watermarks of one partition."""
        return Watermarks(
            *self._consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=WATERMARK_TIMEOUT)
        )

    def replay(
        self,
        store: LocalStore,
        topic: str,
        partition: int,
        rebuild_after: float,
        going_on: Callable[[], bool],
        progress: Callable[[int, int], None],
    ) -> int:
        """Applies what the store has not seen; returns how many records that were.

        A store that the topic cannot explain, or one last written over rebuild_after seconds ago (tombstones may have
        been compacted away since), is rebuilt from the start. progress: told how many records were applied just now,
        and how many offsets are left.
        Raises: Abandoned, RecoveryError.
        """
        low, high = self.watermarks(topic, partition)
        age = time.time() - store.written
        if store.next_offset > high or (store.written and age > rebuild_after):
            store.wipe()
        position = max(store.next_offset, low)
        self._consumer.assign([TopicPartition(topic, partition, position)])
        count, reached_end, heard = 0, False, time.monotonic()
        while not reached_end:
            messages = self._consumer.consume(2000, 0.02)
            if not going_on():
                raise Abandoned(f"{topic}[{partition}] during replay")
            if messages:
                heard = time.monotonic()
                rows, reached_end = _rows_of(messages)
                if rows:
                    position = rows[-1][0] + 1
                    store.write(((key, value) for _, key, value in rows), position)
                    count += len(rows)
                    progress(len(rows), high - position)
            elif time.monotonic() - heard > STALL_LIMIT:
                raise RecoveryError(f"{topic}[{partition}] gave nothing for {STALL_LIMIT:g} s at {position} of {high}")
        progress(0, 0)
        return count

    def close(self) -> None:
        """Closes the consumer."""
        self._consumer.close()


def _rows_of(messages: list[Message]) -> tuple[list[tuple[int, bytes, bytes | None]], bool]:
    rows: list[tuple[int, bytes, bytes | None]] = []
    reached_end = False
    for message in messages:
        error = message.error()
        if error is None:
            key, offset = message.key(), message.offset()
            if key is not None and offset is not None:
                rows.append((offset, bytes(key), message.value()))
        elif error.code() == KafkaError._PARTITION_EOF:
            reached_end = True
        elif not error.retriable():
            raise RecoveryError(f"cannot read {message.topic()}[{message.partition()}]: {error.str()}")
    return rows, reached_end
