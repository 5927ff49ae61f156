"""Users that have faded are swept from the store, and nobody can tell but by the space."""

from dataclasses import replace
from pathlib import Path

from models.catalog.catalog import Catalog
from models.interests.options import DAY, InterestOptions
from models.step import StepOptions
from schemas.rows.keys import owner_of
from streams.agents.interests import RETIREMENT_MARGIN, InterestsProcessor
from streams.metrics import WorkerMetrics
from streams.state.processor import Flush
from streams.state.store import LocalStore
from tests.streams.agents.processors import MUG, OPTIONS, TOPICS, commit, view

START = 1_700_000_000.0
FADED = START + 400 * DAY + RETIREMENT_MARGIN


def test_the_sweep_deletes_every_row_and_the_record_of_faded_users_only(tmp_path: Path) -> None:
    store, processor = opened(tmp_path)
    seen(processor, store, "ann", START)
    flush = seen(processor, store, "bob", FADED)
    assert stored_users(store) == {"ann", "bob"}
    assert processor.tick()
    flush = commit(processor, store)
    assert {owner_of(key) for key, row in flush.rows if row is None} == {"ann"}
    assert stored_users(store) == {"bob"}
    assert [output.records for output in flush.outputs if output.topic == TOPICS.interests] == [[(b"ann", None)]]
    assert not processor.tick()


def test_a_faded_user_starts_anew_whether_swept_or_not(tmp_path: Path) -> None:
    rows = []
    for name, sweeps in (("swept", True), ("kept", False)):
        store, processor = opened(tmp_path / name)
        seen(processor, store, "ann", START)
        seen(processor, store, "bob", FADED)
        if sweeps:
            assert processor.tick()
            commit(processor, store)
        seen(processor, store, "ann", FADED)
        rows.append([(key, row) for key, row in store.scan(b"") if owner_of(key) == "ann"])
        store.close()
    assert rows[0] == rows[1]


def stored_users(store: LocalStore) -> set[str]:
    return {owner for key, _ in store.scan(b"") if (owner := owner_of(key)) is not None}


def opened(folder: Path) -> tuple[LocalStore, InterestsProcessor]:
    catalog = Catalog()
    catalog.put(MUG)
    options = replace(OPTIONS, step=StepOptions(interests=InterestOptions(half_life=30 * DAY)))
    processor, store = InterestsProcessor(options, catalog, 0, WorkerMetrics()), LocalStore(folder / "users")
    processor.load(store, None)
    return store, processor


def seen(processor: InterestsProcessor, store: LocalStore, user: str, at: float) -> Flush:
    view(processor, user, f"{user} {at}", round(at * 1e3))
    return commit(processor, store)
