"""A behavior that was admitted, waited for its item and became a dead letter counts once it is put back."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from faust.types import TP

from models.catalog.catalog import Catalog
from models.step import StepOptions
from schemas.behaviors import Behavior, encode_behavior
from schemas.interests import decode_interest_record
from schemas.items import ItemVector
from schemas.vectors import DIMENSIONS, to_bytes
from streams.agents.interests import InterestsOptions, InterestsProcessor
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics
from streams.settings import TopicSettings, dead_letters_of
from streams.state.processor import Output
from streams.state.store import LocalStore

TOPICS = TopicSettings()
NOON = 1_700_000_000_000
MUG = ItemVector(item_id="mug", encoder="e", vector=to_bytes(np.eye(1, DIMENSIONS, dtype=np.float32)[0]))
OPTIONS = InterestsOptions(
    topics=TOPICS,
    step=StepOptions(),
    partitions=1,
    signal_partitions=1,
    partitioner=None,
    arena_users=100,
    waiting_limit=10,
    waiting_age=60.0,
    future_limit=1e12,
    lists=True,
)


@pytest.mark.parametrize(("reason", "limit"), [("ItemNeverCame", 10), ("WaitingFull", 0)])
def test_a_refused_behavior_counts_once_when_it_comes_again(tmp_path: Path, reason: str, limit: int) -> None:
    catalog, store = Catalog(), LocalStore(tmp_path / "users")
    processor = InterestsProcessor(replace(OPTIONS, waiting_limit=limit), catalog, 0, WorkerMetrics())
    processor.load(store, None)
    send(processor, "ann", "a1", NOON)
    send(processor, "bob", "b1", NOON + 3_600_000)
    processor.tick()
    letters = [o for o in flushed(processor, store) if o.topic == dead_letters_of(TOPICS.clickstream)]
    assert reason.encode() in {value for output in letters for _, value in output.headers}
    assert "ann" in {(output.records[0][0] or b"").decode() for output in letters}
    catalog.put(MUG)
    processor.tick()
    flushed(processor, store)
    for _ in range(2):
        send(processor, "ann", "a1", NOON)
    records = [o.records for o in flushed(processor, store) if o.topic == TOPICS.interests]
    ((_, record),) = records[0]
    assert decode_interest_record(record or b"").behaviors == 1
    store.close()


def send(processor: InterestsProcessor, user: str, event_id: str, at: int) -> None:
    behavior = Behavior(event_id=event_id, type="view", occurred_at=at, user_id=user, item_id="mug")
    record = SimpleNamespace(offset=0, timestamp=0, key=user.encode(), value=encode_behavior(behavior), headers=())
    processor.apply(Batch(TP(TOPICS.clickstream, 0), [record], 0, 1, 0))


def flushed(processor: InterestsProcessor, store: LocalStore) -> list[Output]:
    flush = processor.take()
    store.write(flush.rows, 0)
    processor.committed()
    return flush.outputs
