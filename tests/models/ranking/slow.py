"""The slow twin of ranking: one user's list in plain Python floats."""

from dataclasses import dataclass
from math import log1p

import numpy as np

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.options import RankingOptions
from schemas.rows.user import SLOTS, UNWANTED


@dataclass(frozen=True)
class Place:
    row: int
    score: float
    similar: float
    trending: float


def ranked(arena: UserArena, slot: int, catalog: Catalog, options: RankingOptions) -> list[Place]:
    """The list, best first; equal scores by catalog row."""
    had = set(arena.seen[slot].tolist()) - {0}
    free = [
        row
        for row in catalog.rows.values()
        if catalog.available[row] and not catalog.deleted[row] and int(catalog.prints[row]) not in had
    ]
    focus = focus_of(arena, slot, options.recency)
    unwanted = direction_of(arena, slot, UNWANTED)
    near = sorted((row for row in free if catalog.has_vector[row]), key=lambda row: -dot(focus, catalog, row))
    if not any(direction_of(arena, slot, s).any() for s in range(SLOTS)):
        near = []
    at = max(float(arena.head["at"][slot]), catalog.popularity_at[: len(catalog)].max())
    popular = sorted(free, key=lambda row: (-popularity(catalog, row, at), row))
    peak = max((popularity(catalog, row, at) for row in recommendable(catalog)), default=0.0)
    places = []
    for row in set(near[: options.candidates]) | set(popular[: options.candidates]):
        similar = dot(focus, catalog, row)
        trending = log1p(popularity(catalog, row, at)) / log1p(peak) if peak else 0.0
        turned_away = max(dot(unwanted, catalog, row), 0.0)
        score = similar + options.popularity * trending - options.unwanted * turned_away
        places.append(Place(row, score, similar, trending))
    return sorted(places, key=lambda place: (-place.score, place.row))[: options.length]


def recommendable(catalog: Catalog) -> list[int]:
    """Rows of what may be recommended to somebody."""
    return [row for row in catalog.rows.values() if catalog.available[row] and not catalog.deleted[row]]


def focus_of(arena: UserArena, slot: int, recency: float) -> np.ndarray:
    """Directions summed by how recently each was moved; of equal times, the one of greater mass first."""
    meta = arena.meta[slot]
    used = [s for s in range(SLOTS) if arena.head["used"][slot] >> s & 1]
    used.sort(key=lambda s: (-meta["at"][s], -meta["mass"][s]))
    weights = [recency**position for position in range(len(used))]
    parts = [w / sum(weights) * direction_of(arena, slot, s) for w, s in zip(weights, used, strict=True)]
    return np.sum(parts, axis=0) if parts else np.zeros(arena.directions.shape[2])


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
