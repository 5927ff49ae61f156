"""Owner: the single writer of one store's partition; batches in, one transaction per flush out."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Message
from faust.types import TP

from schemas.content_types import MSGPACK_HEADERS
from schemas.rows.keys import POSITIONS_KEY
from schemas.rows.partition import PositionsRow, decode_positions, encode_partition_row
from streams.kafka.hanging import OpenTransactions
from streams.kafka.transactions import TransactionalProducer, TransactionError
from streams.kafka.transport import Batch, Reach
from streams.logs import get_log
from streams.metrics import WorkerMetrics
from streams.settings import KafkaSettings
from streams.state.changelog import Abandoned, ChangelogReader, RecoveryError
from streams.state.processor import Flush, Processor
from streams.state.store import LocalStore, StoreSize

INBOX_BATCHES = 4
MEMTABLE_FLUSH_INTERVAL = 60.0

Work = Batch | Reach | Callable[[], bool]

log = get_log("state")


@dataclass(frozen=True)
class StoreOptions:
    """One store: its sources and how it commits. Times in seconds; flush_records applied start a flush early."""

    app: str
    name: str
    sources: tuple[str, ...]
    changelog: str
    data: Path
    flush_interval: float
    flush_records: int
    transaction_timeout: float
    rebuild_after: float
    accept_loss: bool


class Owner:
    """One partition of one store: rows, positions and outputs of a flush are one Kafka transaction.

    Everything that changes the state goes through the inbox and is done by one task, a flush included; so there is
    nothing to lock, and the batches that arrive during a commit wait.
    """

    def __init__(
        self,
        options: StoreOptions,
        partition: int,
        processor: Processor,
        kafka: KafkaSettings,
        transactions: OpenTransactions,
        metrics: WorkerMetrics,
    ) -> None:
        self.options = options
        self.partition = partition
        self.processor = processor
        self._metrics = metrics
        self.positions: dict[str, int] = {}
        self.durable: dict[str, int] = {}
        self._kafka = kafka
        self._transactions = transactions
        self._sequence = 0
        self._changed = False
        self._applied = 0
        self._inbox: deque[Work] = deque()
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._resources = ExitStack()
        self._flushed = time.monotonic()
        self._memtable_flushed = time.monotonic()

    # -- recovery, in a thread

    def recover(self, is_current: Callable[[], bool]) -> int:
        """Fences the owner before, replays the changelog, reads the positions; returns how many records it replayed.

        Raises: Abandoned when the assignment changed meanwhile, FencedError, HangingTransactionError, RecoveryError,
        StoreError.
        """
        began = time.monotonic()
        try:
            self._require(is_current, "before fencing")
            self._fence()
            self._transactions.require_none([(self.options.changelog, self.partition)], is_current)
            self._require(is_current, "after fencing")
            self._open()
            replayed = self._replay(is_current)
            self._require(is_current, "after replay")
        except BaseException:
            self._resources.close()
            raise
        self._metrics.recovery_seconds.labels(self.options.name).observe(time.monotonic() - began)
        return replayed

    def _require(self, is_current: Callable[[], bool], moment: str) -> None:
        if not is_current():
            raise Abandoned(f"{self.options.name}[{self.partition}] {moment}")

    def _fence(self) -> None:
        name = f"{self.options.app}.{self.options.name}.{self.partition}"
        self._producer = TransactionalProducer(self._kafka, name, self.options.transaction_timeout)
        self._resources.callback(self._producer.close)
        self._producer.fence()

    def _open(self) -> None:
        self._store = LocalStore(self.options.data / self.options.name / str(self.partition))
        self._resources.callback(self._store.close)

    def _replay(self, is_current: Callable[[], bool]) -> int:
        options, reader = self.options, ChangelogReader(self._kafka)
        try:
            replayed = reader.replay(
                self._store, options.changelog, self.partition, options.rebuild_after, is_current, self._progress
            )
            row = self._store.get(POSITIONS_KEY)
            known = decode_positions(row) if row else None
            self._sequence = known.sequence if known else 0
            for source in options.sources:
                self.positions[source] = self._start_of(source, known, reader)
        finally:
            reader.close()
        self.durable = dict(known.positions) if known else {}
        self.processor.load(self._store, known)
        return replayed

    def _progress(self, applied: int, left: int) -> None:
        self._metrics.recovered_records.labels(self.options.name).inc(applied)
        self._metrics.recovery_left.labels(self.options.name, str(self.partition)).set(left)

    def _start_of(self, source: str, known: PositionsRow | None, reader: ChangelogReader) -> int:
        low, high = reader.watermarks(source, self.partition)
        position = known.positions.get(source) if known else None
        if position is None:
            return low
        place = f"{source}[{self.partition}]"
        if position < low:
            if not self.options.accept_loss:
                raise RecoveryError(
                    f"{place}: up to {low - position} behaviors were deleted by retention before they were read; "
                    "set worker.accept_loss to go on without them"
                )
            log.warning("loss accepted", place=place, behaviors=low - position)
            return low
        if position > high:
            raise RecoveryError(
                f"{place} ends at {high}, but the state has read up to {position}: the topic was recreated. "
                "Delete the changelog and the data folder to start anew, or restore the topic"
            )
        return position

    # -- work, in the owner's task

    def start(
        self, pool: Executor, failed: Callable[["Owner", BaseException], None], rewind: Callable[[], None]
    ) -> None:
        """Begins to take work. failed: told of the exception that ended this owner. rewind: asks for a seek."""
        self._pool, self._failed, self._rewind = pool, failed, rewind
        self._task = asyncio.ensure_future(self._run())

    async def submit(self, work: Work) -> None:
        """Queues a batch, a reach, or a call that says whether it changed the state; waits while the inbox is full.

        Once the owner is closing, work is dropped: whoever owns the partition next reads it again.
        """
        while len(self._inbox) >= INBOX_BATCHES and not self._closing:
            self._room.clear()
            await self._room.wait()
        if not self._closing:
            self._inbox.append(work)
            self._arrived.set()

    async def _run(self) -> None:
        try:
            while not self._closing:
                await self._take_work()
                while self._is_due():
                    await self._flush()
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._refuse_work()
            self._failed(self, error)

    async def _take_work(self) -> None:
        """Does one piece of work, or returns when a flush falls due or the owner is closing."""
        if not self._inbox:
            self._arrived.clear()
            try:
                async with asyncio.timeout(self._patience()):
                    await self._arrived.wait()
            except TimeoutError:
                return
        if self._closing:
            return
        work = self._inbox.popleft()
        self._room.set()
        if not self._is_pending():
            self._flushed = time.monotonic()
        if isinstance(work, Batch):
            self._apply(work)
        elif isinstance(work, Reach):
            if work.delivered <= self.positions[work.tp.topic] < work.position:
                self.positions[work.tp.topic] = work.position
        else:
            self._changed |= work()

    def _apply(self, batch: Batch) -> None:
        """State and position move together; what was applied before is trimmed, a gap goes back to the position."""
        position = self.positions[batch.topic]
        if batch.start > position:
            log.warning("gap", topic=batch.topic, partition=batch.partition, position=position, start=batch.start)
            self._rewind()
            return
        if batch.next_offset <= position:
            return
        self._metrics.batch_records.labels(batch.topic).observe(len(batch.records))
        if batch.start < position:
            batch.records = [record for record in batch.records if record.offset >= position]
        if batch.records:
            self.processor.apply(batch)
            self._applied += len(batch.records)
        self.positions[batch.topic] = batch.next_offset

    def _patience(self) -> float | None:
        """Seconds until the next flush is due, None while nothing is pending."""
        if not self._is_pending():
            return None
        return max(0.0, self._flushed + self.options.flush_interval - time.monotonic())

    def _is_pending(self) -> bool:
        return self._changed or self.positions != self.durable

    def _is_due(self) -> bool:
        if not self._is_pending():
            return False
        overdue = time.monotonic() - self._flushed >= self.options.flush_interval
        return overdue or self._closing or self._applied >= self.options.flush_records

    # -- flush

    async def _flush(self) -> None:
        flush = self.processor.take()
        positions = dict(self.positions)
        self._metrics.flush_records.labels(self.options.name).observe(self._applied)
        self._metrics.flush_rows.labels(self.options.name).observe(len(flush.rows))
        self._changed, self._applied = False, 0
        self._sequence += 1
        row = encode_partition_row(
            PositionsRow(sequence=self._sequence, positions=positions, **self.processor.facts()._asdict())
        )
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._pool, self._commit, flush, row)
        self.durable = positions
        self._flushed = time.monotonic()
        self.processor.committed()

    def _commit(self, flush: Flush, positions: bytes) -> None:
        """One transaction, then one write to the store; in a thread. The positions row is the last record."""
        delivered: list[int] = []

        def keep_offset(message: Message) -> None:
            delivered.append(message.offset() or 0)

        producer, changelog, metrics = self._producer, self.options.changelog, self._metrics
        began = time.monotonic()
        producer.begin()
        for output in flush.outputs:
            producer.produce_many(output.topic, output.partition, output.records, output.headers)
        producer.produce_many(changelog, self.partition, flush.rows, None)
        producer.produce(
            changelog, self.partition, POSITIONS_KEY, positions, headers=MSGPACK_HEADERS, on_delivery=keep_offset
        )
        producer.commit()
        if not delivered:
            raise TransactionError(f"{changelog}[{self.partition}] committed, but its last record has no offset")
        committed = time.monotonic()
        self._write(flush, positions, delivered[0] + 1)
        metrics.commit_seconds.labels(self.options.name).observe(committed - began)
        metrics.stage_seconds.labels("commit").observe(committed - began)
        metrics.stage_seconds.labels("store").observe(time.monotonic() - committed)
        for output in flush.outputs:
            metrics.outputs.labels(output.topic).inc(len(output.records))

    def _write(self, flush: Flush, positions: bytes, next_offset: int) -> None:
        self._store.write([*flush.rows, (POSITIONS_KEY, positions)], next_offset)
        if time.monotonic() - self._memtable_flushed > MEMTABLE_FLUSH_INTERVAL:
            self._store.flush()
            self._memtable_flushed = time.monotonic()

    async def close(self) -> None:
        """Ends the task after a last flush, if it still runs, and releases producer and store."""
        self._refuse_work()
        if self._task is not None:
            await self._task
        await asyncio.to_thread(self._resources.close)

    def _refuse_work(self) -> None:
        self._closing = True
        self._inbox.clear()
        self._arrived.set()
        self._room.set()

    def size(self) -> StoreSize:
        """About how many rows and bytes its store holds."""
        return self._store.size()

    def tp_positions(self) -> dict[TP, int]:
        """Durable positions per source partition."""
        return {TP(source, self.partition): position for source, position in self.durable.items()}
