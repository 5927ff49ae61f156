"""Observing: a worker's gauges, read off its parts now and then."""

from collections import defaultdict
from collections.abc import Sequence

from models.interests.arena import UserArena
from streams.agents.interests import InterestsProcessor
from streams.kafka.transport import Reach
from streams.metrics import WorkerMetrics
from streams.state.host import PartitionHost


def observe_state(metrics: WorkerMetrics, host: PartitionHost) -> None:
    """Sets the gauges of stores, arenas, waiting behaviors and averaging; in the event loop, as the owners are."""
    partitions: dict[tuple[str, ...], float] = defaultdict(float)
    rows: dict[tuple[str, ...], float] = defaultdict(float)
    sizes: dict[tuple[str, ...], float] = defaultdict(float)
    distances: dict[tuple[str, ...], float] = {}
    users = waiting = 0
    for owner in host.owners.values():
        label, size = (owner.options.name,), owner.size()
        partitions[label] += 1
        rows[label] += size.rows
        sizes[label] += size.bytes
        if isinstance(owner.processor, InterestsProcessor):
            users += owner.processor.users_in_memory
            waiting += owner.processor.waiting
            for variant, distance in owner.processor.mixer_distances.items():
                distances[variant, str(owner.partition)] = distance
    metrics.partitions.set(partitions)
    metrics.store_rows.set(rows)
    metrics.store_bytes.set(sizes)
    metrics.arena_users.set(users)
    metrics.arena_bytes.set(users * UserArena.bytes_per_user)
    metrics.waiting.set(waiting)
    metrics.mixer_distances.set(distances)


def observe_lag(metrics: WorkerMetrics, host: PartitionHost, reached: Sequence[Reach]) -> None:
    """Sets the lag of every source partition that has an owner here."""
    metrics.lag.set(
        {
            (reach.tp.topic, str(reach.tp.partition)): float(lag_of(position, reach))
            for reach in reached
            if (position := host.position_of(reach.tp)) is not None
        }
    )


def lag_of(position: int, reach: Reach) -> int:
    """How many offsets are not applied yet.

    Markers and aborted records behind the last one delivered need no applying. Args: position: the owner's.
    """
    applied = reach.position if position >= reach.delivered else position
    return max(0, reach.end - applied)
