"""Half-life: mass fades as fast as it was told to."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import START, Shop, simulated
from models.interests.options import DAY
from schemas.behaviors import Behavior, BehaviorType

DAYS = (1.0, 7.0, 30.0, 90.0)
LATER = (0.1, 1.0, 3.0)


def half_life(setup: Setup) -> Iterator[Line]:
    """Measured from how the mass of one interest fell until another behavior, for several half-lives and times."""
    shop = Shop(simulated(setup, users=2, days=1), setup)
    errors = [abs(_measured(shop, days * DAY, later) / (days * DAY) - 1.0) for days in DAYS for later in LATER]
    yield Line("measured half-life, off the set one", max(errors), at_most=0.01, percent=True)


def _measured(shop: Shop, half_life: float, later: float) -> float:
    """The half-life that masses tell which are measured so many half-lives apart."""
    options = replace(shop.setup.options.interests, half_life=half_life, adaptive_half_life=False)
    population = shop.population(options)
    item, owner = shop.catalog.ids[0], shop.users[0].id
    masses = []
    for number, at in enumerate((START, START + later * half_life)):
        kind: BehaviorType = "impression" if number else "purchase"
        moment = round(at * 1000)
        population.live([Behavior(event_id=f"{number}", type=kind, occurred_at=moment, user_id=owner, item_id=item)])
        masses.append(float(population.attention(population.slots[:1]).masses.sum()))
    return later * half_life / float(np.log2(masses[0] / masses[1]))
