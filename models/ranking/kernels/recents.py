"""Recents: which items a user had to do with last, and how much each says about what comes next."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.kernels.market import FAR, Market, left_of
from models.compiled import kernel
from models.kernels.places import place_of, row_of
from schemas.rows.mixer import PLACES
from schemas.rows.user import RECENTS, RING_RECENTS

BY_PLACE, BY_AGE, BY_BEHAVIORS = range(3)
MINUTE: Final = 60.0
UNSEEN: Final = 1e-4


@kernel
def gather_recents(
    head: Any,
    rings: NDArray[np.void],
    wanted: NDArray[np.bool_],
    prints: NDArray[np.uint32],
    table: NDArray[np.int32],
    desk: Any,
) -> None:
    """Fills recent_rows and recent_at with the items wanted last, the latest first and each once."""
    rows, times = desk.recent_rows, desk.recent_at
    count = 0
    for k in range(RECENTS):
        number = (head.recents_next - 1 - k) % RECENTS
        ring, place = rings[number // RING_RECENTS], number % RING_RECENTS
        if ring.at[place] == 0:
            break
        if not wanted[ring.types[place]]:
            continue
        row = row_of(ring.items[place], prints, table)
        if row >= 0 and place_of(rows[:count], row) < 0:
            rows[count], times[count] = row, ring.at[place]
            count += 1
    desk.recents = count


@kernel
def attend_recents(at: float, standings: NDArray[np.void], mixer: Any, desk: Any) -> None:
    """Fills attention: a softmax of what is learned for an item's place, age and number of behaviors."""
    attention, learned, count = desk.attention, mixer.attention, desk.recents
    greatest, total = -np.inf, 0.0
    for k in range(count):
        attention[k] = learned[BY_PLACE, k]
        attention[k] += learned[BY_AGE, _bin((at - desk.recent_at[k]) / MINUTE)]
        attention[k] += learned[BY_BEHAVIORS, _bin(standings[desk.recent_rows[k]].behaviors)]
        greatest = max(greatest, attention[k])
    for k in range(count):
        attention[k] = np.exp(attention[k] - greatest)
        total += attention[k]
    for k in range(count):
        attention[k] /= total


@kernel
def learn_attention(target: int, at: float, market: Market, rules: Any, mixer: Any, desk: Any) -> None:
    """One step of online EM: a recent item gets the credit that its followers give to the target.

    The logarithms move by Adagrad along the slope of the expected likelihood (generalized EM, Dempster et al. 1977).
    """
    credit, attention, rows, count = desk.credit, desk.attention, desk.recent_rows, desk.recents
    standings, rate, total, left = market.standings, rules.attention_rate, 0.0, left_of(market.tally[0])
    for k in range(count):
        credit[k] = attention[k] * (UNSEEN + _likely(rows[k], target, market, left, rules.far_prior))
        total += credit[k]
    for k in range(count):
        slope = credit[k] / total - attention[k]
        _climb(mixer, BY_PLACE, k, slope, rate)
        _climb(mixer, BY_AGE, _bin((at - desk.recent_at[k]) / MINUTE), slope, rate)
        _climb(mixer, BY_BEHAVIORS, _bin(standings[rows[k]].behaviors), slope, rate)


@kernel
def _bin(value: float) -> int:
    """Doublings of 1 + value, as many as there are places for."""
    return min(int(np.log2(1.0 + max(value, 0.0))), PLACES - 1)


@kernel
def _likely(row: int, target: int, market: Market, left: float, prior: float) -> float:
    """How likely the target comes after the item or before it, by what came so far."""
    slot = market.standings[row].slot
    if slot < 0:
        return 0.0
    both = 0.0
    place = place_of(market.before_rows[slot, : market.before_n[slot]], target)
    if place >= 0:
        both += market.before[slot, place, FAR]
    place = place_of(market.after_rows[slot, : market.after_n[slot]], target)
    if place >= 0:
        both += market.after[slot, place, FAR]
    return 0.5 * both * left / (market.totals[slot, FAR] * left + prior)


@kernel
def _climb(mixer: Any, kind: int, place: int, slope: float, rate: float) -> None:
    mixer.attention_squares[kind, place] += slope * slope
    mixer.attention[kind, place] += rate * slope / np.sqrt(mixer.attention_squares[kind, place])
