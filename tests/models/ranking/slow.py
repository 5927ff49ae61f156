"""The slow twin of ranking: what speaks for each item, in plain Python floats, at a user's latest behavior."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, log2

import numpy as np

from models.catalog.catalog import Catalog
from models.catalog.prints import item_print
from models.interests.arena import UserArena
from models.interests.attention import attend
from models.ranking.options import FAR_PRIOR, NEAR_PRIOR
from models.step import StepOptions
from schemas.rows.user import MUTED, SLOTS
from tests.models.trends.made import Trend

NEAR, FAR = 0, 1
HALF_LIVES = (50.0, 500.0, 5_000.0, 50_000.0)


@dataclass(frozen=True)
class World:
    """What a user's list is made from. trends: by print; recents: rows and ages in seconds, the latest first."""

    arena: UserArena
    slot: int
    catalog: Catalog
    step: StepOptions
    trends: dict[int, Trend]
    recents: Sequence[tuple[int, float]]

    @property
    def now(self) -> float:
        """The global count of events."""
        return max((float(trend.head["events"]) for trend in self.trends.values()), default=0.0)

    def trend(self, row: int) -> Trend | None:
        """What is known of an item."""
        return self.trends.get(item_print(self.catalog.ids[row]))


def attention_of(world: World) -> list[float]:
    """What each recent item counts, by place, age in minutes and number of behaviors; sums to 1."""
    table = world.arena.mixers["attention"][0]
    logits = []
    for place, (row, age) in enumerate(world.recents):
        trend = world.trend(row)
        behaviors = int(trend.head["behaviors"]) if trend else 0
        logits.append(table[0, place] + table[1, doublings(age / 60.0)] + table[2, doublings(behaviors)])
    weights = [exp(logit) for logit in logits]
    return [weight / sum(weights) for weight in weights]


def doublings(value: float) -> int:
    """How often 1 became twice as much, 23 times at most."""
    return min(int(log2(1.0 + max(value, 0.0))), 23)


def features_of(world: World, row: int) -> list[float]:
    """All features of one candidate."""
    return [*popular(world, row), *coming(world, row), *alike(world, row), *fresh(world, row), taste(world, row)]


def total(now: float, half_life: float) -> float:
    """Behaviors of everybody, decayed."""
    return min(now, half_life / log(2.0)) + 1.0


def popular(world: World, row: int) -> list[float]:
    """How popular an item is, at each half-life, beside everything."""
    trend, found = world.trend(row), []
    for p, half_life in enumerate(HALF_LIVES):
        popularity = trend.popularity_at(world.now)[p] if trend else 0.0
        whole = total(world.now, half_life)
        found.append(0.15 * log2(max(popularity, 2.0**-6)) - (0.15 * log2(whole) - 1.0))
    return found


def coming(world: World, row: int) -> list[float]:
    """How likely an item follows or precedes the recent ones, next or soon, and how much they go together."""
    attention = attention_of(world)
    own = world.trend(row)
    popularity = own.popularity_at(world.now)[2] if own else 0.0
    share = (popularity + 0.1) / total(world.now, HALF_LIVES[2])
    after, before, left, together = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], 0.0
    for weight, (recent, _) in zip(attention, world.recents, strict=True):
        trend = world.trend(recent)
        fade = faded(trend, world.now) if trend else 0.0
        totals = [fade * float(amount) for amount in trend.head["totals"]] if trend else [0.0, 0.0]
        followed = own.counts_at(world.now).get(print_of(world, recent), (0.0, 0.0)) if own else (0.0, 0.0)
        preceded = trend.counts_at(world.now).get(print_of(world, row), (0.0, 0.0)) if trend else (0.0, 0.0)
        for kind, prior in ((NEAR, NEAR_PRIOR), (FAR, FAR_PRIOR)):
            after[kind] += weight * followed[kind] / (totals[kind] + prior)
            before[kind] += weight * preceded[kind] / (totals[kind] + prior)
            left[kind] += weight * prior / (totals[kind] + prior)
        together += weight * (followed[FAR] ** 0.5 + preceded[FAR] ** 0.5) / (totals[FAR] + FAR_PRIOR) ** 0.5
    if not world.recents:
        left = [1.0, 1.0]
    found = [some[kind] + left[kind] * share for kind in (NEAR, FAR) for some in (after, before)]
    return [0.14 * log2(amount + 1e-12) + 1.0 for amount in (*found, together + 0.01)]


