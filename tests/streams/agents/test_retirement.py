"""Users that have faded are swept from the store, and nobody can tell but by the space."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
from faust.types import TP

from models.catalog.catalog import Catalog
from models.interests.options import DAY, InterestOptions
from models.step import StepOptions
from schemas.behaviors import Behavior, encode_behavior
from schemas.items import ItemVector
from schemas.rows.keys import owner_of
from schemas.vectors import DIMENSIONS, to_bytes
from streams.agents.interests import RETIREMENT_MARGIN, InterestsOptions, InterestsProcessor
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics
from streams.settings import TopicSettings
from streams.state.processor import Flush
from streams.state.store import LocalStore

TOPICS = TopicSettings()
START = 1_700_000_000.0
FADED = START + 400 * DAY + RETIREMENT_MARGIN


def test_the_sweep_deletes_every_row_and_the_record_of_faded_users_only(tmp_path: Path) -> None:
    store, processor = opened(tmp_path)
    view(processor, store, "ann", START)
    flush = view(processor, store, "bob", FADED)
    assert {owner_of(key) for key, _ in store.scan(b"")} == {"ann", "bob"}
    assert processor.tick()
    flush = commit(processor, store)
    assert {owner_of(key) for key, row in flush.rows if row is None} == {"ann"}
    assert {owner_of(key) for key, _ in store.scan(b"")} == {"bob"}
    assert [output.records for output in flush.outputs if output.topic == TOPICS.interests] == [[(b"ann", None)]]
    assert not processor.tick()


def test_a_faded_user_starts_anew_whether_swept_or_not(tmp_path: Path) -> None:
    rows = []
    for name, sweeps in (("swept", True), ("kept", False)):
        store, processor = opened(tmp_path / name)
        view(processor, store, "ann", START)
        view(processor, store, "bob", FADED)
        if sweeps:
            assert processor.tick()
            commit(processor, store)
        view(processor, store, "ann", FADED)
        rows.append([(key, row) for key, row in store.scan(b"") if owner_of(key) == "ann"])
        store.close()
    assert rows[0] == rows[1]


def opened(folder: Path) -> tuple[LocalStore, InterestsProcessor]:
    catalog = Catalog()
    catalog.put(ItemVector(item_id="mug", encoder="e", vector=to_bytes(np.eye(1, DIMENSIONS, dtype=np.float32)[0])))
    options = InterestsOptions(
        topics=TOPICS,
        step=StepOptions(interests=InterestOptions(half_life=30 * DAY)),
        partitions=1,
        signal_partitions=1,
        partitioner=None,
        arena_users=100,
        waiting_limit=10,
        waiting_age=60.0,
        future_limit=1e12,
        lists=True,
    )
    processor, store = InterestsProcessor(options, catalog, 0, WorkerMetrics()), LocalStore(folder / "users")
    processor.load(store, None)
    return store, processor


def view(processor: InterestsProcessor, store: LocalStore, user: str, at: float) -> Flush:
    behavior = Behavior(event_id=f"{user} {at}", type="view", occurred_at=round(at * 1e3), user_id=user, item_id="mug")
    record = SimpleNamespace(offset=0, timestamp=0, key=b"", value=encode_behavior(behavior), headers=())
    processor.apply(Batch(TP(TOPICS.clickstream, 0), [record], 0, 1, 0))
    return commit(processor, store)


def commit(processor: InterestsProcessor, store: LocalStore) -> Flush:
    flush = processor.take()
    store.write(flush.rows, 0)
    processor.committed()
    return flush
