"""Ranking: from interests and popularity to a list."""

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.search import Had, take_best, top
from models.interests.arena import UserArena
from models.interests.attention import Attention, attend
from models.interests.options import InterestOptions
from models.ranking.options import RankingOptions
from models.ranking.scores import Candidates, Items, Ranked, Users, Weights, rank_each
from schemas.rows.user import SLOTS

__all__ = ["Ranked", "rank"]


def rank(
    arena: UserArena,
    slots: NDArray[np.int64],
    catalog: Catalog,
    interest_options: InterestOptions,
    options: RankingOptions,
) -> Ranked:
    """The best items of each user, none that the user has had.

    Candidates are the items nearest to the user's focus and the most popular ones. The focus is the sum of interests,
    weighted by how recently each was moved: of two neighbors in that order, the older has options.recency times the
    weight. Score: similarity to the focus, plus options.popularity times popularity (0 to 1 on a logarithmic scale, as
    of the user's latest behavior or the latest trend), minus options.unwanted times similarity to what was turned away.
    """
    recommendable = catalog.recommendable()
    count = len(recommendable)
    ranked = _nothing(len(slots), options.length)
    if not len(slots) or not count:
        return ranked
    items = Items(
        catalog.vectors[:count],
        catalog.prints[:count],
        catalog.popularity[:count],
        catalog.popularity_at[:count],
        catalog.popularity_half_life,
    )
    at = np.maximum(arena.head["at"][slots], items.popularity_at.max())
    users = _users(arena, slots, at, interest_options, options.recency)
    candidates = Candidates(
        _near(users, catalog, recommendable, options.candidates),
        _most_popular(items, recommendable, options.candidates + users.had.shape[1]),
    )
    rank_each(users, items, candidates, Weights(options.popularity, options.unwanted), ranked)
    return ranked


def _nothing(users: int, length: int) -> Ranked:
    return Ranked(
        np.full((users, length), -1, np.int32),
        np.zeros((users, length), np.float32),
        np.full((users, length), -1, np.int8),
        np.zeros((users, length), np.float32),
        np.zeros((users, length), np.float32),
    )


def _users(
    arena: UserArena, slots: NDArray[np.int64], at: NDArray[np.float64], options: InterestOptions, recency: float
) -> Users:
    attention = attend(arena, slots, options)
    weights = _by_recency(attention, arena.meta["at"][slots, :SLOTS], recency)
    focus = np.matmul(weights[:, None], attention.units[:, :SLOTS])[:, 0]
    return Users(at, arena.seen[slots], attention.units, weights, focus)


def _by_recency(attention: Attention, moved: NDArray[np.float64], recency: float) -> NDArray[np.float32]:
    used = attention.used[:, :SLOTS]
    order = np.lexsort((-attention.masses[:, :SLOTS], -moved, ~used))
    weights = np.zeros(used.shape)
    np.put_along_axis(weights, order, np.broadcast_to(recency ** np.arange(SLOTS), used.shape), 1)
    weights *= used
    total = weights.sum(1, keepdims=True)
    return (weights / np.where(total > 0.0, total, 1.0)).astype(np.float32)


def _near(users: Users, catalog: Catalog, recommendable: NDArray[np.bool_], count: int) -> NDArray[np.int32]:
    near = np.full((len(users.at), count), -1, np.int32)
    known = np.flatnonzero(users.weights.any(1))
    size = len(recommendable)
    had = Had(users.had[known], catalog.print_index)
    allowed = recommendable & catalog.has_vector[:size]
    near[known], _ = top(catalog.vectors[:size], users.focus[known], allowed, count, had)
    return near


def _most_popular(items: Items, recommendable: NDArray[np.bool_], count: int) -> NDArray[np.int32]:
    """Rows by popularity, at whatever time, as all fade alike; those without any come last."""
    logs = np.full(len(recommendable), -np.inf)
    np.log2(items.popularity, out=logs, where=items.popularity > 0.0)
    logs += items.popularity_at / items.half_life
    keys = np.maximum(logs - logs.max(initial=0.0), np.finfo(np.float32).min).astype(np.float32)[None]
    rows = np.full((1, count), -1, np.int32)
    take_best(
        keys, np.where(recommendable, np.float32(0.0), np.float32(-np.inf)), rows, np.empty((1, count), np.float32)
    )
    return rows[0, rows[0] >= 0]
