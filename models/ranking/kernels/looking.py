"""Looking: a user at a moment, as ranking sees them, before anything of that moment is learned."""

from typing import Any

import numpy as np

from models.compiled import kernel
from models.interests.kernels.attention import attend, features
from models.interests.kernels.types import User
from models.kernels.vectors import product
from models.ranking.kernels.candidates import add_up_neighbors
from models.ranking.kernels.mixing import weigh
from models.ranking.kernels.recents import attend_recents, gather_recents
from models.ranking.kernels.types import Moment, RankingLaws, Scratch, Shop
from schemas.rows.user import ASKED, SLOTS
from schemas.vectors import DIMENSIONS


@kernel
def look(user: User, moment: Moment, laws: RankingLaws, shop: Shop, mixer: Any) -> tuple[int, int]:
    """Begins a ranking: the user's interests, recent items and their neighbors; how many of each of the latter two."""
    market, scratch, rules, at = shop.market, shop.scratch, laws.ranking, moment.at
    scratch.stamp[0] += 1
    _focus(user, moment, laws, scratch)
    recents = gather_recents(user.head, user.rings, shop.wanted, shop.goods, scratch)
    now = market.tally[0].events
    attend_recents(recents, at, market, mixer, scratch)
    _look_back(user, recents, shop, scratch)
    neighbors = add_up_neighbors(recents, now, market, rules, scratch, scratch.stamp[0])
    weigh(user.head, at, recents, market, rules, mixer, scratch)
    return recents, neighbors


@kernel
def _focus(user: User, moment: Moment, laws: RankingLaws, scratch: Scratch) -> None:
    """Fills units, interest_shares and focus, their sum by shares."""
    shares, units, focus = scratch.interest_shares, scratch.units, scratch.focus
    shares[:] = 0.0
    focus[:] = 0.0
    if user.head.used == 0:
        return
    rules, now = laws.interests, max(moment.at, user.head.at)
    competing = features(user.head, user.rings, user.interests, now, moment.hour, moment.device, rules, scratch.found)
    attend(user.interests, competing, scratch.found, laws.theta, now, rules, shares)
    for s in range(SLOTS):
        if user.head.used >> s & 1:
            direction = user.directions[s]
            square = product(direction, direction)
            scale = np.float32(1.0) / np.sqrt(square) if square > 0.0 else np.float32(0.0)
            share = np.float32(shares[s])
            for d in range(DIMENSIONS):
                units[s, d] = direction[d] * scale
                focus[d] += share * units[s, d]


@kernel
def _look_back(user: User, recents: int, shop: Shop, scratch: Scratch) -> None:
    """Fills latest: the vector of what the user had to do with last or, after that, asked for in words."""
    since = scratch.recent_at[0] if recents else 0.0
    asked = -1
    for s in range(SLOTS):
        interest = user.interests[s]
        if user.head.used >> s & 1 and interest.flags & ASKED and interest.asked_at >= since:
            asked, since = s, interest.asked_at
    if asked >= 0:
        scratch.latest[:] = scratch.units[asked]
    elif recents:
        scratch.latest[:] = shop.goods.vectors[scratch.recent_rows[0]]
    else:
        scratch.latest[:] = 0.0
