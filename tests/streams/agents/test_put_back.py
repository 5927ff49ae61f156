"""A behavior that was admitted, waited for its item and became a dead letter counts once it is put back."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.catalog.catalog import Catalog
from schemas.interests import decode_interest_record
from streams.agents.interests import InterestsProcessor
from streams.metrics import WorkerMetrics
from streams.settings import dead_letters_of
from streams.state.store import LocalStore
from tests.streams.agents.processors import MUG, OPTIONS, TOPICS, commit, view

NOON = 1_700_000_000_000


@pytest.mark.parametrize(("reason", "limit"), [("ItemNeverCame", 10), ("WaitingFull", 0)])
def test_a_refused_behavior_counts_once_when_it_comes_again(tmp_path: Path, reason: str, limit: int) -> None:
    catalog, store = Catalog(), LocalStore(tmp_path / "users")
    processor = InterestsProcessor(replace(OPTIONS, waiting_limit=limit), catalog, 0, WorkerMetrics())
    processor.load(store, None)
    view(processor, "ann", "a1", NOON)
    view(processor, "bob", "b1", NOON + 3_600_000)
    processor.tick()
    letters = [o for o in commit(processor, store).outputs if o.topic == dead_letters_of(TOPICS.clickstream)]
    assert reason.encode() in {value for output in letters for _, value in output.headers}
    assert "ann" in {(output.records[0][0] or b"").decode() for output in letters}
    catalog.put(MUG)
    processor.tick()
    commit(processor, store)
    for _ in range(2):
        view(processor, "ann", "a1", NOON)
    records = [o.records for o in commit(processor, store).outputs if o.topic == TOPICS.interests]
    ((_, record),) = records[0]
    assert decode_interest_record(record or b"").behaviors == 1
    store.close()
