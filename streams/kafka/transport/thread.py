"""Consumer thread: aiokafka reads committed, hands out exact offset ranges, and seeks to the owners' positions."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import aiokafka
import aiokafka.consumer.fetcher as fetcher
from faust.transport.consumer import ensure_TP
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from streams.kafka.transport.batch import Reach, Record

FETCH_WAIT_MS = 50


class FetchedRange(NamedTuple):
    """Records of one partition, and the range of offsets that the fetch covered."""

    records: Sequence[Record]
    start: int
    next_offset: int


class RawPartitionRecords(fetcher.PartitionRecords):
    """Yields the parser's own records; a ConsumerRecord per record costs more than decoding it."""

    def _consumer_record(self, tp: Any, record: Any) -> Any:
        return record


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Runs aiokafka's consumer in a thread of its own; `delivered` is the next offset per partition handed out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._delivered: dict[TP, int] = {}

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        fetcher.PartitionRecords = RawPartitionRecords
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = "read_committed"
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,
        max_records: int | None = None,
    ) -> dict[TP, FetchedRange]:
        """Fetched ranges; nothing while a reassignment runs, when aiokafka would hold the thread's queue for it."""
        if consumer._subscription.reassignment_in_progress:
            await asyncio.sleep(0.02)
            return {}
        fetched = await super()._fetch_records(consumer, active_partitions, timeout, max_records)
        return {ensure_TP(tp): self._range_of(consumer, tp, records) for tp, records in fetched.items()}

    def _range_of(self, consumer: aiokafka.AIOKafkaConsumer, tp: Any, records: Sequence[Record]) -> FetchedRange:
        key = ensure_TP(tp)
        position = self._consumer_position(consumer, tp)
        last = records[-1].offset
        next_offset = position if position is not None and position > last else last + 1
        start = min(self._delivered.get(key, records[0].offset), records[0].offset)
        self._delivered[key] = next_offset
        return FetchedRange(records, start, next_offset)

    def _consumer_position(self, consumer: aiokafka.AIOKafkaConsumer, tp: Any) -> int | None:
        state = self._partition_state(consumer, tp)
        position: int | None = None if state is None else state._position
        return position

    def _partition_state(self, consumer: aiokafka.AIOKafkaConsumer, tp: Any) -> Any:
        """What aiokafka keeps of an assigned partition, None when it is assigned no more."""
        subscription = consumer._fetcher._subscriptions.subscription
        assignment = subscription and subscription.assignment
        if assignment is None or not assignment.active or tp not in assignment.tps:
            return None
        return assignment.state_value(tp)

    def seek(self, partition: TP, offset: int) -> None:
        """Seeks, and remembers that what follows starts there."""
        self._delivered[ensure_TP(partition)] = offset
        super().seek(partition, offset)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seeks every owned partition to its owner's live position; one without an owner is left alone.

        The end of a rebalance, a fetch while the flow is stopped, and a rewind all come through here.
        """
        offsets: Mapping[TP, int] = await self.call_thread(self._seek_to_owners)
        return offsets

    async def _seek_to_owners(self) -> dict[TP, int | None]:
        consumer = self._ensure_consumer()
        offsets: dict[TP, int | None] = {}
        for tp in consumer.assignment():
            key = ensure_TP(tp)
            position = self.app.host.position_of(key)
            offsets[key] = position
            if position is None:
                self._delivered.pop(key, None)
            else:
                consumer.seek(tp, position)
                self._delivered[key] = position
        return offsets

    async def reach(self, tps: Iterable[TP]) -> list[Reach]:
        """How far each partition was read; asked in the thread, where all numbers move at once."""
        reached: list[Reach] = await self.call_thread(self._reach, list(tps))
        return reached

    async def _reach(self, tps: list[TP]) -> list[Reach]:
        consumer = self._ensure_consumer()
        reached = []
        for tp in tps:
            delivered = self._delivered.get(tp)
            state = self._partition_state(consumer, tp)
            if delivered is not None and state is not None and state._position is not None:
                end = state.highwater if state.highwater is not None else state._position
                reached.append(Reach(tp, delivered, state._position, end))
        return reached

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: Faust's detector of stuck streams watches acknowledgements, which owners keep themselves."""
