"""Ranking: from what users want and what trends to their lists."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.attention import weights_of_features
from models.interests.kernels.types import Rules
from models.interests.options import InterestOptions
from models.ranking.choosing import How, new_room
from models.ranking.exploration import draw_fresh, keys_of
from models.ranking.kernels.types import MOST_CANDIDATES, RankingLaws, Shop
from models.ranking.listing import Asked, Ranked, list_each, no_lists
from models.ranking.options import RankingOptions
from models.ranking.rules import NO_RULES, Active
from models.ranking.shop import nearby_of, shelf_of, shop_of
from models.ranking.variants import Variant, VariantError
from schemas.ids import fingerprints

POOL = 32


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
    ranked = no_lists(len(slots), max(one.options.length for one in variants))
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
    ranked = no_lists(len(slots), length)
    if not len(slots) or not len(catalog):
        return ranked
    wanted = interest_options.wanted()
    fresh = _fresh_rows(catalog) if options.exploration > 0.0 else np.zeros(0, np.int32)
    shop = _ruled(shop_of(catalog, wanted, np.r_[_pinned(active), fresh]), active)
    nearby = nearby_of(catalog)
    laws = RankingLaws(rules, weights_of_features(arena, interest_options), options.rules())
    how = How(shelf_of(shop, catalog), active, options.diversity, options.exploration)
    asked, room = _asked(arena, slots, at, fresh, options), new_room(MOST_CANDIDATES, length)
    list_each(arena.arrays, asked, laws, shop, nearby, arena.mixers[mixer : mixer + 1], how, room, ranked)
    return ranked


def _asked(
    arena: UserArena,
    slots: NDArray[np.int64],
    at: NDArray[np.float64],
    fresh: NDArray[np.int32],
    options: RankingOptions,
) -> Asked:
    if options.exploration == 0.0:
        return Asked(slots, at, np.zeros(len(slots), np.uint64), np.zeros((len(slots), 0), np.int32))
    heads = arena.head[slots]
    moments = np.rint(heads["at"] * 1e3).astype(np.int64)
    users = fingerprints([arena.owners[slot] for slot in slots.tolist()])
    keys = keys_of(users, moments, heads["behaviors"].astype(np.int64), options.variant)
    return Asked(slots, at, keys, draw_fresh(fresh, keys, POOL))


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
