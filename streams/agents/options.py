"""Options: what the interests agent needs to know of the settings."""

from dataclasses import dataclass

from models.step import StepOptions
from streams.settings import TopicSettings


@dataclass(frozen=True)
class InterestsOptions:
    """What the agent needs to know. Times in seconds.

    partitions: of the clickstream; signal_partitions: of item.signals. partitioner: named by the user, or None.
    arena_users: users kept in memory. averaging_interval: 0 for never.
    """

    topics: TopicSettings
    step: StepOptions
    partitions: int
    signal_partitions: int
    partitioner: str | None
    arena_users: int
    waiting_limit: int
    waiting_age: float
    future_limit: float
    averaging_interval: float = 0.0
