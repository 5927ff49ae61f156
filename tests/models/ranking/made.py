"""Made: small shops with trends, what users did in them, and their rankings."""

from collections.abc import Sequence

import numpy as np

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.attention import weights_of_features
from models.interests.kernels.types import User
from models.ranking.kernels.offering import offer_one
from models.ranking.kernels.types import RankingLaws
from models.ranking.listing import Ranked
from models.ranking.rank import rank
from models.ranking.shop import nearby_of, shop_of
from models.step import StepOptions
from schemas.behaviors import Behavior
from schemas.ids import item_print
from tests.models.builders import NOON, behavior, deliver, item, unit_vectors
from tests.models.ranking.slow import World
from tests.models.trends.made import Act, popular_row, statistics_after, trends_of

ITEMS, TOPICS, SHELVES = 40, 7, 5
VECTORS = unit_vectors(ITEMS, topics=TOPICS)
ANN = np.array([0])
History = Sequence[tuple[str, int, float]]
Flow = Sequence[tuple[int, Sequence[int]]]


def shop(
    popular: Sequence[tuple[int, float, float]] = (),
    withdrawn: Sequence[int] = (),
    vectors: np.ndarray = VECTORS,
) -> Catalog:
    """Items in 7 topics, on 5 shelves; popular: (item, popularity, how many events ago).

    Every second one withdrawn is deleted, the others are not available.
    """
    catalog = Catalog(capacity=2)
    for number, vector in enumerate(vectors):
        catalog.put(item(f"item-{number}", vector, categories=shelf(number)))
    catalog.put_trends([popular_row(item_print(f"item-{n}"), amount, 1e6 - ago) for n, amount, ago in popular])
    for number in withdrawn:
        if number % 2:
            catalog.delete(f"item-{number}")
        else:
            catalog.put(item(f"item-{number}", vectors[number], categories=shelf(number), available=False))
    return catalog


def shelf(number: int) -> tuple[str, ...]:
    """The category of an item; it says nothing of its topic."""
    return ("all", f"shelf {number % SHELVES}")


def trends_after(flow: Flow) -> list[bytes]:
    """Trend rows once somebody went to each item from these recent ones."""
    prints = [item_print(f"item-{number}") for number in range(ITEMS)]
    made = [Act(prints[number], tuple(prints[k] for k in recents)) for number, recents in flow]
    return [row for _, row in statistics_after(made).take()]


def acts(history: History, user_id: str = "ann") -> list[Behavior]:
    """What was done to which item, each so many seconds after the one before."""
    at, made = NOON, []
    for kind, number, gap in history:
        at += gap
        made.append(behavior(kind, f"item-{number}", at, user_id=user_id))
    return made


def user_after(catalog: Catalog, history: History, options: StepOptions) -> UserArena:
    """An arena with ann, who did that, one after the other."""
    arena = UserArena(1)
    arena.add(["ann"])
    deliver(arena, catalog, acts(history), options)
    return arena


def ranked(arena: UserArena, slots: np.ndarray, catalog: Catalog, options: StepOptions) -> Ranked:
    """The lists of these users."""
    return rank(arena, slots, catalog, options.interests, options.laws_in(catalog).rules, options.ranking)


def scored(arena: UserArena, slot: int, catalog: Catalog, options: StepOptions) -> tuple[list[int], np.void]:
    """A user's candidates, and what was written down about them on the way."""
    rules, theta = options.laws_in(catalog).rules, weights_of_features(arena, options.interests)
    made = shop_of(catalog, options.interests.wanted())
    columns = arena.arrays
    rows = (columns.head, columns.feedback, columns.rings, columns.meta, columns.directions)
    user, at = User(*(column[slot] for column in rows)), float(arena.head["at"][slot])
    laws = RankingLaws(rules, theta, options.ranking.rules())
    count = offer_one(user, columns.seen[slot], at, laws, 0, made, nearby_of(catalog), arena.mixers)
    desk = made.scratch.desk[0]
    return desk["rows"][:count].tolist(), desk


def world_of(
    arena: UserArena, catalog: Catalog, history: History, options: StepOptions, trends: Sequence[bytes] = ()
) -> World:
    """The same for the slow twin: what ann wanted of her history, each item once, the latest first."""
    weights = options.interests.types
    end, at, found = sum(gap for _, _, gap in history), 0.0, dict[int, float]()
    for kind, number, gap in history:
        at += gap
        if weights[kind].weight > 0.0:
            found.pop(number, None)
            found[number] = end - at
    return World(arena, 0, catalog, options, trends_of(list(trends)), list(reversed(found.items())))
