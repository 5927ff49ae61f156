"""Recents: which items a user had to do with last, and how much each says about what comes next."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.kernels.market import Market
from models.compiled import kernel
from models.kernels.places import place_of, row_of
from models.ranking.kernels.types import Goods, RankingRules, Scratch
from schemas.rows.mixer import PLACES
from schemas.rows.user import RECENTS, RING_RECENTS

NEAR, FAR = range(2)
BY_PLACE, BY_AGE, BY_BEHAVIORS = range(3)
MINUTE: Final = 60.0
UNSEEN: Final = 1e-4


@kernel
def faded(market: Market, row: int, now: float) -> float:
    """What an item's stored counts are to be multiplied with at a global count of events."""
    tally = market.tally[0]
    return np.exp2((market.standings[row].landmark - now) / tally.half_life)


@kernel
def gather_recents(
    head: Any, rings: NDArray[np.void], wanted: NDArray[np.bool_], goods: Goods, scratch: Scratch
) -> int:
    """Fills recent_rows and recent_at with the items wanted last, the latest first and each once; how many."""
    rows, times = scratch.recent_rows, scratch.recent_at
    count = 0
    for k in range(RECENTS):
        number = (head.recents_next - 1 - k) % RECENTS
        ring, place = rings[number // RING_RECENTS], number % RING_RECENTS
        if ring.at[place] == 0:
            break
        if not wanted[ring.types[place]]:
            continue
        row = row_of(ring.items[place], goods.prints, goods.table)
        if row >= 0 and place_of(rows[:count], row) < 0:
            rows[count], times[count] = row, ring.at[place]
            count += 1
    return count


@kernel
def attend_recents(count: int, at: float, market: Market, mixer: Any, scratch: Scratch) -> None:
    """Fills attention: a softmax of what is learned for an item's place, age and number of behaviors."""
    attention = scratch.attention
    greatest, total = -np.inf, 0.0
    for k in range(count):
        attention[k] = mixer.attention[BY_PLACE, k]
        attention[k] += mixer.attention[BY_AGE, _bin((at - scratch.recent_at[k]) / MINUTE)]
        attention[k] += mixer.attention[BY_BEHAVIORS, _bin(market.standings[scratch.recent_rows[k]].behaviors)]
        greatest = max(greatest, attention[k])
    for k in range(count):
        attention[k] = np.exp(attention[k] - greatest)
        total += attention[k]
    for k in range(count):
        attention[k] /= total


@kernel
def learn_attention(
    target: int, count: int, at: float, now: float, market: Market, rules: RankingRules, mixer: Any, scratch: Scratch
) -> None:
    """One step of online EM: a recent item gets the credit that its followers give to the target.

    The logarithms move by Adagrad along the slope of the expected likelihood (generalized EM, Dempster et al. 1977).
    """
    credit, total = scratch.credit, 0.0
    for k in range(count):
        likely = UNSEEN + _likely(scratch.recent_rows[k], target, now, market, rules.far_prior)
        credit[k] = scratch.attention[k] * likely
        total += credit[k]
    for k in range(count):
        slope = credit[k] / total - scratch.attention[k]
        _climb(mixer, BY_PLACE, k, slope, rules.attention_rate)
        _climb(mixer, BY_AGE, _bin((at - scratch.recent_at[k]) / MINUTE), slope, rules.attention_rate)
        _climb(
            mixer, BY_BEHAVIORS, _bin(market.standings[scratch.recent_rows[k]].behaviors), slope, rules.attention_rate
        )


@kernel
def _bin(value: float) -> int:
    """Doublings of 1 + value, as many as there are places for."""
    return min(int(np.log2(1.0 + max(value, 0.0))), PLACES - 1)


@kernel
def _likely(row: int, target: int, now: float, market: Market, prior: float) -> float:
    """How likely the target comes after the item or before it, by what came so far."""
    slot = market.standings[row].slot
    if slot < 0:
        return 0.0
    fade = faded(market, row, now)
    place = place_of(market.before_rows[slot, : market.before_n[slot]], target)
    both = market.before[slot, place, FAR] * fade if place >= 0 else 0.0
    place = place_of(market.after_rows[slot, : market.after_n[slot]], target)
    if place >= 0:
        both += market.after[slot, place, FAR] * faded(market, target, now)
    return 0.5 * both / (market.totals[slot, FAR] * fade + prior)


@kernel
def _climb(mixer: Any, kind: int, place: int, slope: float, rate: float) -> None:
    mixer.attention_squares[kind, place] += slope * slope
    mixer.attention[kind, place] += rate * slope / np.sqrt(mixer.attention_squares[kind, place])
