"""Follower: reads what every worker is to know, items, trends and mixers, and says when it has all there is."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from models.catalog.catalog import Catalog
from models.catalog.errors import CatalogError
from models.ranking.averaging import MixerBoard
from schemas.errors import SchemaError
from schemas.items import decode_item_vector
from schemas.mixers import decode_mixer_record
from schemas.rows.factors import check_factors, is_factors
from schemas.rows.trend import check_trend
from streams.kafka.client import open_consumer
from streams.logs import get_log
from streams.metrics import WorkerMetrics
from streams.settings import KafkaSettings, TopicSettings

BATCH = 2_000
POLL = 0.1

log = get_log("catalog")


class CatalogFollower:
    """A thread reads; the event loop applies, so that catalog and board have a single writer.

    arrived: called in the loop with the ids of items that came. failed: called in the loop with what ended the thread.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        topics: TopicSettings,
        catalog: Catalog,
        board: MixerBoard,
        metrics: WorkerMetrics,
        arrived: Callable[[Sequence[str]], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._kafka = kafka
        self._topics = topics
        self._catalog = catalog
        self._board = board
        self._metrics = metrics
        self._arrived = arrived
        self._failed = failed
        self._stopping = threading.Event()
        self._applied = threading.Semaphore(4)
        self._ready = asyncio.Event()

    def start(self, partitions: dict[str, int]) -> None:
        """Begins to read all partitions of its topics; partitions: how many each topic has."""
        self._loop = asyncio.get_running_loop()
        self._waiting_for_end = {
            (topic, partition)
            for topic in (self._topics.items_encoded, self._topics.item_trends, self._topics.ranking_mixers)
            for partition in range(partitions[topic])
        }
        self._thread = threading.Thread(target=self._run, name="catalog", daemon=True)
        self._thread.start()

    @property
    def loaded(self) -> bool:
        """Whether the end of every partition was reached."""
        return self._ready.is_set()

    async def wait_until_loaded(self) -> None:
        """Returns once the end of every partition was reached: the gate before a worker joins its group."""
        await self._ready.wait()
        log.info("catalog loaded", items=len(self._catalog.rows))

    async def stop(self) -> None:
        """Stops the thread."""
        self._stopping.set()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            consumer: Consumer = open_consumer(self._kafka, "catalog.never.commits", partition_eof=True)
            consumer.assign([TopicPartition(topic, partition, 0) for topic, partition in self._waiting_for_end])
            while not self._stopping.is_set():
                messages = consumer.consume(BATCH, POLL)
                if messages:
                    self._hand_over(messages)
            consumer.close()
        except BaseException as error:
            self._loop.call_soon_threadsafe(self._failed, error)

    def _hand_over(self, messages: list[Message]) -> None:
        while not self._applied.acquire(timeout=POLL):
            if self._stopping.is_set():
                return
        self._loop.call_soon_threadsafe(self._apply, messages)

    def _apply(self, messages: list[Message]) -> None:
        """Applies a batch in the loop; a message that does not fit is logged and passed over."""
        arrived: list[str] = []
        trends: list[bytes] = []
        taken: Counter[str] = Counter()
        for message in messages:
            error = message.error()
            topic, partition = message.topic() or "", message.partition() or 0
            if error is not None:
                self._note(error, topic, partition)
                continue
            taken[topic] += 1
            try:
                self._put(message, arrived, trends)
            except (SchemaError, CatalogError) as reason:
                log.error("passed over", topic=topic, partition=partition, offset=message.offset(), reason=str(reason))
        if trends:
            self._catalog.put_trends(trends)
        for topic, count in taken.items():
            self._metrics.catalog_records.labels(topic).inc(count)
        self._applied.release()
        if arrived:
            self._arrived(arrived)
        if not self._waiting_for_end:
            self._ready.set()

    def _note(self, error: KafkaError, topic: str, partition: int) -> None:
        if error.code() == KafkaError._PARTITION_EOF:
            self._waiting_for_end.discard((topic, partition))
        elif error.fatal():
            self._failed(CatalogError(f"cannot read {topic}[{partition}]: {error.str()}"))
        else:
            log.warning("cannot read", topic=topic, partition=partition, reason=error.str())

    def _put(self, message: Message, arrived: list[str], trends: list[bytes]) -> None:
        topic, value = message.topic(), message.value()
        if topic == self._topics.item_trends:
            if value is not None:
                check = check_factors if is_factors(value) else check_trend
                check(value)
                trends.append(value)
        elif topic == self._topics.ranking_mixers:
            if value is not None:
                self._board.put(decode_mixer_record(value), message.timestamp()[1] / 1000)
        elif value is None:
            self._catalog.delete((message.key() or b"").decode())
        else:
            item = decode_item_vector(value)
            self._catalog.put(item)
            arrived.append(item.item_id)
