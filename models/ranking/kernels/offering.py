"""Offering: candidates with their scores and what these are made of, for one user after the other."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.types import Rows, User
from models.kernels.vectors import copy_vector, product
from models.ranking.kernels.candidates import add_nearest, gather
from models.ranking.kernels.explaining import Grounds, keep_grounds
from models.ranking.kernels.factors import add_factors
from models.ranking.kernels.features import describe
from models.ranking.kernels.looking import look
from models.ranking.kernels.mixing import score
from models.ranking.kernels.types import Moment, Nearby, RankingLaws, Scratch, Shop
from models.ranking.kernels.unwanted import lower_unwanted, weigh_unwanted
from schemas.rows.user import SLOTS


class Asked(NamedTuple):
    """Who gets a list: slots (m,) int64 of users; at (m,) float64: epoch seconds it is for; variants (m,) int64."""

    slots: NDArray[np.int64]
    at: NDArray[np.float64]
    variants: NDArray[np.int64]


class Offers(NamedTuple):
    """Candidates of m users: rows (m, c) int32, -1 for none; scores (m, c) float32, -inf for none and what is muted.

    grounds: what the scores are made of. units (m, 8, 128) float32 and shares (m, 8) float64: interests and their
    attention.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float32]
    grounds: Grounds
    units: NDArray[np.float32]
    shares: NDArray[np.float64]


@kernel
def offer_each(
    arena: Rows,
    asked: Asked,
    laws: RankingLaws,
    shop: Shop,
    nearby: Nearby,
    mixers: NDArray[np.void],
    offers: Offers,
) -> None:
    """Fills offers for users, each by the rules and the mixer of its variant.

    Tuples are taken apart before the loop, since every access to an array in one is counted.
    """
    heads, feedbacks, rings, metas, directions, seen = arena[:6]
    slots, at, variants = asked
    for j in range(slots.shape[0]):
        u, v = slots[j], variants[j]
        user = User(heads[u], feedbacks[u], rings[u], metas[u], directions[u])
        count = offer_one(user, seen[u], at[j], laws, v, shop, nearby, mixers)
        _hand_out(count, shop.scratch, offers.rows[j], offers.scores[j])
        keep_grounds(j, count, laws.ranking[v].factor_rate > 0.0, shop.scratch, offers.grounds)
        desk = shop.scratch.desk[0]
        for s in range(SLOTS):
            offers.shares[j, s] = desk.interest_shares[s]
            copy_vector(desk.units[s], offers.units[j, s])


@kernel
def offer_one(
    user: User,
    seen: NDArray[np.uint32],
    at: float,
    laws: RankingLaws,
    v: int,
    shop: Shop,
    nearby: Nearby,
    mixers: NDArray[np.void],
) -> int:
    """Fills rows, features and scores of the desk with a user's candidates at a moment, by variant v; their number."""
    market, goods, scratch, desk = shop.market, shop.goods, shop.scratch, shop.scratch.desk[0]
    rules, mixer = laws.ranking[v], mixers[v]
    moment = Moment(at, np.int64(user.head.hour), np.int64(user.head.device))
    neighbors = look(user, moment, laws, rules, shop, mixer)
    count = gather(user.head, seen, neighbors, shop, rules)
    count = add_nearest(count, seen, goods, nearby, rules, scratch)
    describe(user.head, count, market.standings, market.tally[0].events, rules, goods, scratch)
    score(count, mixer, desk)
    if rules.factor_rate > 0.0:
        add_factors(count, goods.factors, desk)
    if weigh_unwanted(user, at, laws.interests, desk):
        lower_unwanted(user, count, rules.unwanted, laws.interests.capture, goods, desk)
    return count


@kernel
def attribute(
    items: NDArray[np.int32],
    vectors: NDArray[np.float32],
    units: NDArray[np.float32],
    shares: NDArray[np.float64],
    interests: NDArray[np.int8],
) -> None:
    """Fills interests (m, k) with the slot of the interest most like each item (m, k), by attention; -1: none.

    Args: items: rows of vectors (c, 128), -1 for none; units (m, 8, 128) and shares (m, 8) as in Offers.
    """
    for u in range(items.shape[0]):
        for place in range(items.shape[1]):
            strongest, most = -1, 0.0
            for s in range(SLOTS):
                if items[u, place] >= 0 and shares[u, s] > 0.0:
                    part = shares[u, s] * product(vectors[items[u, place]], units[u, s])
                    if part > most:
                        strongest, most = s, part
            interests[u, place] = strongest


@kernel
def _hand_out(count: int, scratch: Scratch, rows: NDArray[np.int32], scores: NDArray[np.float32]) -> None:
    desk, room = scratch.desk[0], rows.shape[0]
    for j in range(min(count, room)):
        rows[j], scores[j] = desk.rows[j], desk.scores[j]
    for j in range(count, room):
        rows[j], scores[j] = -1, -np.inf
