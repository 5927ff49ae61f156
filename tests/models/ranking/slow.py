"""The slow twin of ranking: one user's list in plain Python floats, given what its interests' shares are."""

from dataclasses import dataclass
from math import exp, log1p

import numpy as np

from models.catalog.catalog import Catalog
from models.catalog.prints import item_print
from models.interests.arena import UserArena
from models.interests.attention import attend
from models.ranking.options import RankingOptions
from models.step import StepOptions
from schemas.rows.user import MUTED, SLOTS


@dataclass(frozen=True)
class Place:
    row: int
    score: float
    similar: float
    trending: float


@dataclass(frozen=True)
class Wants:
    """One user: shares and directions of its interests, how much each was turned away, which are muted.

    named: from the print of an item or category to how much it was turned away; had: prints of items.
    """

    at: float
    shares: list[float]
    units: list[np.ndarray]
    against: list[float]
    muted: list[int]
    named: dict[int, float]
    had: set[int]


def ranked(arena: UserArena, slot: int, catalog: Catalog, step: StepOptions) -> list[Place]:
    """The list, best first; equal scores by catalog row."""
    options, user = step.ranking, wants_of(arena, slot, catalog, step)
    capture = step.laws_in(catalog).rules.capture
    free = [row for row in recommendable(catalog) if item_print(catalog.ids[row]) not in user.had]
    focus = sum((share * unit for share, unit in zip(user.shares, user.units, strict=True)), np.zeros(128))
    near = sorted((row for row in free if catalog.has_vector[row]), key=lambda row: -dot(focus, catalog, row))
    if not any(user.shares):
        near = []
    at = max(user.at, catalog.popularity_at[: len(catalog)].max())
    popular = sorted(free, key=lambda row: (-popularity(catalog, row, at), row))
    peak = max((popularity(catalog, row, at) for row in recommendable(catalog)), default=0.0)
    places = []
    for row in set(near[: options.candidates]) | set(popular[: options.candidates]):
        if any(dot(user.units[s], catalog, row) >= capture for s in user.muted):
            continue
        similar = dot(focus, catalog, row)
        trending = log1p(popularity(catalog, row, at)) / log1p(peak) if peak else 0.0
        score = similar + options.popularity * trending - options.unwanted * against(user, catalog, row)
        places.append(Place(row, score, similar, trending))
    return sorted(places, key=lambda place: (-place.score, place.row))[: options.length]


def wants_of(arena: UserArena, slot: int, catalog: Catalog, step: StepOptions) -> Wants:
    """What the user's rows say, as of its latest behavior."""
    rules = step.laws_in(catalog).rules
    head, feedback, interests = arena.head[slot], arena.feedback[slot], arena.meta[slot]
    attention = attend(arena, np.array([slot]), step.interests, rules)
    at = float(head["at"])

    def strength(turned: float, since: float) -> float:
        left = turned * 2.0 ** (-max(at - since, 0.0) / step.interests.turned_half_life)
        return 1.0 - exp(-left / (step.interests.turned_limit / 2))

    return Wants(
        at=at,
        shares=attention.shares[0].tolist(),
        units=[direction_of(arena, slot, s) for s in range(SLOTS)],
        against=[strength(interests["turned"][s], interests["at"][s]) for s in range(SLOTS)],
        muted=[s for s in range(SLOTS) if interests["flags"][s] & MUTED],
        named={
            name: strength(mass, feedback["turned_at"])
            for name, mass in zip(feedback["turned"].tolist(), feedback["turned_mass"].tolist(), strict=True)
            if name
        },
        had=set(arena.seen[slot].tolist()) - {0},
    )


def against(user: Wants, catalog: Catalog, row: int) -> float:
    """The strongest that speaks against an item: an interest turned away, its category, or the item itself."""
    similar = [much * dot(unit, catalog, row) for much, unit in zip(user.against, user.units, strict=True)]
    names = {item_print(catalog.ids[row]), int(catalog.facets[row, 0])}
    return max(0.0, *similar, *(user.named.get(name, 0.0) for name in names))


def recommendable(catalog: Catalog) -> list[int]:
    """Rows of what may be recommended to somebody."""
    return [row for row in catalog.rows.values() if catalog.available[row] and not catalog.deleted[row]]


def direction_of(arena: UserArena, slot: int, place: int) -> np.ndarray:
    """The interest's direction, of unit length if there is one."""
    direction = arena.directions[slot, place].astype(np.float64)
    length = np.linalg.norm(direction)
    return direction / length if length else direction


def dot(vector: np.ndarray, catalog: Catalog, row: int) -> float:
    """Similarity of an item to a vector."""
    return float(vector @ catalog.vectors[row].astype(np.float64))


def popularity(catalog: Catalog, row: int, at: float) -> float:
    """The item's popularity at a time."""
    age = at - catalog.popularity_at[row]
    return float(catalog.popularity[row] * 2.0 ** (-age / catalog.popularity_half_life))


def widest(options: RankingOptions) -> RankingOptions:
    """The same weights, but for lists of everything."""
    return RankingOptions(length=80, candidates=80, popularity=options.popularity, unwanted=options.unwanted)
