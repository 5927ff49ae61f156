"""Learning: before a behavior changes its user, every mixer learns to rank its item first."""

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.seen import has_seen
from models.interests.kernels.types import User
from models.kernels.places import place_of
from models.ranking.kernels.candidates import add_others, gather
from models.ranking.kernels.features import describe
from models.ranking.kernels.looking import look
from models.ranking.kernels.mixing import climb, score
from models.ranking.kernels.recents import learn_attention
from models.ranking.kernels.types import Moment, RankingLaws, Scratch, Shop


@kernel
def learn_choice(
    user: User,
    seen: NDArray[np.uint32],
    target: int,
    moment: Moment,
    seed: np.uint64,
    laws: RankingLaws,
    shop: Shop,
    mixers: NDArray[np.void],
) -> None:
    """Learns that the user chose catalog row `target` at a moment, if it is new to them and may be recommended."""
    goods, scratch, market, rules = shop.goods, shop.scratch, shop.market, laws.ranking
    if not goods.allowed[target] or has_seen(seen, goods.prints[target]):
        return
    for v in range(mixers.shape[0]):
        mixer = mixers[v]
        recents, neighbors = look(user, moment, laws, shop, mixer)
        if place_of(scratch.recent_rows[:recents], target) >= 0:
            return
        stamp, now = scratch.stamp[0], market.tally[0].events
        near = gather(user.head, seen, recents, neighbors, shop, rules, False)
        place = _place_of(target, near, scratch, stamp)
        near = max(near, place + 1)
        items = goods.allowed.shape[0]
        count = add_others(seed, items, seen, goods, rules, scratch, stamp, near)
        describe(user.head, count, recents, market, goods, rules, scratch)
        score(count, scratch)
        climb(place, near, count, float(items - near), rules, mixer, scratch)
        if recents > 1:
            learn_attention(target, recents, moment.at, now, market, rules, mixer, scratch)


@kernel
def _place_of(target: int, count: int, scratch: Scratch, stamp: int) -> int:
    """Where the target is among the candidates; behind them, if it was none until now."""
    rows = scratch.rows
    if scratch.chosen[target] == stamp:
        return place_of(rows[:count], target)
    place = min(count, rows.shape[0] - 1)
    scratch.chosen[target] = stamp
    rows[place] = target
    return place
