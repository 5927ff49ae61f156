"""Recovery: a changelog of many users, replayed into empty stores and into stores that kept their disk."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from models.catalog.background import background
from models.interests.arena import UserArena
from models.interests.columns import bare_columns
from models.interests.update import admit_and_apply, captured, laws_of
from schemas.behaviors import TYPE_CODES
from schemas.rows.keys import POSITIONS_KEY
from schemas.rows.partition import PositionsRow, encode_partition_row
from streams.kafka.transactions import TransactionalProducer
from streams.settings import Settings
from streams.state.changelog import ChangelogReader
from streams.state.store import LocalStore
from tests.bench.plan import ITEMS, PARTITIONS, Plan, settings_of
from tests.bench.result import Recoveries
from tests.bench.workload import unit_vectors

CHUNK = 5_000
BEHAVIORS_PER_USER = 8.0
Rows = list[tuple[bytes, bytes | None]]


def measure(plan: Plan) -> Recoveries:
    """Fills the changelog with the plan's number of users, then recovers all partitions at once, again and again."""
    settings = settings_of(plan)
    rows = 0
    for chunk in user_rows(settings, plan.size):
        write(settings, chunk)
        rows += len(chunk)
    walls, kept = [], []
    for repeat in range(plan.repeats):
        folder = Path(plan.data) / str(repeat)
        wall, replayed = replay(settings, folder)
        assert replayed >= rows, f"{replayed} of {rows} rows came back"
        walls.append(wall)
        wall, replayed = replay(settings, folder)
        assert replayed == 0, f"{replayed} records were replayed although the disk was kept"
        kept.append(wall)
    return Recoveries(users=plan.size, rows=rows, walls=tuple(walls), kept=tuple(kept))


def user_rows(settings: Settings, users: int) -> Iterator[Rows]:
    """Rows of new users, some thousands at a time; each has a geometric number of behaviors on random items."""
    rng = np.random.default_rng(3)
    vectors, laws = unit_vectors(ITEMS), laws_of(settings.interests, settings.ranking.had)
    laws = captured(laws, settings.interests, *background(vectors))
    for start in range(0, users, CHUNK):
        arena = UserArena(CHUNK)
        slots = arena.add([f"user-{number:06d}" for number in range(start, min(start + CHUNK, users))])
        slots = np.repeat(slots, rng.geometric(1.0 / BEHAVIORS_PER_USER, len(slots)))
        n = len(slots)
        event_ids = rng.integers(1, 2**63, n).astype(np.uint64)
        behaviors = bare_columns(slots, event_ids, 1.7e9 + np.arange(n) * 0.1)._replace(
            types=np.full(n, TYPE_CODES["view"], np.uint8),
            weights=np.ones(n),
            prints=rng.integers(1, 2**32, n).astype(np.uint32),
            vectors=vectors,
            vector_rows=rng.integers(0, ITEMS, n),
        )
        admit_and_apply(arena, behaviors, np.ones(n, np.bool_), laws)
        yield arena.take_rows(arena.changed_slots())


def write(settings: Settings, rows: Rows) -> None:
    """Writes rows as flushes do: one transaction per partition, a positions row at its end."""
    for partition in range(settings.topics.partitions):
        producer = TransactionalProducer(settings.kafka, f"{settings.app}.{partition}", 60.0)
        producer.fence()
        producer.begin()
        producer.produce_many(settings.users_changelog, partition, rows[partition :: settings.topics.partitions])
        positions = PositionsRow(sequence=1, positions={}, partitioners=("crc32",), watermark=1.7e9, events=1)
        producer.produce(settings.users_changelog, partition, POSITIONS_KEY, encode_partition_row(positions))
        producer.commit()
        producer.close()


def replay(settings: Settings, folder: Path) -> tuple[float, int]:
    """Seconds of replaying all partitions in threads, as a worker does, and the records that came."""

    def one(partition: int) -> int:
        store = LocalStore(folder / str(partition))
        reader = ChangelogReader(settings.kafka)
        count = reader.replay(
            store, settings.users_changelog, partition, 86_400.0, lambda: True, lambda applied, left: None
        )
        reader.close()
        store.close()
        return count

    begun = time.perf_counter()
    with ThreadPoolExecutor(PARTITIONS) as pool:
        replayed = sum(pool.map(one, range(PARTITIONS)))
    return time.perf_counter() - begun, replayed
