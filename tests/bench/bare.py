"""Bare: one thread, confluent-kafka, and the worker's own models, store and transactions; no Faust, no asyncio."""

import time
from collections.abc import Sequence

from confluent_kafka import Message, TopicPartition
from faust.types import TP

from models.catalog.catalog import Catalog
from schemas.content_types import MSGPACK_HEADERS
from schemas.rows.keys import POSITIONS_KEY
from schemas.rows.partition import PositionsRow, encode_partition_row
from streams.agents.interests import InterestsProcessor
from streams.agents.rehearsal import rehearse
from streams.agents.trends import TrendsProcessor
from streams.apps.collector import spare_collector
from streams.apps.worker import Worker
from streams.kafka.client import open_consumer
from streams.kafka.transactions import TransactionalProducer
from streams.kafka.transport import Batch
from streams.metrics import Health, WorkerMetrics
from streams.settings import KafkaSettings, Settings
from streams.state.host import Store
from streams.state.store import LocalStore
from tests.bench.meter import Clock, Written, peak_rss
from tests.bench.plan import PARTITIONS, Plan, settings_of
from tests.bench.result import Result
from tests.bench.stages import Profile
from tests.bench.workload import load_catalog

PATIENCE = 0.005


class BareRecord:
    """A message in the shape that processors take; what they seldom ask for is fetched when they do."""

    __slots__ = ("message", "timestamp", "value")

    def __init__(self, message: Message) -> None:
        self.message = message
        self.value = message.value()
        self.timestamp = message.timestamp()[1]

    @property
    def offset(self) -> int:
        return self.message.offset()

    @property
    def key(self) -> bytes | None:
        return self.message.key()

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        return self.message.headers() or ()


class BarePartition:
    """One store's partition: what an owner does, called by the loop."""

    def __init__(self, store: Store, partition: int, kafka: KafkaSettings) -> None:
        options = store.options
        self.position = 0
        self.durable = 0
        self.flushes = 0
        self.waited = 0.0
        self._options, self._partition, self._source = options, partition, options.sources[0]
        self._processor = store.processor(partition, PARTITIONS)
        self._store = LocalStore(options.data / options.name / str(partition))
        self._processor.load(self._store, None)
        name = f"{options.app}.{options.name}.{partition}"
        self._producer = TransactionalProducer(kafka, name, options.transaction_timeout)
        self._producer.fence()
        self._delivered: list[int] = []
        self._applied = 0
        self._since = time.monotonic()

    def apply(self, messages: Sequence[Message]) -> None:
        """Applies one fetch."""
        if self.position == self.durable:
            self._since = time.monotonic()
        records = [BareRecord(message) for message in messages]
        next_offset = records[-1].offset + 1
        self._processor.apply(Batch(TP(self._source, self._partition), records, self.position, next_offset, 0))
        self.position = next_offset
        self._applied += len(records)

    def is_due(self, now: float) -> bool:
        """Whether a flush is due, by the worker's own rules."""
        options = self._options
        overdue = now - self._since >= options.flush_interval or self._applied >= options.flush_records
        return overdue and self.position != self.durable

    def send(self) -> None:
        """Begins the transaction and hands everything to librdkafka."""
        self._flush = self._processor.take()
        self._positions = encode_partition_row(
            PositionsRow(
                sequence=self.flushes + 1, positions={self._source: self.position}, **self._processor.facts()._asdict()
            )
        )
        producer, changelog = self._producer, self._options.changelog
        producer.begin()
        for output in self._flush.outputs:
            producer.produce_many(output.topic, output.partition, output.records, output.headers)
        producer.produce_many(changelog, self._partition, self._flush.rows, None)
        producer.produce(
            changelog, self._partition, POSITIONS_KEY, self._positions, headers=MSGPACK_HEADERS, on_delivery=self._keep
        )

    def _keep(self, message: Message) -> None:
        self._delivered = [message.offset() or 0]

    def commit(self) -> None:
        """Commits, and then writes to the store."""
        begun = time.perf_counter()
        self._producer.commit()
        self.waited += time.perf_counter() - begun
        self._store.write([*self._flush.rows, (POSITIONS_KEY, self._positions)], self._delivered[0] + 1)
        self._processor.committed()
        self.durable, self._applied, self._since = self.position, 0, time.monotonic()
        self.flushes += 1


class BareLoop:
    """All partitions of both stores, and trends into the catalog, as in a worker."""

    def __init__(self, settings: Settings) -> None:
        worker = Worker(settings, WorkerMetrics(), Health())
        rehearse(worker._interests_options(1))
        self._topics, self._most = settings.topics, settings.worker.poll_records
        self.catalog: Catalog = worker._catalog
        self.users, self.items = (
            [BarePartition(store, partition, settings.kafka) for partition in range(PARTITIONS)]
            for store in worker.host._stores
        )
        self._of = {self._topics.clickstream: self.users, self._topics.item_signals: self.items}
        self._consumer = open_consumer(settings.kafka, settings.app)
        topics = (*self._of, self._topics.item_trends)
        self._consumer.assign([TopicPartition(topic, number, 0) for topic in topics for number in range(PARTITIONS)])

    def run(self, count: int, clock: Clock) -> None:
        """Goes on until `count` behaviors are durable; the clock runs from the first."""
        while sum(partition.durable for partition in self.users) < count:
            messages = self._consumer.consume(self._most, PATIENCE)
            if messages:
                clock.start()
                self._apply(messages)
            self._flush_due()
        clock.stop()

    def _apply(self, messages: Sequence[Message]) -> None:
        groups: dict[tuple[str, int], list[Message]] = {}
        for message in messages:
            assert message.error() is None, str(message.error())
            groups.setdefault((message.topic(), message.partition()), []).append(message)
        for (topic, number), group in groups.items():
            if topic in self._of:
                self._of[topic][number].apply(group)
            else:
                self.catalog.put_trends([message.value() or b"" for message in group])

    def _flush_due(self) -> None:
        """All that is due is sent before the first commit waits."""
        now = time.monotonic()
        due = [partition for partition in (*self.users, *self.items) if partition.is_due(now)]
        for partition in due:
            partition.send()
        for partition in due:
            partition.commit()


def measure(plan: Plan) -> Result:
    """Runs the loop until the plan's behaviors are durable."""
    settings = settings_of(plan)
    clock, profile = Clock(), Profile(plan.profile)
    written = Written(clock)
    written.watch(InterestsProcessor, settings.users_changelog)
    written.watch(TrendsProcessor, settings.items_changelog)
    loop = BareLoop(settings)
    load_catalog(loop.catalog, settings)
    spare_collector()
    loop.run(plan.size, clock)
    flushes = sum(partition.flushes for partition in loop.users)
    return Result(
        variant=plan.variant,
        behaviors=sum(partition.durable for partition in loop.users),
        wall=clock.wall,
        cpu=clock.cpu - written.cost,
        rss=peak_rss(),
        written=dict(written.by_topic),
        flushes=flushes,
        commit=sum(partition.waited for partition in loop.users) / flushes,
        stages=profile.stages(clock),
    )
