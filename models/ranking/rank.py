"""Ranking: from what users want and what trends to their lists."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.attention import weights_of_features
from models.interests.kernels.types import Rules
from models.interests.options import InterestOptions
from models.ranking.choosing import Places, Scored, choose
from models.ranking.exploration import draw_fresh, keys_of
from models.ranking.kernels.explaining import empty_grounds, explain_each
from models.ranking.kernels.families import FAMILIES
from models.ranking.kernels.offering import Asked, Offers, attribute, offer_each
from models.ranking.kernels.types import MOST_CANDIDATES, Nearby, RankingLaws, Shop
from models.ranking.options import RankingOptions
from models.ranking.rules import NO_RULES, Active
from models.ranking.shop import nearby_of, shelf_of, shop_of
from models.ranking.variants import Variant, VariantError
from schemas.ids import fingerprints
from schemas.rows.user import SLOTS
from schemas.vectors import DIMENSIONS

# Lists made at a time: room for twice as many would come from the system anew for each block, page by page.
BLOCK = 64
POOL = 32


class Ranked(NamedTuple):
    """Lists of m users, best first.

    items (m, k) int32: catalog rows, -1 where there are fewer; scores (m, k) float32; parts (m, k, 4) float32: how much
    each family of features speaks for the item, as explain_each says; interests (m, k) int8: slot of the interest most
    like it, -1 for none; propensities (m, k) float64 and ways (m, k) int8 as in models.ranking.choosing.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    parts: NDArray[np.float32]
    interests: NDArray[np.int8]
    propensities: NDArray[np.float64]
    ways: NDArray[np.int8]


def rank_each(
    arena: UserArena,
    slots: NDArray[np.int64],
    catalog: Catalog,
    interest_options: InterestOptions,
    rules: Rules,
    variants: Sequence[Variant],
    assigned: NDArray[np.int64],
    active: Active = NO_RULES,
) -> Ranked:
    """Each user's list by its own variant; lists are as long as the longest is, and -1 behind their ends.

    Args: variants: as models.ranking.variants.variants_of gives them; assigned (m,) int64: the place among them of each
    user's; active: the business rules of each list.
    Raises: VariantError for an arena that was made for fewer.
    """
    if len(arena.mixers) < len(variants):
        raise VariantError(
            f"the arena has {len(arena.mixers)} mixers for {len(variants)} variants: make it for as many as there are"
        )
    ranked = _nothing(len(slots), max(one.options.length for one in variants))
    wholes: Sequence[NDArray[Any]] = ranked
    task, at = _Task(arena, catalog, interest_options, rules), arena.head["at"][slots]
    for place, variant in enumerate(variants):
        users = np.flatnonzero(assigned == place)
        options, own_active = variant.options, active.of(users)
        part: Sequence[NDArray[Any]] = _rank(task, slots[users], at[users], options, place, own_active, options.length)
        for whole, own in zip(wholes, part, strict=True):
            whole[users, : own.shape[1]] = own
    return ranked


def rank(  # noqa: PLR0913 - one for each thing that lists depend on
    arena: UserArena,
    slots: NDArray[np.int64],
    catalog: Catalog,
    interest_options: InterestOptions,
    rules: Rules,
    options: RankingOptions,
    at: NDArray[np.float64] | None = None,
    active: Active = NO_RULES,
    length: int | None = None,
) -> Ranked:
    """The best items of each user, none that the user has had or that is as near to a muted interest as its own are.

    Candidates come from every source of models.ranking.kernels.candidates; their score is the logarithm of how likely
    the user goes on with them, by what the partition has learned (models.ranking.kernels.mixing), less what speaks
    against them (models.ranking.kernels.unwanted). Business rules have the last word: what no list may show is no
    candidate, what is pinned always is one.

    Args: rules: options for this catalog, as models.step.StepOptions gives them; at (m,): epoch seconds that the
    lists are for, None for the moments of the users' latest behaviors; active: the business rules of each list; length:
    of the lists, None for that of the options, which says how many candidates there are in any case.
    """
    when = arena.head["at"][slots] if at is None else at
    task = _Task(arena, catalog, interest_options, rules)
    return _rank(task, slots, when, options, 0, active, length or options.length)


