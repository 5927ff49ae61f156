"""Simulator options: how many users and items, how strongly they follow their interests, and when it begins."""

from dataclasses import dataclass

from models.simulator.topics import TOPICS


class SimulatorError(ValueError):
    """Options of the simulator that do not fit."""


@dataclass(frozen=True)
class SimulatorOptions:
    """What is simulated; the same options always give the same behaviors.

    start: event time of the first behavior, epoch seconds. rate: behaviors per second of all users together.
    noise: share of items and searches outside their user's interests. drift: share of users who trade their strongest
    interest for a new one, each at a time of its own within drift_span seconds of the start.
    activity, popularity: exponents of the Zipf laws of users and of the items within a topic.
    """

    users: int = 200
    items: int = 1_000
    seed: int = 1
    start: float = 0.0
    rate: float = 10.0
    noise: float = 0.1
    drift: float = 0.0
    drift_span: float = 600.0
    activity: float = 0.8
    popularity: float = 1.0

    def __post_init__(self) -> None:
        if self.users < 1:
            raise SimulatorError("the simulator needs at least one user")
        if self.items < len(TOPICS):
            raise SimulatorError(f"the simulator needs at least {len(TOPICS)} items, one for each topic")
        if self.rate <= 0 or self.drift_span <= 0:
            raise SimulatorError("the simulator's rate and drift_span are above 0")
        for name in ("noise", "drift"):
            if not 0 <= getattr(self, name) <= 1:
                raise SimulatorError(f"the simulator's {name} is a share from 0 to 1")
