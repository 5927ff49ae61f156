"""Ranking: from what users want and what trends to their lists."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.attention import weights_of_features
from models.interests.kernels.types import Rules
from models.interests.options import InterestOptions
from models.ranking.choosing import Places, Scored, choose
from models.ranking.exploration import draw_fresh, keys_of
from models.ranking.kernels.families import FAMILIES
from models.ranking.kernels.offering import Offers, offer_each
from models.ranking.kernels.types import MOST_CANDIDATES, RankingLaws, Shop
from models.ranking.options import RankingOptions
from models.ranking.shop import shelf_of, shop_of
from schemas.ids import fingerprints

BLOCK = 128
POOL = 32


class Ranked(NamedTuple):
    """Lists of m users, best first.

    items (m, k) int32: catalog rows, -1 where there are fewer; scores (m, k) float32; parts (m, k, 4) float32: how much
    each family of features speaks for the item, as in Offers; interests (m, k) int8: slot of the interest most like it,
    -1 for none; propensities (m, k) float64 and ways (m, k) int8 as in models.ranking.choosing.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    parts: NDArray[np.float32]
    interests: NDArray[np.int8]
    propensities: NDArray[np.float64]
    ways: NDArray[np.int8]


def rank(
    arena: UserArena,
    slots: NDArray[np.int64],
    catalog: Catalog,
    interest_options: InterestOptions,
    rules: Rules,
    options: RankingOptions,
    at: NDArray[np.float64] | None = None,
) -> Ranked:
    """The best items of each user, none that the user has had or that is as near to a muted interest as its own are.

    Candidates come from every source of models.ranking.kernels.candidates; their score is the logarithm of how likely
    the user goes on with them, by what the partition has learned (models.ranking.kernels.mixing), less what speaks
    against them (models.ranking.kernels.unwanted).

    Args: rules: options for this catalog, as models.step.StepOptions gives them; at (m,): epoch seconds that the
    lists are for, None for the moments of the users' latest behaviors.
    """
    ranked = _nothing(len(slots), options.length)
    if not len(slots) or not len(catalog):
        return ranked
    wanted = interest_options.weights() > 0.0
    fresh = _fresh_rows(catalog) if options.exploration > 0.0 else np.zeros(0, np.int32)
    shop = shop_of(catalog, wanted, fresh)
    laws = RankingLaws(rules, weights_of_features(arena, interest_options), options.rules())
    when = arena.head["at"][slots] if at is None else at
    for start in range(0, len(slots), BLOCK):
        block = slice(start, start + BLOCK)
        offers = _offers(arena, slots[block], when[block], shop, laws, options.unwanted)
        places = _placed(arena, slots[block], offers, catalog, shop, fresh, options)
        _put(ranked, block, offers, places)
    return ranked


def _offers(
    arena: UserArena,
    slots: NDArray[np.int64],
    at: NDArray[np.float64],
    shop: Shop,
    laws: RankingLaws,
    unwanted: float,
) -> Offers:
    shape = (len(slots), MOST_CANDIDATES)
    offers = Offers(
        np.full(shape, -1, np.int32),
        np.full(shape, -np.inf, np.float32),
        np.zeros((*shape, FAMILIES), np.float32),
        np.full(shape, -1, np.int8),
    )
    offer_each(arena.arrays, slots, at, laws, shop, unwanted, arena.mixers[0], offers)
    return offers


def _placed(
    arena: UserArena,
    slots: NDArray[np.int64],
    offers: Offers,
    catalog: Catalog,
    shop: Shop,
    fresh: NDArray[np.int32],
    options: RankingOptions,
) -> Places:
    heads = arena.head[slots]
    moments = np.rint(heads["at"] * 1e3).astype(np.int64)
    users = fingerprints([arena.owners[slot] for slot in slots.tolist()])
    keys = keys_of(users, moments, heads["behaviors"].astype(np.int64), options.variant)
    is_fresh = np.zeros((len(slots), 0), np.bool_)
    if options.exploration > 0.0:
        drawn = draw_fresh(fresh, keys, POOL)
        is_fresh = (offers.rows[:, :, None] == drawn[:, None, :]).any(2) & (offers.rows >= 0)
    scored = Scored(offers.rows, offers.scores, is_fresh, keys)
    shelf = shelf_of(shop, catalog)
    return choose(scored, shelf, options.length, diversity=options.diversity, exploration=options.exploration)


def _fresh_rows(catalog: Catalog) -> NDArray[np.int32]:
    """Items that nobody had to do with yet, the newest 256."""
    never = catalog.trends.market.never_shown
    return never[never >= 0]


def _put(ranked: Ranked, block: slice, offers: Offers, places: Places) -> None:
    lists = np.arange(len(offers.rows))[:, None]
    there = places.chosen >= 0
    chosen = np.maximum(places.chosen, 0)
    ranked.items[block] = np.where(there, offers.rows[lists, chosen], -1)
    ranked.scores[block] = np.where(there, offers.scores[lists, chosen], 0.0)
    ranked.parts[block] = np.where(there[:, :, None], offers.parts[lists, chosen], 0.0)
    ranked.interests[block] = np.where(there, offers.interests[lists, chosen], -1)
    ranked.propensities[block] = places.propensities
    ranked.ways[block] = places.ways


def _nothing(users: int, length: int) -> Ranked:
    return Ranked(
        np.full((users, length), -1, np.int32),
        np.zeros((users, length), np.float32),
        np.zeros((users, length, FAMILIES), np.float32),
        np.full((users, length), -1, np.int8),
        np.ones((users, length)),
        np.zeros((users, length), np.int8),
    )
