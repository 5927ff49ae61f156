"""Bots: machines that repeat the same few items at their own pace, under a user's id."""

from collections.abc import Iterator
from random import Random

from models.simulator.catalog import Stock
from models.simulator.options import SimulatorOptions
from models.simulator.planted import Burst
from models.simulator.topics import PLACES
from models.simulator.visits import Act
from schemas.behaviors import BehaviorType

REPEATED = 3
REPEATS: tuple[BehaviorType, ...] = ("view", "click")


def plant_burst(options: SimulatorOptions, topic: str, stock: Stock, chance: Random) -> Burst:
    """A burst somewhere in the span, on some of the topic's items; it ends within, if the span is long enough."""
    lasts = (options.burst - 1) * options.burst_gap
    start = round(options.start + chance.random() * max(0.0, options.span - lasts), 3)
    items = stock[PLACES[topic]]
    repeated = chance.sample(items, min(len(items), chance.randint(1, REPEATED)))
    ids = tuple(stocked.item.id for stocked in repeated)
    return Burst(start, round(start + lasts, 3), topic, ids, options.burst)


def burst_acts(burst: Burst, gap: float) -> Iterator[tuple[float, Act]]:
    """Times and acts of a burst."""
    for number in range(burst.behaviors):
        item_id = burst.item_ids[number % len(burst.item_ids)]
        kind = REPEATS[number // len(burst.item_ids) % len(REPEATS)]
        yield burst.start + number * gap, Act(kind, "bot", burst.topic, item_id)
