"""Host: all partitions this process owns; assigns, revokes, and ends the process when a promise cannot be kept."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from faust.types import TP

from streams.kafka.hanging import OpenTransactions
from streams.kafka.transactions import FencedError
from streams.kafka.transport import Batch, Reach
from streams.kafka.transport.batch import AssignmentToken
from streams.logs import get_log
from streams.metrics import WorkerMetrics
from streams.settings import KafkaSettings
from streams.state.changelog import Abandoned, RecoveryError
from streams.state.owner import Owner, StoreOptions
from streams.state.processor import Processor

COMMIT_THREADS = 8
RECOVERY_THREADS = 24  # a recovery mostly waits for Kafka

log = get_log("state")


class ProcessorFactory(Protocol):
    """Makes the processor of one partition; owned is how many partitions of the store this process has now."""

    def __call__(self, partition: int, owned: int) -> Processor:
        """A new processor, not loaded yet."""


@dataclass(frozen=True)
class Store:
    """One store of the host: its options and what processes it."""

    options: StoreOptions
    processor: ProcessorFactory


class PartitionHost:
    """Owners by store and partition.

    is_current: whether an assignment still holds. rewind: seeks back to the owners' positions. end: ends the process
    with this error; nothing uncommitted survives it. fenced_grace: seconds after which a fenced partition that is still
    assigned to us ends the process. settled: whether every partition that the group gave us is recovered and ours.
    """

    def __init__(
        self, stores: Sequence[Store], kafka: KafkaSettings, fenced_grace: float, metrics: WorkerMetrics
    ) -> None:
        self.settled = False
        self._metrics = metrics
        self.owners: dict[tuple[str, int], Owner] = {}
        self._stores = stores
        self._store_of = {source: store.options.name for store in stores for source in store.options.sources}
        self._kafka = kafka
        self._transactions = OpenTransactions(kafka)
        self._fenced_grace = fenced_grace
        self._pool = ThreadPoolExecutor(COMMIT_THREADS, "commit")
        self._recoveries = ThreadPoolExecutor(RECOVERY_THREADS, "recovery")
        self._token: AssignmentToken | None = None
        self._watches: set[asyncio.Task[None]] = set()

    def connect(
        self,
        is_current: Callable[[AssignmentToken], bool],
        rewind: Callable[[], None],
        end: Callable[[BaseException], None],
    ) -> None:
        """Joins the host with its app; the two need each other."""
        self._is_current, self._rewind, self._end = is_current, rewind, end

    def position_of(self, tp: TP) -> int | None:
        """The next offset to apply, or None while nobody here owns the partition."""
        owner = self._owner_of(tp.topic, tp.partition)
        return owner.positions.get(tp.topic) if owner else None

    def durable_positions(self) -> dict[TP, int]:
        """The next offsets as of the last commits."""
        return {tp: position for owner in self.owners.values() for tp, position in owner.tp_positions().items()}

    async def submit(self, batch: Batch) -> None:
        """Hands the batch to its owner; without one it is dropped, and read again by whoever owns it next."""
        owner = self._owner_of(batch.topic, batch.partition)
        if owner is not None:
            await owner.submit(batch)

    async def pass_over(self, reached: Sequence[Reach]) -> None:
        """Moves positions over markers and aborted records, so that a quiet topic does not look lost."""
        for reach in reached:
            owner = self._owner_of(reach.tp.topic, reach.tp.partition)
            if owner is not None:
                await owner.submit(reach)

    async def tick(self) -> None:
        """Lets every processor look after what time changes."""
        for owner in list(self.owners.values()):
            await owner.submit(owner.processor.tick)

    def _owner_of(self, topic: str, partition: int) -> Owner | None:
        return self.owners.get((self._store_of.get(topic, ""), partition))

    async def assign(self, tps: set[TP], token: AssignmentToken) -> None:
        """Recovers every assigned partition in threads; abandons what a newer assignment has overtaken."""
        if self.owners:
            await self.revoke()
        self.settled = False
        self._token = token
        self._metrics.rebalances.inc()
        try:
            owners = [owner for store in self._stores for owner in self._new_owners(store, tps)]
        except RecoveryError as error:
            self._end(error)
            return
        self._metrics.recovering.set(len(owners))
        await asyncio.gather(*(self._recover(owner, token) for owner in owners))
        self._metrics.recovering.set(0)
        self.settled = self._is_current(token) and len(self.owners) == len(owners)

    def _new_owners(self, store: Store, tps: set[TP]) -> list[Owner]:
        options = store.options
        assigned = [{tp.partition for tp in tps if tp.topic == source} for source in options.sources]
        if any(partitions != assigned[0] for partitions in assigned):
            raise RecoveryError(
                f"the group gave this worker unequal partitions of {', '.join(options.sources)}: all workers of a "
                "group run the same version and settings, and these topics have equal partition counts"
            )
        partitions = sorted(assigned[0])
        owned, more = len(partitions), (self._kafka, self._transactions, self._metrics)
        return [Owner(options, partition, store.processor(partition, owned), *more) for partition in partitions]

    async def _recover(self, owner: Owner, token: AssignmentToken) -> None:
        place = {"store": owner.options.name, "partition": owner.partition}
        try:
            replayed = await asyncio.get_running_loop().run_in_executor(
                self._recoveries, owner.recover, lambda: self._is_current(token)
            )
        except Abandoned as moment:
            log.info("recovery abandoned", **place, moment=str(moment))
        except FencedError as error:
            self._drop_fenced(owner, error)
        except Exception as error:
            self._end(error)
        else:
            self.owners[owner.options.name, owner.partition] = owner
            self._metrics.recovering.dec()
            owner.start(self._pool, self._failed, self._rewind)
            await owner.submit(owner.processor.tick)
            log.info("recovered", **place, replayed=replayed, positions=owner.positions)

    async def revoke(self) -> None:
        """Flushes and closes every owner; the group gives the partitions out anew."""
        owners = list(self.owners.values())
        self.owners.clear()
        self.settled = False
        await asyncio.gather(*(owner.close() for owner in owners))
        if owners:
            log.info("revoked", partitions=sorted(f"{owner.options.name}/{owner.partition}" for owner in owners))

    def _failed(self, owner: Owner, error: BaseException) -> None:
        if isinstance(error, FencedError):
            self._drop_fenced(owner, error)
        else:
            self._end(error)

    def _drop_fenced(self, owner: Owner, error: FencedError) -> None:
        """Another process owns the partition now. We may not know yet; if we still do not later, something is wrong."""
        key = (owner.options.name, owner.partition)
        log.warning("fenced", store=key[0], partition=key[1], reason=str(error))
        self._metrics.fenced.inc()
        self.settled = False
        if self.owners.get(key) is owner:
            del self.owners[key]
        watch = asyncio.ensure_future(self._watch_fenced(owner, self._token, error))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)

    async def _watch_fenced(self, owner: Owner, token: AssignmentToken | None, error: FencedError) -> None:
        await owner.close()
        await asyncio.sleep(self._fenced_grace)
        if token is not None and self._is_current(token):
            self._end(error)
