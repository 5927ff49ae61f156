"""Bots: a machine that repeats itself under a user's name hardly moves what the user wants."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated
from models.evaluation.population import Population
from models.simulator.planted import PlantedUser
from models.simulator.topics import PLACES, TOPICS

REPEATS = 1000


def bots(setup: Setup) -> Iterator[Line]:
    """The most that the share of any planted interest in its user's mass moved during a burst of 1,000 repeats."""
    shop = Shop(simulated(setup, users=60, days=30, bots=1.0, burst=REPEATS), setup)
    moved = [change for user in shop.users for change in _moved(shop, user)]
    note = f"mean {np.mean(moved):.1%}, {len(moved)} interests"
    yield Line(f"{REPEATS:,} repeats move a planted share by", max(moved), at_most=0.10, percent=True, note=note)


def _moved(shop: Shop, user: PlantedUser) -> list[float]:
    """How far each planted interest's share moved from right before the burst to right after it."""
    burst = user.bursts[0]
    own = [one for one in shop.labeled if one.behavior.owner == user.id and one.behavior.at <= burst.end]
    earlier = [one.behavior for one in own if one.behavior.at < burst.start]
    population = shop.population()
    population.live(earlier)
    before = _shares(shop, population, user)
    population.live([one.behavior for one in own if one.cause == "bot"])
    after = _shares(shop, population, user)
    return [abs(float(after[PLACES[topic]] - before[PLACES[topic]])) for topic in user.interests_at(burst.start)]


def _shares(shop: Shop, population: Population, user: PlantedUser) -> NDArray[np.float64]:
    """The share of each topic (t,) in the user's mass."""
    attention = population.attention(np.array([population.arena.slots[user.id]]))
    masses = np.zeros(len(TOPICS))
    np.add.at(masses, shop.topics_of(attention.units[0]), attention.masses[0])
    return masses / max(masses.sum(), 1e-300)