def alike(world: World, row: int) -> list[float]:
    """Similarity to the latest item, and to what the user wants."""
    if not world.catalog.has_vector[row]:
        return [0.0, 0.0]
    attention = attend(world.arena, np.array([world.slot]), world.step.interests, rules_of(world))
    last = world.catalog.vectors[world.recents[0][0]].astype(np.float64) if world.recents else np.zeros(128)
    return [dot(last, world.catalog, row), dot(attention.ready[0].astype(np.float64), world.catalog, row)]


def fresh(world: World, row: int) -> list[float]:
    """How old an item is, in events, and whether nobody had to do with it yet."""
    trend = world.trend(row)
    if trend is None or float(trend.head["born"]) < 0.0:
        return [0.0, 1.0]
    return [0.07 * log2(1.0 + max(world.now - float(trend.head["born"]), 0.0)), 0.0]


def taste(world: World, row: int) -> float:
    """How much of what the user did was in the item's category."""
    head = world.arena.head[world.slot]
    masses = dict(zip(head["categories"].tolist(), head["category_mass"].tolist(), strict=True))
    category, whole = int(world.catalog.facets[row, 0]), sum(max(mass, 0.0) for mass in head["category_mass"].tolist())
    if not category or whole <= 0.0:
        return 0.0
    return 0.14 * log2(masses.get(category, 0.0) / whole + 0.02) + 0.8


def faded(trend: Trend, now: float) -> float:
    """What is left of an item's counts."""
    return float(2.0 ** ((float(trend.head["landmark"]) - now) / float(trend.head["half_life"])))


def print_of(world: World, row: int) -> int:
    """The item's print."""
    return item_print(world.catalog.ids[row])


Layers = Mapping[str, np.ndarray]


def worths(features: np.ndarray, context: np.ndarray, layers: Layers) -> np.ndarray:
    """The score of each candidate (n,) by weights, hidden and output of a mixer, in float64."""
    rows = features.astype(np.float64)
    inputs = np.hstack([rows, np.tile(context, (len(rows), 1))])
    return rows @ (layers["weights"] @ context) + np.maximum(inputs @ layers["hidden"], 0.0) @ layers["output"]


def likelihood(worth: np.ndarray, target: int, counts: np.ndarray) -> float:
    """Logarithm of how likely the target is, each row standing for so many items, in float64."""
    return float(worth[target] - log(np.sum(counts * np.exp(worth))))


# -- what speaks against an item


@dataclass(frozen=True)
class Unwanted:
    """What a user turned away, each interest, name and print from 0 to 1, and which interests are muted."""

    units: list[np.ndarray]
    against: list[float]
    muted: list[int]
    named: dict[int, float]


def unwanted_of(world: World) -> Unwanted:
    """What the user's rows say, as of its latest behavior."""
    options, slot = world.step.interests, world.slot
    head, feedback, interests = (column[slot] for column in (world.arena.head, world.arena.feedback, world.arena.meta))

    def strength(turned: float, since: float) -> float:
        left = turned * 2.0 ** (-max(float(head["at"]) - since, 0.0) / options.turned_half_life)
        return 1.0 - exp(-left / (options.turned_limit / 2))

    return Unwanted(
        units=[direction_of(world.arena, slot, s) for s in range(SLOTS)],
        against=[strength(interests["turned"][s], interests["at"][s]) for s in range(SLOTS)],
        muted=[s for s in range(SLOTS) if interests["flags"][s] & MUTED],
        named={
            name: strength(mass, feedback["turned_at"])
            for name, mass in zip(feedback["turned"].tolist(), feedback["turned_mass"].tolist(), strict=True)
            if name
        },
    )


def against(world: World, row: int) -> float:
    """The strongest that speaks against an item: an interest, its category, or itself; infinite near a muted one."""
    user = unwanted_of(world)
    if any(dot(user.units[s], world.catalog, row) >= rules_of(world).capture for s in user.muted):
        return np.inf
    similar = [much * dot(unit, world.catalog, row) for much, unit in zip(user.against, user.units, strict=True)]
    names = {print_of(world, row), int(world.catalog.facets[row, 0])}
    return max(0.0, *similar, *(user.named.get(name, 0.0) for name in names))


def rules_of(world: World):
    """Options of interests for this catalog."""
    return world.step.laws_in(world.catalog).rules


def direction_of(arena: UserArena, slot: int, place: int) -> np.ndarray:
    """The interest's direction, of unit length if there is one."""
    direction = arena.directions[slot, place].astype(np.float64)
    length = np.linalg.norm(direction)
    return direction / length if length else direction


def dot(vector: np.ndarray, catalog: Catalog, row: int) -> float:
    """Similarity of an item to a vector."""
    return float(vector @ catalog.vectors[row].astype(np.float64))
