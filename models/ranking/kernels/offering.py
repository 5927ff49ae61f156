"""Offering: candidates with their scores, for one user."""

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.types import User
from models.ranking.kernels.candidates import add_nearest, gather
from models.ranking.kernels.factors import add_factors
from models.ranking.kernels.features import describe
from models.ranking.kernels.looking import look
from models.ranking.kernels.mixing import score
from models.ranking.kernels.types import Moment, Nearby, RankingLaws, Shop
from models.ranking.kernels.unwanted import lower_unwanted, weigh_unwanted


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
