"""Attention: how interests compete in a context, and how the shared weights of that are learned."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.masses import mass_at
from models.interests.kernels.types import FEATURES, Integer, Rules
from schemas.rows.user import (
    ASKED,
    DEVICES,
    HOURS,
    MUTED,
    NO_INTEREST,
    PROVEN,
    RECENTS,
    RING_RECENTS,
    RINGS,
    SLOTS,
)

MASS, SHORT, RECENT, HOUR, DEVICE, CONTENT = range(FEATURES)
LEARNED_FEATURES = CONTENT
RECENT_DECAY = 0.7
LEAST = 1e-9
SHORT_LEAST = 0.01
DEVICE_KINDS = len(DEVICES)
MOST = 5.0
LEAST_OF_MASS = 0.05


@kernel
def competes(head: Any, interests: NDArray[np.void], s: int) -> bool:
    """Whether the interest has a share of the attention."""
    return head.used >> s & 1 != 0 and interests[s].mass > 0.0 and interests[s].flags & MUTED == 0


@kernel
def features(
    head: Any,
    rings: NDArray[np.void],
    interests: NDArray[np.void],
    at: float,
    hour: Integer,
    device: Integer,
    rules: Rules,
    out: NDArray[np.float64],
) -> int:
    """Fills out (8, 6) for the interests that compete, the content's column with 0; their bits.

    Columns: ln mass; ln (short mass + 0.01); recent behaviors on it, each counting 0.7 of the one after it;
    ln of how much likelier it is at this hour and on this device than at any. An interest whose latest behavior is
    later than `at` has the masses of that behavior's time: taken back over years, they would pass every number.
    """
    competing = 0
    out[:] = 0.0
    for s in range(SLOTS):
        if competes(head, interests, s):
            interest = interests[s]
            competing |= 1 << s
            now = max(at, interest.at)
            out[s, MASS] = np.log(mass_at(interest, now) + LEAST)
            short = interest.short * np.exp2((interest.at - now) / rules.short_half_life)
            out[s, SHORT] = np.log(short + SHORT_LEAST)
            if rules.context:
                out[s, HOUR] = _lift(interest.hours, hour, HOURS)
                if device:
                    out[s, DEVICE] = _lift(interest.devices, device - 1, DEVICE_KINDS)
    _add_recents(head, rings, competing, out)
    return competing


@kernel
def _add_recents(head: Any, rings: NDArray[np.void], competing: int, out: NDArray[np.float64]) -> None:
    share = 1.0
    number, place = head.recents_next // RING_RECENTS, head.recents_next % RING_RECENTS
    for _ in range(RECENTS):
        if place == 0:
            number, place = (number if number else RINGS) - 1, RING_RECENTS
        place -= 1
        ring = rings[number]
        if ring.at[place] == 0:
            break
        slot = ring.interests[place]
        if slot != NO_INTEREST:
            if competing >> slot & 1:
                out[slot, RECENT] += share
            share *= RECENT_DECAY


@kernel
def _lift(counts: NDArray[np.uint8], place: Integer, kinds: int) -> float:
    total = 0
    for k in range(kinds):
        total += counts[k]
    return np.log(kinds * (counts[place] + 1.0) / (total + kinds))


@kernel
def attend(
    interests: NDArray[np.void],
    competing: int,
    found: NDArray[np.float64],
    theta: NDArray[np.float64],
    at: float,
    rules: Rules,
    shares: NDArray[np.float64],
) -> None:
    """Fills shares (8,), 0 for those that do not compete: a softmax of theta times features, and of three things more.

    What was asked for just now leads, which fades; what was turned away counts less, and an interest on probation less
    than any that is proven, if there is one: no single behavior leads.
    """
    greatest, best_proven = -np.inf, -np.inf
    for s in range(SLOTS):
        shares[s] = 0.0
        if competing >> s & 1:
            shares[s] = _logit(interests[s], found[s], theta, at, rules)
            greatest = max(greatest, shares[s])
    first = greatest
    for s in range(SLOTS):
        if competing >> s & 1:
            if interests[s].flags & ASKED:
                left = np.exp2(-max(at - interests[s].asked_at, 0.0) / rules.asked_half_life)
                shares[s] += left * (first - shares[s] + rules.asked_boost)
                greatest = max(greatest, shares[s])
            if interests[s].flags & PROVEN:
                best_proven = max(best_proven, shares[s])
    if best_proven > -np.inf:
        greatest = best_proven
    total = 0.0
    for s in range(SLOTS):
        if competing >> s & 1:
            if not interests[s].flags & PROVEN:
                shares[s] = min(shares[s], greatest) + np.log(rules.probation + LEAST)
            shares[s] = np.exp(shares[s] - greatest)
            total += shares[s]
    for s in range(SLOTS):
        if competing >> s & 1:
            shares[s] /= total


@kernel
def _logit(interest: Any, found: NDArray[np.float64], theta: NDArray[np.float64], at: float, rules: Rules) -> float:
    left = np.exp2(-max(at - interest.at, 0.0) / rules.turned_half_life)
    logit = -rules.turned_penalty * interest.turned * left
    for f in range(FEATURES):
        logit += theta[f] * found[f]
    return logit


@kernel
def learn(
    learned: Any, found: NDArray[np.float64], competing: int, shares: NDArray[np.float64], chosen: int, rules: Rules
) -> None:
    """One step of Adagrad up the log-likelihood that the next behavior is on `chosen` (Duchi et al. 2011).

    The exact slope as long as shares are a plain softmax: where something was asked for or is on probation they are
    not, and theta moves as if what these take or give did not depend on it.
    """
    if competing & (competing - 1) == 0 or not competing >> chosen & 1:
        return
    for f in range(LEARNED_FEATURES):
        gradient = found[chosen, f]
        for s in range(SLOTS):
            if competing >> s & 1:
                gradient -= shares[s] * found[s, f]
        learned.squares[f] += gradient * gradient
        step = rules.learning_rate * gradient / np.sqrt(learned.squares[f])
        learned.theta[f] = min(max(learned.theta[f] + step, LEAST_OF_MASS if f == MASS else -MOST), MOST)
