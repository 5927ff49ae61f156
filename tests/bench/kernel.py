"""Kernel: what a behavior costs the interests' kernels, beside the same in plain numpy, and the step without Kafka.

`python -m tests.bench kernels` prints it alone; it needs no Kafka.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import numpy as np
from faust.types import TP
from numpy.typing import NDArray

from models.catalog.background import background
from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.columns import bare_columns
from models.interests.kernels.types import Columns, Laws
from models.interests.options import InterestOptions
from models.interests.records import RecordWriter
from models.interests.update import admit_and_apply, captured, laws_of
from models.step import StepOptions
from schemas.behaviors import TYPE_CODES, encode_behavior
from schemas.rows.keys import owner_of
from schemas.rows.user import SLOTS
from streams.agents.interests import InterestsOptions, InterestsProcessor
from streams.agents.rehearsal import rehearse
from streams.apps.collector import spare_collector
from streams.kafka.transport import Batch
from streams.metrics import WorkerMetrics
from streams.settings import Settings
from streams.state.store import LocalStore
from tests.bench.plan import ITEMS, PARTITIONS, Plan, settings_of
from tests.bench.result import Costs
from tests.bench.slow_kernel import Learned, SlowUser, slow_step, slow_user
from tests.bench.workload import TOPICS, behaviors, catalog_items, unit_vectors, zipf

KERNEL_USERS = 2_000
KERNEL_BEHAVIORS = 100_000
SLOW_BEHAVIORS = 2_000
FLUSH = 5_000
NOON = 1.7e9
LIKE, HIDE = TYPE_CODES["like"], TYPE_CODES["hide"]
TURNED_AWAY = 0.1
# Seconds: what comes faster counts less, as of a machine.
PACE = 0.5


def measure(plan: Plan) -> Costs:
    """Round by round, the step on the bench's behaviors, then the kernels on users with all places taken."""
    laws = kernel_laws()
    fast_us(1, laws, 0)
    rounds = [
        (
            Alone(plan, Path(plan.data) / str(repeat)),
            fast_us(KERNEL_BEHAVIORS, laws, repeat),
            slow_us(SLOW_BEHAVIORS, laws, repeat),
        )
        for repeat in range(plan.repeats)
    ]
    processors = [processor for processor, _, _ in rounds]
    sizes, records = processors[0].state_bytes(), processors[0].records
    return Costs(
        kernel=tuple(fast for _, fast, _ in rounds),
        slow=tuple(slow for _, _, slow in rounds),
        step=tuple((processor.cpu - processor.publishing) / plan.size * 1e6 for processor in processors),
        newcomers=tuple(processor.first / plan.size * 1e6 for processor in processors),
        record=tuple(processor.publishing / processor.records * 1e6 for processor in processors),
        records=records / plan.size,
        state=int(median(sizes)),
        largest_state=max(sizes),
    )


def fast_us(count: int, laws: Laws, seed: int) -> float:
    """Of the kernels."""
    arena, columns, every = crowd(KERNEL_USERS, laws), acts(KERNEL_USERS, count, seed), np.ones(count, np.bool_)
    return cpu_us(lambda: admit_and_apply(arena, columns, every, laws), count)


def slow_us(count: int, laws: Laws, seed: int) -> float:
    """Of plain numpy."""
    columns = acts(KERNEL_USERS, count, seed)
    users, learned = slow_users(crowd(KERNEL_USERS, laws), columns)
    return cpu_us(lambda: slow_steps(users, learned, columns, laws), count)


