"""Looking: a user at a moment, as ranking sees them, before anything of that moment is learned."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.attention import attend, features
from models.interests.kernels.types import Rules, User
from models.kernels.vectors import copy_vector, product
from models.ranking.kernels.mixing import weigh
from models.ranking.kernels.neighbors import add_up_neighbors
from models.ranking.kernels.recents import attend_recents, gather_recents
from models.ranking.kernels.types import Moment, RankingLaws, Shop
from schemas.rows.user import ASKED, SLOTS
from schemas.vectors import DIMENSIONS


@kernel
def look(user: User, moment: Moment, laws: RankingLaws, rules: Any, shop: Shop, mixer: Any) -> int:
    """Begins a ranking: the user's interests, recent items and their neighbors; how many of these there are."""
    market, goods, desk, at = shop.market, shop.goods, shop.scratch.desk[0], moment.at
    desk.stamp += 1
    focus(user, moment, laws.interests, laws.theta, desk)
    gather_recents(user.head, user.rings, shop.wanted, goods.prints, goods.table, desk)
    attend_recents(at, market.standings, mixer, desk)
    look_back(user, goods.vectors, desk)
    weigh(user.head, at, market.standings, rules, mixer, desk)
    return add_up_neighbors(market, rules, shop.scratch)


@kernel
def focus(user: User, moment: Moment, rules: Rules, theta: NDArray[np.float64], desk: Any) -> None:
    """Fills units, interest_shares and focus, their sum by shares."""
    shares, units, middle, found = desk.interest_shares, desk.units, desk.focus, desk.found
    shares[:] = 0.0
    middle[:] = np.float32(0.0)
    if user.head.used == 0:
        return
    now = max(moment.at, user.head.at)
    competing = features(user.head, user.rings, user.interests, now, moment.hour, moment.device, rules, found)
    attend(user.interests, competing, found, theta, now, rules, shares)
    for s in range(SLOTS):
        if user.head.used >> s & 1:
            direction, unit = user.directions[s], units[s]
            square = product(direction, direction)
            scale = np.float32(1.0) / np.sqrt(square) if square > 0.0 else np.float32(0.0)
            share = np.float32(shares[s])
            for d in range(DIMENSIONS):
                unit[d] = direction[d] * scale
                middle[d] += share * unit[d]


@kernel
def look_back(user: User, vectors: NDArray[np.float32], desk: Any) -> None:
    """Fills latest: the vector of what the user had to do with last or, after that, asked for in words."""
    since = desk.recent_at[0] if desk.recents else 0.0
    asked = -1
    for s in range(SLOTS):
        interest = user.interests[s]
        if user.head.used >> s & 1 and interest.flags & ASKED and interest.asked_at >= since:
            asked, since = s, interest.asked_at
    if asked >= 0:
        copy_vector(desk.units[asked], desk.latest)
    elif desk.recents:
        copy_vector(vectors[desk.recent_rows[0]], desk.latest)
    else:
        desk.latest[:] = np.float32(0.0)
