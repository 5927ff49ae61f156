"""Users: one to three planted interests each, which for some change once; this is the truth to be found out."""

from dataclasses import dataclass
from random import Random

from models.simulator.options import SimulatorOptions
from models.simulator.topics import TOPICS
from models.simulator.zipf import Zipf

SHARES = ((1.0,), (0.65, 0.35), (0.5, 0.3, 0.2))
TOPIC_POPULARITY = 0.5


@dataclass(frozen=True)
class PlantedUser:
    """A user and what it wants: topics, by their places in TOPICS, and their shares, the strongest first.

    drifts_at: when later_topics take the place of topics, epoch seconds; None for never.
    """

    id: str
    topics: tuple[int, ...]
    later_topics: tuple[int, ...]
    drifts_at: float | None

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of each interest; they sum up to 1."""
        return SHARES[len(self.topics) - 1]

    def topics_at(self, at: float) -> tuple[int, ...]:
        """The topics that the user wants at this time, epoch seconds."""
        return self.topics if self.drifts_at is None or at < self.drifts_at else self.later_topics

    def interests_at(self, at: float) -> dict[str, float]:
        """The planted truth: names of topics and their shares at this time, epoch seconds."""
        return {TOPICS[place].name: share for place, share in zip(self.topics_at(at), self.shares, strict=True)}


def make_users(options: SimulatorOptions) -> tuple[PlantedUser, ...]:
    """All users, the most active first."""
    chance, topics = Random(f"{options.seed} users"), Zipf(len(TOPICS), TOPIC_POPULARITY)
    digits = len(str(options.users))
    users = []
    for number in range(options.users):
        wanted = _different(topics, 1 + int(chance.random() * len(SHARES)), (), chance)
        later = (_different(topics, 1, wanted, chance)[0], *wanted[1:])
        drifts, moment = chance.random() < options.drift, options.start + chance.random() * options.drift_span
        users.append(PlantedUser(f"user-{number + 1:0{digits}d}", wanted, later, moment if drifts else None))
    return tuple(users)


def _different(topics: Zipf, count: int, but: tuple[int, ...], chance: Random) -> tuple[int, ...]:
    found: list[int] = []
    while len(found) < count:
        place = topics.draw(chance)
        if place not in but and place not in found:
            found.append(place)
    return tuple(found)