def cpu_us(work: Callable[[], object], count: int) -> float:
    """Microseconds of CPU for each of `count`."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) / count * 1e6


# -- the kernels


def kernel_laws() -> Laws:
    """Defaults, but that nothing is withheld from mass for coming too often."""
    options = InterestOptions(burst=1e9, repeat_span=0.0)
    return captured(laws_of(options, ()), options, *background(directions()))


@cache
def directions() -> NDArray[np.float32]:
    """Of all items (n, 128)."""
    return unit_vectors(ITEMS)


def crowd(users: int, laws: Laws) -> UserArena:
    """Users with eight proven interests each: user u's are topics u, u + 7, u + 14, … modulo 100."""
    arena = UserArena(users)
    slots = arena.add([f"user-{number}" for number in range(users)])
    for step in range(2 * SLOTS):
        rows = (slots + 7 * (step % SLOTS)) % TOPICS + TOPICS * (step // SLOTS)
        begin = columns_of(slots, rows, np.full(users, LIKE, np.uint8), 4.0, NOON - 100.0 + step, step)
        admit_and_apply(arena, begin, np.ones(users, np.bool_), laws)
    return arena


def acts(users: int, count: int, seed: int) -> Columns:
    """Likes and, one in ten, hides of items in the users' topics."""
    rng = np.random.default_rng(seed)
    slots = zipf(rng, users, count)
    topics = (slots + 7 * rng.integers(0, SLOTS, count)) % TOPICS
    rows = topics + TOPICS * rng.integers(0, ITEMS // TOPICS, count)
    types = np.where(rng.random(count) < TURNED_AWAY, HIDE, LIKE).astype(np.uint8)
    return columns_of(slots, rows, types, np.where(types == LIKE, 4.0, -3.0), NOON + np.arange(count) * PACE, 1_000)


def columns_of(
    slots: np.ndarray, rows: np.ndarray, types: np.ndarray, weights: np.ndarray | float, at: object, first: int
) -> Columns:
    """Behaviors with vectors, on phones in the evening; event ids of their own from first on."""
    n = len(slots)
    ids = np.arange(first * 1_000_000 + 1, first * 1_000_000 + n + 1, dtype=np.uint64)
    return bare_columns(slots, ids, np.broadcast_to(np.asarray(at, np.float64), n).copy())._replace(
        types=types,
        weights=np.broadcast_to(np.asarray(weights, np.float64), n).copy(),
        prints=(rows + 1).astype(np.uint32),
        hours=np.full(n, 5, np.uint8),
        devices=np.ones(n, np.uint8),
        vectors=directions(),
        vector_rows=rows.astype(np.int64),
    )


def slow_users(arena: UserArena, columns: Columns) -> tuple[dict[int, SlowUser], Learned]:
    """The users that behaviors are of, for the slow way."""
    learned = Learned(arena.learned["theta"][0].copy(), arena.learned["squares"][0].copy())
    return {slot: slow_user(arena, slot) for slot in np.unique(columns.slots).tolist()}, learned


def slow_steps(users: dict[int, SlowUser], learned: Learned, columns: Columns, laws: Laws) -> None:
    """The slow way."""
    for j, slot in enumerate(columns.slots.tolist()):
        slow_step(users[slot], learned, columns, j, laws.rules)


# -- the step


class Alone:
    """A worker's processor without Kafka: bytes of behaviors in, rows and records out, a flush for each fetch.

    It takes in plan.size behaviors of users that are all new, and then as many of users that mostly are known.
    cpu: seconds that all took of the second half, of which the store is none; publishing: those of them in which
    records were written, with labels and keywords; records: how many. first: seconds of the first half without
    publishing.
    """

    def __init__(self, plan: Plan, data: Path) -> None:
        settings = settings_of(plan)
        options = options_of(settings)
        rehearse(options)
        catalog = Catalog()
        for item in catalog_items(ITEMS):
            catalog.put(item)
        self._sizes: dict[bytes, int] = {}
        processor = InterestsProcessor(options, catalog, 0, WorkerMetrics())
        store = LocalStore(data)
        processor.load(store, None)
        clock = processor._writer = TimedWriter(catalog, options.step.interests)  # type: ignore[assignment]
        batches = [Batch(TP(settings.topics.clickstream, 0), part, 0, len(part), 0) for part in fetches(2 * plan.size)]
        spare_collector()
        half = len(batches) // 2
        self.first = self._run(processor, batches[:half]) - clock.seconds
        clock.seconds, clock.records = 0.0, 0
        self.cpu = self._run(processor, batches[half:])
        self.publishing, self.records = clock.seconds, clock.records
        store.close()

    def _run(self, processor: InterestsProcessor, batches: Sequence[Batch]) -> float:
        cpu = 0.0
        for batch in batches:
            begun = time.thread_time()
            processor.apply(batch)
            flush = processor.take()
            cpu += time.thread_time() - begun
            self._sizes |= {key: len(row or b"") for key, row in flush.rows}
            processor.committed()
        return cpu

    def state_bytes(self) -> list[int]:
        """How many bytes each user's rows have in the end."""
        sizes: dict[str, int] = {}
        for key, size in self._sizes.items():
            if (owner := owner_of(key)) is not None:
                sizes[owner] = sizes.get(owner, 0) + size
        return list(sizes.values())


class TimedWriter(RecordWriter):
    """A record writer that counts its seconds of CPU and its records."""

    seconds = 0.0
    records = 0

    def write(self, arena: UserArena, slots: NDArray[np.int64], *known: Any) -> list[bytes]:
        """As RecordWriter does."""
        begun = time.thread_time()
        written = super().write(arena, slots, *known)
        self.seconds += time.thread_time() - begun
        self.records += len(written)
        return written


def options_of(settings: Settings) -> InterestsOptions:
    """What the agent is to know; the clickstream's one partition has all users."""
    worker = settings.worker
    return InterestsOptions(
        topics=settings.topics,
        step=StepOptions(settings.interests, settings.ranking, lists=worker.lists),
        partitions=1,
        signal_partitions=PARTITIONS,
        partitioner=worker.partitioner,
        arena_users=max(1, worker.arena_bytes // UserArena.bytes_per_user),
        waiting_limit=worker.waiting_limit,
        waiting_age=worker.waiting_age,
        future_limit=worker.future_limit,
    )


def fetches(count: int) -> Iterator[Sequence[SimpleNamespace]]:
    """The bench's behaviors, as records of one partition."""
    values = [(one.owner.encode(), encode_behavior(one)) for one in behaviors(count, int(NOON * 1e3))]
    for start in range(0, count, FLUSH):
        yield [
            SimpleNamespace(offset=start + place, timestamp=int(2e12), key=key, value=value, headers=())
            for place, (key, value) in enumerate(values[start : start + FLUSH])
        ]