class _Task(NamedTuple):
    """What lists of all variants have in common."""

    arena: UserArena
    catalog: Catalog
    interests: InterestOptions
    rules: Rules


def _rank(
    task: _Task,
    slots: NDArray[np.int64],
    at: NDArray[np.float64],
    options: RankingOptions,
    mixer: int,
    active: Active,
    length: int,
) -> Ranked:
    arena, catalog, interest_options, rules = task
    ranked, listed = _nothing(len(slots), length), replace(options, length=length)
    if not len(slots) or not len(catalog):
        return ranked
    wanted = interest_options.wanted()
    fresh = _fresh_rows(catalog) if options.exploration > 0.0 else np.zeros(0, np.int32)
    shop = _ruled(shop_of(catalog, wanted, np.r_[_pinned(active), fresh]), active)
    nearby = nearby_of(catalog)
    laws = RankingLaws(rules, weights_of_features(arena, interest_options), options.rules())
    for start in range(0, len(slots), BLOCK):
        block = slice(start, start + BLOCK)
        offers = _offers(arena, slots[block], at[block], shop, nearby, laws, mixer)
        places = _placed(arena, slots[block], offers, catalog, shop, fresh, listed, active.of(block))
        _put(ranked, block, offers, places, arena.mixers[mixer], catalog)
    return ranked


def _offers(
    arena: UserArena,
    slots: NDArray[np.int64],
    at: NDArray[np.float64],
    shop: Shop,
    nearby: Nearby,
    laws: RankingLaws,
    mixer: int,
) -> Offers:
    shape = (len(slots), MOST_CANDIDATES)
    offers = Offers(
        np.empty(shape, np.int32),
        np.empty(shape, np.float32),
        empty_grounds(*shape),
        np.empty((len(slots), SLOTS, DIMENSIONS), np.float32),
        np.empty((len(slots), SLOTS)),
    )
    asked = Asked(slots, at, np.zeros(len(slots), np.int64))
    offer_each(arena.arrays, asked, laws, shop, nearby, arena.mixers[mixer : mixer + 1], offers)
    return offers


def _placed(
    arena: UserArena,
    slots: NDArray[np.int64],
    offers: Offers,
    catalog: Catalog,
    shop: Shop,
    fresh: NDArray[np.int32],
    options: RankingOptions,
    active: Active,
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
    return choose(scored, shelf, options.length, active, options.diversity, options.exploration)


def _pinned(active: Active) -> NDArray[np.int32]:
    return active.pins[active.pins >= 0]


def _ruled(shop: Shop, active: Active) -> Shop:
    if not len(active.kinds):
        return shop
    goods = shop.goods
    return shop._replace(goods=goods._replace(allowed=goods.allowed & active.may_stand()))


def _fresh_rows(catalog: Catalog) -> NDArray[np.int32]:
    """Items that nobody had to do with yet, the newest 256."""
    never = catalog.trends.market.never_shown
    return never[never >= 0]


def _put(ranked: Ranked, block: slice, offers: Offers, places: Places, mixer: np.void, catalog: Catalog) -> None:
    lists = np.arange(len(offers.rows))[:, None]
    there = places.chosen >= 0
    chosen = np.maximum(places.chosen, 0)
    ranked.items[block] = np.where(there, offers.rows[lists, chosen], -1)
    ranked.scores[block] = np.where(there, offers.scores[lists, chosen], 0.0)
    explain_each(places.chosen, offers.grounds, mixer, ranked.parts[block])
    attribute(ranked.items[block], catalog.vectors, offers.units, offers.shares, ranked.interests[block])
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
