"""Warming: compiles every kernel a worker uses before anything is measured."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from faust.types import TP

from schemas.behaviors import encode_behavior
from schemas.items import ItemVector
from schemas.vectors import to_bytes
from streams.apps.worker import Worker
from streams.kafka.partitioners import partition_of
from streams.kafka.transport import Batch
from streams.settings import Settings
from streams.state.processor import Output, Processor
from streams.state.store import LocalStore
from tests.bench.plan import ITEMS, PARTITIONS
from tests.bench.workload import ENCODER, behaviors, unit_vectors

BEHAVIORS = 2_000


class PlainRecord(NamedTuple):
    """A record that came from nowhere."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


def warm(settings: Settings) -> None:
    """Lets a worker's processors, in a world of their own, apply behaviors and publish."""
    with tempfile.TemporaryDirectory() as folder:
        _run(settings.model_copy(update={"worker": settings.worker.model_copy(update={"data": Path(folder)})}))


def _run(settings: Settings) -> None:
    worker = Worker(settings)
    for row, vector in enumerate(unit_vectors(ITEMS)):
        worker._catalog.put(ItemVector(item_id=f"item-{row:05d}", encoder=ENCODER, vector=to_bytes(vector)))
    users, items = (store.processor(0, 1) for store in worker.host._stores)
    values = [
        encode_behavior(one)
        for one in behaviors(BEHAVIORS, 0)
        if partition_of("crc32", one.owner.encode(), PARTITIONS) == 0
    ]
    folder = settings.worker.data
    outputs = through(users, folder / "users", settings.topics.clickstream, values)
    signals = [
        value for output in outputs if output.topic == settings.topics.item_signals for _, value in output.records
    ]
    through(items, folder / "items", settings.topics.item_signals, signals)


def through(processor: Processor, folder: Path, topic: str, values: Sequence[bytes | None]) -> Sequence[Output]:
    """What the processor publishes of these values."""
    store = LocalStore(folder)
    processor.load(store, None)
    records = [PlainRecord(offset, 0, None, value) for offset, value in enumerate(values)]
    processor.apply(Batch(TP(topic, 0), records, 0, len(records), 0))
    flush = processor.take()
    store.write(flush.rows, 1)
    processor.committed()
    store.close()
    return flush.outputs
