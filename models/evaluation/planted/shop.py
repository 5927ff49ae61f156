"""Shops: simulated users, what is planted in them, and the population that lives through their behaviors."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.evaluation.catalogs import encoded_catalog
from models.evaluation.log import Log, log_of
from models.evaluation.planted.line import Setup
from models.evaluation.population import Population
from models.interests.options import InterestOptions
from models.simulator.options import SimulatorOptions
from models.simulator.planted import PlantedUser
from models.simulator.simulator import Labeled, Simulator
from models.simulator.topics import PLACES, TOPICS
from models.step import StepOptions

START = 1_750_000_000.0


class Shop:
    """A simulated shop. labeled: all that happens, in order of time."""

    def __init__(self, options: SimulatorOptions, setup: Setup) -> None:
        self.setup = setup
        self.simulator = Simulator(options)
        self.catalog = encoded_catalog(self.simulator.items, setup.vectors, setup.vectors.version)
        self.labeled: list[Labeled] = list(self.simulator.labeled())

    @property
    def users(self) -> tuple[PlantedUser, ...]:
        """Who there is, with the truth about them."""
        return self.simulator.users

    @cached_property
    def log(self) -> Log:
        """All behaviors."""
        return log_of([one.behavior for one in self.labeled], self.catalog)

    @cached_property
    def topic_of_row(self) -> NDArray[np.int64]:
        """The topic, by its place, of each item (n,)."""
        return np.array([PLACES[self.simulator.topic_of(item_id)] for item_id in self.catalog.ids], np.int64)

    @cached_property
    def centers(self) -> NDArray[np.float32]:
        """The planted direction of each topic (t, 128): the mean of its items by how often they are met."""
        popularity = np.zeros(len(self.catalog.ids), np.float32)
        for place in range(len(TOPICS)):
            rows = np.flatnonzero(self.topic_of_row == place)
            popularity[rows] = (np.arange(len(rows)) + 1.0) ** -self.simulator.options.popularity
        sums = np.zeros((len(TOPICS), self.catalog.vectors.shape[1]), np.float32)
        np.add.at(sums, self.topic_of_row, popularity[:, None] * self.catalog.vectors[: len(popularity)])
        return sums / np.linalg.norm(sums, axis=1, keepdims=True)

    def population(self, interests: InterestOptions | None = None) -> Population:
        """Its users, before anything has happened; they get no lists."""
        options = self.setup.options
        chosen = StepOptions(interests or options.interests, options.ranking, lists=False)
        return Population([user.id for user in self.users], self.catalog, chosen, self.setup.vectors)

    def lived(self) -> Population:
        """Its users, after everything has happened."""
        population = self.population()
        population.live(self.log.behaviors)
        return population

    def topics_of(self, units: NDArray[np.float32]) -> NDArray[np.int64]:
        """The places (...,) of the topics that are nearest to directions (..., 128)."""
        return np.argmax(units @ self.centers.T, axis=-1)


def simulated(setup: Setup, users: int, days: int, **planted: float) -> SimulatorOptions:
    """A calendar of equally active users, with what is planted besides their interests."""
    fixed = {"activity": 0.0, "start": START, "seed": setup.seed}
    return SimulatorOptions(users=setup.many(users), days=float(days), **(fixed | planted))  # type: ignore[arg-type]
