"""Consumer: yields batches to Faust's conductor, commits what owners made durable, lets them drain on revoke."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from faust.transport.consumer import ensure_TP
from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP

from streams.kafka.transport.batch import AssignmentToken, Batch, Reach
from streams.kafka.transport.thread import BatchConsumerThread

BUFFER_PRESSURE_PAUSE = 0.005


class BatchConsumer(Consumer):
    """Faust's consumer for topics whose items are batches; acknowledgement is the owner's commit, not Faust's."""

    _thread: BatchConsumerThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._committed: dict[TP, int] = {}
        self._rewinding: asyncio.Task[None] | None = None

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Batch]]:
        """One batch per fetched partition, as long as the flow goes on and the generation stays."""
        fetched, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if not fetched or self.should_stop:
            return
        if not self.flow_active:
            await self._seek_while_stopped()
            return
        for tp, (records, start, next_offset) in fetched.items():
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return
            if tp in active or tp in self._buffered_partitions:
                yield tp, Batch(tp, records, start, next_offset, generation)

    async def _wait_next_records(self, timeout: float) -> tuple[Any, Any]:
        """As Faust's, but pauses 5 ms where Faust sleeps a second: when every partition's buffer is full."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        self.not_waiting_next_records.set()
        active = self._get_active_partitions()
        if active:
            return await self._getmany(active_partitions=active, timeout=timeout), active
        await asyncio.sleep(BUFFER_PRESSURE_PAUSE)
        return {}, active

    async def _seek_while_stopped(self) -> None:
        try:
            await self.perform_seek()
        except Exception as error:
            self.log.warning("seek while the flow is stopped: %r", error)

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Tells the group how far the owners' commits have come; lag tools read it, recovery does not."""
        durable = self.app.host.durable_positions()
        offsets = {tp: offset for tp, offset in durable.items() if self._committed.get(tp) != offset}
        if not offsets or not await self._commit_offsets(offsets, start_new_transaction=start_new_transaction):
            return False
        self._committed.update(offsets)
        return True

    async def perform_seek(self) -> None:
        """Seeks with the flow control suspended: resuming clears the queues, so nothing may arrive in between."""
        self.stop_flow()
        self.app.flow_control.suspend()
        await super().perform_seek()

    def rewind(self) -> None:
        """Goes back to the owners' positions, because records were dropped between the fetch and an owner."""
        if self._rewinding is None or self._rewinding.done():
            self._rewinding = asyncio.ensure_future(self._rewind())

    async def _rewind(self) -> None:
        if not self.app.rebalancing:
            await self.perform_seek()
            self.app.flow_control.resume()
            self.resume_flow()

    async def reach(self) -> list[Reach]:
        """How far each assigned partition was read."""
        if self.app.rebalancing:
            return []
        return await self._thread.reach(ensure_TP(tp) for tp in self.assignment())

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Names the assignment before Faust handles it, so that a recovery can tell when it is over."""
        self.app.assignment_token = AssignmentToken(generation_id, self.app.rebalancing_count)
        await super().on_partitions_assigned(assigned, generation_id)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stops the flow, lets the owners flush and close, commits, then lets Faust forget."""
        self.stop_flow()
        self.app.flow_control.suspend()
        self.app.flow_control.clear()
        await self.app.host.revoke()
        await self.commit()
        await super().on_partitions_revoked(revoked)
        self._buffered_partitions.difference_update(revoked)
        self._committed.clear()


class BatchTransport(Transport):
    """Faust's aiokafka transport with our consumer."""

    Consumer = BatchConsumer
