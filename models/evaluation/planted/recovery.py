"""Recovery: the interests that were planted are found again, whatever else their users look at."""

from collections.abc import Iterator

import numpy as np

from models.evaluation.clusters import matched
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated
from models.simulator.topics import PLACES

BARS = {0.1: 0.90, 0.3: 0.80}


def recovery(setup: Setup) -> Iterator[Line]:
    """The mean cosine of planted interests with those they are matched with, one to one; 0 for one without a match."""
    for noise, bar in BARS.items():
        shop = Shop(simulated(setup, users=100, days=30, noise=noise), setup)
        yield Line(f"planted interests recovered, {noise:.0%} noise: cosine", matched_cosine(shop), at_least=bar)


def matched_cosine(shop: Shop) -> float:
    """Over all interests of all users, as planted at the end."""
    population = shop.lived()
    attention = population.attention(population.slots)
    end = shop.simulator.options.start + shop.simulator.options.span
    found = []
    for number, user in enumerate(shop.users):
        wanted = [PLACES[topic] for topic in user.interests_at(end)]
        used = np.flatnonzero(attention.used[number] & (attention.masses[number] > 0.0))
        cosines = shop.centers[wanted] @ attention.units[number, used].T
        places = matched(cosines)
        found += [float(cosines[row, place]) if place >= 0 else 0.0 for row, place in enumerate(places)]
    return float(np.mean(found))
