"""App: Faust with batch topics, batch agents, and recovery inside its rebalance."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import faust
from faust.sensors import Monitor
from faust.tables import TableManager
from faust.topics import Topic
from faust.types import TP

from streams.kafka.transport.batch import AssignmentToken, Batch, Host
from streams.kafka.transport.consumer import BatchConsumer, BatchTransport

BUFFERED_BATCHES = 16


class BatchTopic(Topic):
    """A topic whose stream items are batches; its buffer is bounded in batches."""

    def __init__(self, app: "BatchApp", **options: Any) -> None:
        super().__init__(app, **{**options, "maxsize": BUFFERED_BATCHES, "acks": False})

    def _compile_decode(self) -> None:
        create_event = self.app.create_event

        async def decode(message: Batch, *, propagate: bool = False) -> Any:
            return create_event(None, message, None, message)

        self.decode = decode


class BatchMonitor(Monitor):
    """Counts records where Faust counts messages."""

    def on_message_in(self, tp: TP, offset: int, message: Batch) -> None:
        """Counts the records of the batch."""
        super().on_message_in(tp, offset, message)
        further = len(message.records) - 1
        self.messages_received_total += further
        self.messages_received_by_topic[tp.topic] += further


class NoTables(TableManager):
    """The tables of an app that has none: Faust's own waits a second for somebody to declare one."""

    async def on_start(self) -> None:
        """Starts at once."""
        await self._update_channels()
        await self.recovery.start()


class BatchApp(faust.App):
    """A Faust app whose positions and recovery are its host's.

    failed: called with the exception that ended an agent; the process is expected to end uncommitted.
    """

    consumer: BatchConsumer

    def __init__(self, id: str, *, host: Host, failed: Callable[[BaseException], None], **options: Any) -> None:
        self.host = host
        self.assignment_token: AssignmentToken | None = None
        self._failed = failed
        super().__init__(id, Monitor=BatchMonitor, TableManager=NoTables, **options)
        self.on_rebalance_complete.connect(self._recover)

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    def batch_agent(self, topics: list[str], handle: Callable[[Batch], Awaitable[None]]) -> None:
        """Hands every batch of these topics to `handle`; any exception of it ends the process."""

        async def run(stream: Any) -> None:
            try:
                async for event in stream.noack().events():
                    await handle(event.message)
            except (asyncio.CancelledError, GeneratorExit, StopAsyncIteration):
                raise
            except BaseException as error:
                self._failed(error)
                raise

        run.__name__ = "batches_of_" + "_and_".join(topics).replace(".", "_")
        self.agent(BatchTopic(self, topics=topics))(run)

    def is_current(self, token: AssignmentToken) -> bool:
        """Whether that assignment still holds: no rebalance has begun since, and the app goes on."""
        return (
            self.assignment_token == token and self.rebalancing_count == token.rebalances and not bool(self.should_stop)
        )

    async def _recover(self, app: Any, **_: Any) -> None:
        """Recovers the host's partitions before Faust seeks and resumes.

        Faust checks only the generation before it resumes, which changes at the end of a rebalance; so an abandoned
        recovery stays here until the next assignment replaces it.
        """
        token = self.assignment_token
        if token is None:
            return
        await self.host.assign({TP(tp.topic, tp.partition) for tp in self.consumer.assignment()}, token)
        while not self.is_current(token) and self.assignment_token == token and not self.should_stop:
            await asyncio.sleep(0.02)
