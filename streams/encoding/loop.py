"""The encode loop: live requests before bulk items, each answered exactly once."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from streams.encoding.batches import answers
from streams.encoding.items import item_reader
from streams.encoding.requests import request_reader
from streams.encoding.sources import Source
from streams.encoding.vectors import TextVectors
from streams.metrics import EncoderMetrics, Health
from streams.metrics.health import BEAT_INTERVAL
from streams.settings import Settings

IDLE_WAIT = 0.02  # seconds that an idle loop waits for a request before it looks at the items
POSITIONS_INTERVAL = 1.0  # seconds between commits of positions that moved over markers only
FLUSH_MESSAGES = 4096
PUBLISH_THREADS = 8


class EncodeLoop:
    """Answers requests at once, and items in batches between them.

    A request waits for at most one batch of the model and one transaction. Items' vectors are published when a look at
    the topic finds no more, after the flush interval, or when there are many.
    """

    def __init__(self, settings: Settings, vectors: TextVectors, metrics: EncoderMetrics, health: Health) -> None:
        topics = settings.topics
        self._vectors = vectors
        self._most = settings.encoder.batch_texts
        self._flush_interval = settings.encoder.flush_interval
        self._pool = ThreadPoolExecutor(PUBLISH_THREADS, "publish")
        self._requests = Source(settings, topics.encode_requests, topics.behaviors_encoded, self._pool, metrics)
        self._items = Source(settings, topics.items, topics.items_encoded, self._pool, metrics)
        self._metrics, self._health = metrics, health
        for source, topic in ((self._requests, topics.encode_requests), (self._items, topics.items)):
            health.require(f"the group has assigned {topic}", partial(getattr, source, "assigned"))
        self._read_request = request_reader(topics.behaviors_encoded, vectors.version)
        self._read_item = item_reader(topics.items_encoded, vectors.version)
        health.started()
        self._idle = True
        self._flushed_at = self._positions_at = self._observed_at = time.monotonic()

    def run(self, stopped: Callable[[], bool]) -> None:
        """Goes on until `stopped()`, then publishes what is encoded and leaves the group.

        Raises EncodingError or TransactionError when it cannot go on; what is then unpublished is read again by the
        next owner.
        """
        in_order = False
        try:
            self._requests.subscribe()
            self._items.subscribe()
            while not stopped():
                self._turn()
            in_order = True
        finally:
            self._requests.close(publish=in_order)
            self._items.close(publish=in_order)
            self._pool.shutdown(wait=in_order)

    def _turn(self) -> None:
        self._answer_requests(IDLE_WAIT if self._idle else 0)
        self._encode_items()
        self._commit_positions()
        self._requests.check_fenced()
        self._items.check_fenced()
        self._observe()

    def _answer_requests(self, wait: float = 0) -> None:
        full = True
        while full:
            taken = self._requests.take(self._most, wait)
            self._requests.add(taken, answers(taken.records, self._read_request, self._vectors.of))
            self._requests.flush()
            full, wait = len(taken.records) == self._most, 0

    def _encode_items(self) -> None:
        taken = self._items.take(self._most, 0)
        self._items.add(taken, answers(taken.records, self._read_item, self._encode_between_requests))
        self._idle = not taken.records
        now = time.monotonic()
        late = now - self._flushed_at > self._flush_interval
        if self._idle or late or self._items.waiting >= FLUSH_MESSAGES:
            self._items.flush()
            self._flushed_at = now

    def _encode_between_requests(self, texts: Sequence[str]) -> dict[str, bytes]:
        return self._vectors.of(texts, self._answer_requests)

    def _commit_positions(self) -> None:
        now = time.monotonic()
        if now - self._positions_at > POSITIONS_INTERVAL:
            self._requests.flush(positions=True)
            self._items.flush(positions=True)
            self._positions_at = now

    def _observe(self) -> None:
        self._health.beat()
        now = time.monotonic()
        if now - self._observed_at > BEAT_INTERVAL:
            self._observed_at = now
            live, bulk = self._requests.lag(), self._items.lag()
            self._metrics.queue.set({("live",): sum(live.values()), ("bulk",): sum(bulk.values())})
            self._metrics.lag.set(
                {
                    (source.topic, str(partition)): behind
                    for source, lag in ((self._requests, live), (self._items, bulk))
                    for partition, behind in lag.items()
                }
            )
