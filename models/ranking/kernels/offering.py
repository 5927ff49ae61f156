"""Offering: candidates with their scores and what each score is made of, for one user after the other."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.types import Rows, User
from models.kernels.vectors import product
from models.ranking.kernels.candidates import gather
from models.ranking.kernels.families import FAMILY_OF, NEXT, POPULAR
from models.ranking.kernels.features import describe
from models.ranking.kernels.looking import look
from models.ranking.kernels.mixing import score
from models.ranking.kernels.types import Moment, RankingLaws, Scratch, Shop
from models.ranking.kernels.unwanted import lower_unwanted, weigh_unwanted
from schemas.rows.mixer import FEATURES
from schemas.rows.user import SLOTS


class Offers(NamedTuple):
    """Candidates of m users: rows (m, c) int32, -1 for none; scores (m, c) float32, -inf for what is muted.

    parts (m, c, 4) float32: how much each family of features speaks for a candidate, beyond the mean of them all;
    interests (m, c) int8: the interest most like it, weighed by attention, -1 for none.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float32]
    parts: NDArray[np.float32]
    interests: NDArray[np.int8]


@kernel
def offer_each(
    arena: Rows,
    slots: NDArray[np.int64],
    at: NDArray[np.float64],
    laws: RankingLaws,
    shop: Shop,
    unwanted: float,
    mixer: Any,
    offers: Offers,
) -> None:
    """Fills offers for users at moments (m,), seconds; rows are -1 before.

    Tuples are taken apart before the loop, since every access to an array in one is counted.
    """
    heads, feedbacks, rings, metas, directions, seen = arena[:6]
    for j in range(slots.shape[0]):
        u = slots[j]
        user = User(heads[u], feedbacks[u], rings[u], metas[u], directions[u])
        count = offer_one(user, seen[u], at[j], laws, shop, unwanted, mixer)
        _hand_out(count, shop, offers.rows[j], offers.scores[j], offers.parts[j], offers.interests[j])


@kernel
def offer_one(
    user: User,
    seen: NDArray[np.uint32],
    at: float,
    laws: RankingLaws,
    shop: Shop,
    unwanted: float,
    mixer: Any,
) -> int:
    """Fills rows, features and scores of the scratch with a user's candidates at a moment; how many there are."""
    market, goods, scratch = shop.market, shop.goods, shop.scratch
    moment = Moment(at, user.head.hour, user.head.device)
    recents, neighbors = look(user, moment, laws, shop, mixer)
    count = gather(user.head, seen, recents, neighbors, shop, laws.ranking, True)
    describe(user.head, count, recents, market, goods, laws.ranking, scratch)
    score(count, scratch)
    if weigh_unwanted(user, at, laws.interests, scratch):
        lower_unwanted(user, count, unwanted, laws.interests.capture, goods, scratch)
    return count


@kernel
def _hand_out(
    count: int,
    shop: Shop,
    rows: NDArray[np.int32],
    scores: NDArray[np.float32],
    parts: NDArray[np.float32],
    interests: NDArray[np.int8],
) -> None:
    scratch, goods = shop.scratch, shop.goods
    slopes = scratch.slopes
    slopes[:] = 0.0
    for j in range(count):
        for f in range(FEATURES):
            slopes[f] += scratch.features[j, f] / count
    for j in range(min(count, rows.shape[0])):
        rows[j], scores[j] = scratch.rows[j], scratch.scores[j]
        parts[j] = 0.0
        known = scratch.marks[rows[j]] == scratch.stamp[0]
        for f in range(FEATURES):
            family = POPULAR if FAMILY_OF[f] == NEXT and not known else FAMILY_OF[f]
            parts[j, family] += scratch.weights[f] * (scratch.features[j, f] - slopes[f])
        interests[j] = _strongest(goods.vectors[rows[j]], scratch)


@kernel
def _strongest(vector: NDArray[np.float32], scratch: Scratch) -> int:
    strongest, most = -1, 0.0
    for s in range(SLOTS):
        if scratch.interest_shares[s] > 0.0:
            part = scratch.interest_shares[s] * product(vector, scratch.units[s])
            if part > most:
                strongest, most = s, part
    return strongest
