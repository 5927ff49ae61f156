"""Listing: one list after the other, from what its user wants to what stands on it and why."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.fetching import fetch_user
from models.interests.kernels.types import Rows, User
from models.kernels.places import place_of
from models.kernels.vectors import coarse_product
from models.ranking.choosing import How, Places, Room, choose_one
from models.ranking.kernels.explaining import explain
from models.ranking.kernels.families import FAMILIES
from models.ranking.kernels.offering import offer_one
from models.ranking.kernels.types import Nearby, RankingLaws, Shop
from schemas.rows.user import SLOTS


class Ranked(NamedTuple):
    """Lists of m users, best first.

    items (m, k) int32: catalog rows, -1 where there are fewer; scores (m, k) float32; parts (m, k, 4) float32: how much
    each family of features speaks for the item, as explain says; interests (m, k) int8: slot of the interest most like
    it, -1 for none; propensities (m, k) float64 and ways (m, k) int8 as in models.ranking.choosing.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    parts: NDArray[np.float32]
    interests: NDArray[np.int8]
    propensities: NDArray[np.float64]
    ways: NDArray[np.int8]


class Asked(NamedTuple):
    """Who gets a list: slots (m,) int64 of users; at (m,) float64: epoch seconds it is for.

    keys (m,) uint64, as in choosing.Scored; drawn (m, p) int32: rows that exploration may show, -1 for none.
    """

    slots: NDArray[np.int64]
    at: NDArray[np.float64]
    keys: NDArray[np.uint64]
    drawn: NDArray[np.int32]


def no_lists(users: int, length: int) -> Ranked:
    """Lists of so many users on which nothing stands."""
    return Ranked(
        np.full((users, length), -1, np.int32),
        np.zeros((users, length), np.float32),
        np.zeros((users, length, FAMILIES), np.float32),
        np.full((users, length), -1, np.int8),
        np.ones((users, length)),
        np.zeros((users, length), np.int8),
    )


@kernel
def list_each(  # noqa: PLR0913 - one for each thing that lists depend on
    arena: Rows,
    asked: Asked,
    laws: RankingLaws,
    shop: Shop,
    nearby: Nearby,
    mixers: NDArray[np.void],
    how: How,
    room: Room,
    lists: Ranked,
) -> None:
    """Fills lists, empty until now, by one variant: laws and mixers (1,) are of it alone."""
    heads, feedbacks, rings, metas, directions, seen = arena[:6]
    goods, scratch, desk, factored = shop.goods, shop.scratch, shop.scratch.desk[0], laws.ranking[0].factor_rate > 0.0
    # What stands at each place, and then the catalog row of it.
    places = Places(lists.items, lists.propensities, lists.ways)
    for j in range(asked.slots.shape[0]):
        u = asked.slots[j]
        fetch_user(arena, asked.slots, j + 1)
        user = User(heads[u], feedbacks[u], rings[u], metas[u], directions[u])
        count = offer_one(user, seen[u], asked.at[j], laws, 0, shop, nearby, mixers)
        rows, scores, fresh = desk.rows[:count], desk.scores[:count], room.fresh[:count]
        _mark(rows, asked.drawn[j], fresh)
        choose_one(rows, scores, fresh, asked.keys[j], j, how, room, places)
        chosen = lists.items[j]
        explain(chosen, count, factored, mixers[0], scratch, lists.parts[j])
        for place in range(chosen.shape[0]):
            if chosen[place] >= 0:
                lists.scores[j, place] = scores[chosen[place]]
                chosen[place] = rows[chosen[place]]
                lists.interests[j, place] = _most_alike(goods.coarse[chosen[place]], desk)


@kernel
def _mark(rows: NDArray[np.int32], drawn: NDArray[np.int32], fresh: NDArray[np.bool_]) -> None:
    """Fills fresh: which candidates exploration may show."""
    if drawn.shape[0]:
        for i in range(rows.shape[0]):
            fresh[i] = place_of(drawn, rows[i]) >= 0


@kernel
def _most_alike(coarse: NDArray[np.int8], desk: Any) -> int:
    """The slot of the interest most like an item, by attention; -1 for none."""
    strongest, most = -1, 0.0
    for s in range(SLOTS):
        if desk.interest_shares[s] > 0.0:
            part = desk.interest_shares[s] * coarse_product(desk.units[s], coarse)
            if part > most:
                strongest, most = s, part
    return strongest
