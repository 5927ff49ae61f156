"""Choices: which of the items at hand a user picks, by the dimensions that are planted in it."""

from collections.abc import Sequence
from math import exp
from random import Random

from models.simulator.catalog import Stocked
from models.simulator.planted import Dimensions, PlantedInterest

SHARPNESS = 8.0
BY_TOPIC = Dimensions()
CHOOSERS = (
    Dimensions(topic=0.3, category=0.6, brand=0.05, price=0.05),
    Dimensions(topic=0.3, category=0.05, brand=0.6, price=0.05),
    Dimensions(topic=0.3, category=0.05, brand=0.05, price=0.6),
)


def suits(dimensions: Dimensions, interest: PlantedInterest, stocked: Stocked) -> float:
    """How well an item of the interest's topic suits the user: 0 to 1, at least the weight of the topic."""
    return (
        dimensions.topic
        + dimensions.category * (stocked.shelf == interest.shelf)
        + dimensions.brand * (stocked.brand == interest.brand)
        + dimensions.price * (1 - abs(stocked.level - interest.price))
    )


def pick(dimensions: Dimensions, interest: PlantedInterest | None, items: Sequence[Stocked], chance: Random) -> Stocked:
    """One of the items, likelier with what suits; of a topic that is no interest of the user, any.

    Source: the multinomial logit, McFadden 1974.
    """
    if interest is None or dimensions.topic == 1 or len(items) == 1:
        return items[int(chance.random() * len(items))]
    weights = [exp(SHARPNESS * suits(dimensions, interest, stocked)) for stocked in items]
    return chance.choices(items, weights)[0]
