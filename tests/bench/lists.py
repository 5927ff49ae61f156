"""Lists: what a behavior and a list cost as catalogs, histories and users grow, without Kafka.

Each line is one population whose log is gone through as `penchant evaluate` does: every behavior is learned from,
changes its user and is counted; then the same with a list right before each of the last half. The difference is what
lists cost.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from models.catalog.catalog import Catalog
from models.evaluation.lists import judge_lists
from models.evaluation.log import Log, log_of
from models.evaluation.protocol import Histories, Targets, histories_of
from models.step import StepOptions
from models.trends.options import TrendOptions
from schemas.behaviors import Behavior
from schemas.items import ItemVector
from schemas.vectors import DIMENSIONS, to_bytes
from tests.bench.report import row

EVENTS = 20_000
NOON = 1_750_000_000_000
TOPICS = 200
LOYAL = 0.7
NOTE = (
    f"{EVENTS:,} behaviors; where not named, 10,000 items, 1,000 users, 10 behaviors of each before (100 users where"
    " histories grow). A behavior is resolved, learned from, applied and counted; a list is of ten."
)


@dataclass(frozen=True)
class Population:
    """So many items, and users who did so much before the half that is measured."""

    name: str
    items: int = 10_000
    users: int = 1_000
    history: int = 10


@dataclass
class Measured:
    """Microseconds, one number a round: of each behavior, and of each list."""

    population: Population
    behavior: list[float]
    list_: list[float]


def main(arguments: Sequence[str]) -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser("python -m tests.bench lists", description=__doc__)
    parser.add_argument("--items", default="1000,10000,100000", help="sizes of catalogs")
    parser.add_argument("--history", default="10,100,400", help="behaviors of each user before")
    parser.add_argument("--users", default="100,1000,10000", help="users")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    populations = [
        *(Population(f"{size:,} items", items=size) for size in numbers(given.items)),
        *(Population(f"{size:,} behaviors before", users=100, history=size) for size in numbers(given.history)),
        *(Population(f"{size:,} users", users=size) for size in numbers(given.users)),
    ]
    run(Population("compiles all", 500, 10, 5), made(500))
    measured = [Measured(population, [], []) for population in populations]
    catalogs = {size: made(size) for size in sorted({population.items for population in populations})}
    for _ in range(given.rounds):
        for one in measured:
            behavior, list_ = run(one.population, catalogs[one.population.items])
            one.behavior.append(behavior)
            one.list_.append(list_)
    lines = [
        row("", ["us per behavior", "us per list"]),
        row("---", ["---:", "---:"]),
        *(row(one.population.name, [f"{median(one.behavior):.0f}", f"{median(one.list_):.0f}"]) for one in measured),
    ]
    print("\n".join(lines))
    print(f"\nMedians of {given.rounds} interleaved rounds. {NOTE}")


def run(population: Population, items: Sequence[ItemVector]) -> tuple[float, float]:
    """Microseconds of each behavior, and of each list."""
    step = StepOptions()
    log, start = log_for(population, catalog_of(items))
    histories = histories_of(log)
    nothing = Targets(np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros(0, np.bool_), 0)
    half = np.arange(start + (len(log) - start) // 2, len(log))
    listed = replace(nothing, events=half, test=np.ones(len(half), np.bool_), cold=np.zeros(len(half), np.bool_))
    plain = seconds(log, histories, nothing, items, step)
    with_lists = seconds(log, histories, listed, items, step)
    return 1e6 * plain / len(log), 1e6 * (with_lists - plain) / len(half)


def seconds(log: Log, histories: Histories, targets: Targets, items: Sequence[ItemVector], step: StepOptions) -> float:
    """How long it takes to go through the log, on a catalog of which nothing is known yet."""
    return judge_lists(log, histories, targets, catalog_of(items), step, TrendOptions())[1]


def numbers(text: str) -> list[int]:
    """Of a list with commas."""
    return [int(number) for number in text.split(",") if number]


def made(count: int) -> list[ItemVector]:
    """Items around as many topics at random as there are; those of a topic have a category."""
    rng = np.random.default_rng(3)
    centers = 1.3 * rng.standard_normal((TOPICS, DIMENSIONS), np.float32)
    items = []
    for number in range(count):
        vector = centers[number % TOPICS] + rng.standard_normal(DIMENSIONS, np.float32)
        vector /= np.linalg.norm(vector)
        categories = (f"hall {number % TOPICS // 10}", f"aisle {number % TOPICS}")
        items.append(
            ItemVector(item_id=f"item-{number}", encoder="bench", vector=to_bytes(vector), categories=categories)
        )
    return items


def catalog_of(items: Sequence[ItemVector]) -> Catalog:
    """A catalog of these, of which nothing is known yet."""
    catalog = Catalog(len(items))
    for item in items:
        catalog.put(item)
    return catalog


def log_for(population: Population, catalog: Catalog) -> tuple[Log, int]:
    """Views of items, popular ones more, by users who keep to four topics mostly; where those before end."""
    rng = np.random.default_rng(4)
    before = population.history * population.users
    count = before + EVENTS
    users = np.r_[np.tile(np.arange(population.users), population.history), rng.integers(0, population.users, EVENTS)]
    items = np.minimum((population.items ** rng.random(count)).astype(np.int64), population.items - 1)
    topics = (users * 7919 + rng.integers(0, 4, count) * 31) % TOPICS
    loyal = np.minimum(items // TOPICS * TOPICS + topics, population.items - 1)
    items = np.where(rng.random(count) < LOYAL, loyal, items)
    behaviors = [
        Behavior(
            event_id=f"e{n}",
            type="view",
            occurred_at=NOON + 60_000 * n,
            user_id=f"user-{user}",
            item_id=f"item-{item}",
        )
        for n, (user, item) in enumerate(zip(users.tolist(), items.tolist(), strict=True))
    ]
    return log_of(behaviors, catalog), before
