"""Learning: before a behavior changes its user, every mixer learns to rank its item first."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.seen import has_seen
from models.interests.kernels.types import User
from models.kernels.chance import fraction, scrambled
from models.kernels.places import place_of
from models.ranking.kernels.candidates import add_others, gather
from models.ranking.kernels.factors import add_factors, note_slopes
from models.ranking.kernels.features import describe
from models.ranking.kernels.looking import look
from models.ranking.kernels.mixing import climb, score
from models.ranking.kernels.recents import learn_attention
from models.ranking.kernels.types import Moment, RankingLaws, Scratch, Shop, Taught


@kernel
def learn_choice(
    user: User,
    seen: NDArray[np.uint32],
    target: int,
    moment: Moment,
    seed: np.uint64,
    laws: RankingLaws,
    shop: Shop,
    taught: Taught,
) -> None:
    """Learns that the user chose catalog row `target` at a moment, if it is new to them and may be recommended.

    Every variant moves its mixer; the gradients of items' factors are the first one's.
    """
    goods, scratch, market = shop.goods, shop.scratch, shop.market
    desk, mixers = scratch.desk[0], taught.mixers
    if not goods.allowed[target] or has_seen(seen, goods.prints[target]):
        return
    for v in range(mixers.shape[0]):
        mixer, rules = mixers[v], laws.ranking[v]
        if rules.learning_rate == 0.0:
            continue
        neighbors = look(user, moment, laws, rules, shop, mixer)
        if place_of(desk.recent_rows[: desk.recents], target) >= 0:
            return
        near = gather(user.head, seen, neighbors, shop, rules)
        place = _place_of(target, near, scratch)
        near = max(near, place + 1)
        unlisted, rivals = float(goods.allowed.shape[0] - near), near - 1
        near, place = thin(seed, near, place, rules.negatives, desk)
        count = add_others(seed, rules.others, seen, goods, scratch, near)
        describe(user.head, count, market.standings, market.tally[0].events, rules, goods, scratch)
        score(count, mixer, desk)
        if rules.factor_rate > 0.0:
            add_factors(count, goods.factors, desk)
        near_weight, far_weight = max(rivals / max(near - 1, 1), 1.0), max(unlisted / max(count - near, 1), 1.0)
        climb(place, near, count, near_weight, far_weight, rules, mixer, desk)
        if v == 0 and rules.factor_rate > 0.0:
            note_slopes(count, seed, goods, taught.gradients, desk)
        if desk.recents > 1:
            learn_attention(target, moment.at, market, rules, mixer, desk)


@kernel
def thin(seed: np.uint64, near: int, place: int, wanted: int, desk: Any) -> tuple[int, int]:
    """Keeps the target and at most so many other candidates, each as likely; how many are left, and the target's place.

    One of every so many is taken, from a place that follows from the seed (systematic sampling). Args: near: how many
    candidates there are; place: the target's; wanted: at least 1.
    """
    if near - 1 <= wanted:
        return near, place
    rows = desk.rows
    target = rows[place]
    rows[place] = rows[near - 1]
    spacing = (near - 1) / wanted
    at = fraction(scrambled(seed)) * spacing
    for k in range(wanted):
        rows[k] = rows[int(at)]
        at += spacing
    rows[wanted] = target
    return wanted + 1, wanted


@kernel
def _place_of(target: int, count: int, scratch: Scratch) -> int:
    """Where the target is among the candidates; behind them, if it was none until now."""
    desk, chosen = scratch.desk[0], scratch.chosen
    rows = desk.rows
    if chosen[target] == desk.stamp:
        return place_of(rows[:count], target)
    place = min(count, rows.shape[0] - 1)
    chosen[target] = desk.stamp
    rows[place] = target
    return place
