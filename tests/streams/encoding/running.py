"""A shop of topics for one test, and an encode loop in a thread of its own."""

import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from models.encoder.fake import FakeEncoder
from models.encoder.options import BatchOptions
from models.encoder.protocol import Encoder
from streams.encoding.cache import VectorCache
from streams.encoding.loop import EncodeLoop
from streams.encoding.sources import group_of
from streams.encoding.vectors import TextVectors
from streams.metrics import EncoderMetrics, Health
from streams.settings import EncoderSettings, KafkaSettings, Settings, TopicSettings, dead_letters_of
from tests.kafka.topics import Record, create, read_all, unique
from tests.kafka.waiting import wait_until

PARTITIONS = 2


def new_shop(bootstrap: str, config: Mapping[str, str] | None = None, **encoder: Any) -> Settings:
    """Settings with topics of its own, which exist. config: of the topics. encoder: values of its settings."""
    app = unique("shop")
    names = {name: f"{app}.{topic}" for name, topic in TopicSettings().model_dump().items() if isinstance(topic, str)}
    topics = TopicSettings(**names, partitions=PARTITIONS)
    sources, outputs = [topics.items, topics.encode_requests], [topics.items_encoded, topics.behaviors_encoded]
    create(bootstrap, *sources, *map(dead_letters_of, sources), partitions=PARTITIONS)
    create(bootstrap, *outputs, partitions=PARTITIONS, config=config)
    return Settings(
        app=app,
        kafka=KafkaSettings(bootstrap=bootstrap),
        topics=topics,
        encoder=EncoderSettings(**({"model": "fake", "session_timeout": 2.0, "metrics_port": 0} | encoder)),
    )


class RunningEncoder:
    """An encode loop in a thread, as a context manager; on the way out it is stopped in good order.

    error: what ended the loop, None while nothing did.
    """

    def __init__(self, settings: Settings, folder: Path, encoder: Encoder | None = None) -> None:
        encoder = encoder or FakeEncoder()
        options, metrics = settings.encoder, EncoderMetrics()
        self.error: BaseException | None = None
        self.cache = VectorCache(folder, encoder.version)
        self.vectors = TextVectors(
            encoder, self.cache, BatchOptions(options.batch_texts, options.batch_tokens), metrics
        )
        self._loop = EncodeLoop(settings, self.vectors, metrics, Health())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "RunningEncoder":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive(), "the encode loop did not stop within 30 s"
        self.cache.close()
        if error is not None and self.error is not None:
            error.add_note(f"the encode loop had ended: {self.error!r}")

    def ended(self) -> BaseException | None:
        """What ended the loop, once its thread is gone."""
        return None if self._thread.is_alive() else self.error

    def _run(self) -> None:
        try:
            self._loop.run(self._stop.is_set)
        except BaseException as error:
            self.error = error


def read(settings: Settings, topic: str) -> list[Record]:
    """What is committed in the topic, partition after partition."""
    return read_all(settings.kafka.bootstrap, topic)


def await_records(settings: Settings, topic: str, count: int, deadline: float = 30.0) -> list[Record]:
    """The topic's committed records, once there are so many."""

    def enough() -> list[Record]:
        found = read_all(settings.kafka.bootstrap, topic, wait_for_open=False)
        return found if len(found) >= count else []

    return wait_until(enough, deadline, f"{count} records in {topic}", pause=0.1)


def lag(settings: Settings) -> int:
    """How many offsets of its sources the encoders have not passed yet, markers included."""
    return sum(lag_of(settings, topic) for topic in (settings.topics.items, settings.topics.encode_requests))


def lag_of(settings: Settings, topic: str) -> int:
    """How many offsets of the topic the encoders have not passed yet."""
    consumer = Consumer({"bootstrap.servers": settings.kafka.bootstrap, "group.id": group_of(settings, topic)})
    places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    try:
        ends = [consumer.get_watermark_offsets(place, timeout=10)[1] for place in places]
        return sum(end - max(tp.offset, 0) for end, tp in zip(ends, consumer.committed(places, 10), strict=True))
    finally:
        consumer.close()
