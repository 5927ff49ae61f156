"""Ranking: from interests and popularity to a list."""

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.catalog.search import Had, take_best, top
from models.interests.arena import UserArena
from models.interests.attention import attend
from models.interests.kernels.types import CATEGORY_FACET, Rules
from models.interests.options import InterestOptions
from models.interests.turned import strength
from models.ranking.options import RankingOptions
from models.ranking.scores import Candidates, Items, Ranked, Users, Weights, rank_each
from schemas.rows.user import MUTED

__all__ = ["Ranked", "rank"]


def rank(
    arena: UserArena,
    slots: NDArray[np.int64],
    catalog: Catalog,
    interest_options: InterestOptions,
    rules: Rules,
    options: RankingOptions,
) -> Ranked:
    """The best items of each user, none that the user has had or that is as near to a muted interest as its own are.

    Candidates are the items nearest to the user's focus, which is the sum of interests by attention, and the most
    popular ones. Score: similarity to the focus, plus options.popularity times popularity (0 to 1 on a logarithmic
    scale, as of the user's latest behavior or the latest trend), minus options.unwanted times what speaks against it:
    similarity to an interest that was turned away, or that it or its category was, whichever is strongest.

    Args: rules: options for this catalog, as models.step.StepOptions gives them.
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
        catalog.facets[:count, CATEGORY_FACET],
    )
    at = np.maximum(arena.head["at"][slots], items.popularity_at.max())
    users = _users(arena, slots, at, interest_options, rules)
    candidates = Candidates(
        _near(users, catalog, recommendable, options.candidates),
        _most_popular(items, recommendable, options.candidates + users.had.shape[1]),
    )
    rank_each(users, items, candidates, Weights(options.popularity, options.unwanted, rules.capture), ranked)
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
    arena: UserArena, slots: NDArray[np.int64], at: NDArray[np.float64], options: InterestOptions, rules: Rules
) -> Users:
    attention = attend(arena, slots, options, rules)
    feedback = arena.feedback[slots]
    ages = np.maximum(arena.head["at"][slots] - feedback["turned_at"], 0.0)
    faded = feedback["turned_mass"] * np.exp2(-ages / rules.turned_half_life)[:, None]
    return Users(
        at,
        arena.seen[slots],
        attention.units,
        attention.shares.astype(np.float32),
        attention.ready,
        _strength(attention.turned, rules),
        arena.meta["flags"][slots] & MUTED != 0,
        feedback["turned"],
        _strength(faded, rules),
    )


def _strength(turned: NDArray[np.floating], rules: Rules) -> NDArray[np.float32]:
    """How strongly what was turned away speaks against an item, 0 to 1."""
    return strength(turned, rules.turned_limit).astype(np.float32)


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
