"""Processors: the interests agent on one partition, handed one behavior after another."""

from types import SimpleNamespace

import numpy as np
from faust.types import TP

from models.step import StepOptions
from schemas.behaviors import Behavior, encode_behavior
from schemas.items import ItemVector
from schemas.vectors import DIMENSIONS, to_bytes
from streams.agents.interests import InterestsOptions, InterestsProcessor
from streams.kafka.transport import Batch
from streams.settings import TopicSettings
from streams.state.processor import Flush
from streams.state.store import LocalStore

TOPICS = TopicSettings()
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
)


def view(processor: InterestsProcessor, user: str, event_id: str, at: int, item_id: str = "mug") -> None:
    """The user views an item; at: epoch milliseconds."""
    behavior = Behavior(event_id=event_id, type="view", occurred_at=at, user_id=user, item_id=item_id)
    record = SimpleNamespace(offset=0, timestamp=0, key=user.encode(), value=encode_behavior(behavior), headers=())
    processor.apply(Batch(TP(TOPICS.clickstream, 0), [record], 0, 1, 0))


def commit(processor: InterestsProcessor, store: LocalStore) -> Flush:
    """Writes what changed to the store, and gives it."""
    flush = processor.take()
    store.write(flush.rows, 0)
    processor.committed()
    return flush
