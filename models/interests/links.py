"""Links: interests that come up in the same sessions, as association rules from the interests' own counters."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel, making_kernel

LINKS: Final = 8
RULE: Final = 5
LEAST_TOGETHER: Final = 2.0
LEAST_SUPPORT: Final = 0.02
LEAST_LIFT: Final = 1.0


@dataclass(frozen=True)
class Links:
    """At most eight rules per user, the best supported first; -1 and 0 where there are fewer.

    first, second (m, 8) int8: slots, `first` the one that less often comes up without the other, so that the rule reads
    "who came for first came for second". support: the share of all sessions with both; confidence: of the sessions with
    `first`, those with both; lift: how many times more often than by chance they meet; each (m, 8) float32.
    Source: Agrawal, Imielinski and Swami 1993; lift, Brin et al. 1997.
    """

    first: NDArray[np.int8]
    second: NDArray[np.int8]
    support: NDArray[np.float32]
    confidence: NDArray[np.float32]
    lift: NDArray[np.float32]


def links(sessions: NDArray[np.uint8], together: NDArray[np.uint8], total: NDArray[np.number]) -> Links:
    """Which interests of each user belong together.

    A rule needs LEAST_TOGETHER sessions with both, LEAST_SUPPORT and more than LEAST_LIFT. Counts that contradict each
    other, as after halving, are bounded: no pair meets more often than either of it comes up, and no interest comes up
    in more sessions than there are.

    Args: sessions (m, 8), in how many each slot was touched; together (m, 8, 8), at [u, b, a] in how many `a` had been
        touched before `b`, so that a session with both is counted once; total (m,), sessions of the user; all three on
        one scale, that is halved at the same time.
    """
    users, slots = sessions.shape
    best = np.zeros((users, LINKS, RULE), np.float32)
    best[:, :, :2] = -1.0
    room = np.zeros((slots * (slots - 1) // 2, RULE), np.float32)
    _fill(np.ascontiguousarray(sessions), np.ascontiguousarray(together), total.astype(np.float64), room, best)
    return Links(
        best[:, :, 0].astype(np.int8), best[:, :, 1].astype(np.int8), best[:, :, 2], best[:, :, 3], best[:, :, 4]
    )


@kernel
def _fill(
    sessions: NDArray[np.uint8],
    together: NDArray[np.uint8],
    total: NDArray[np.float64],
    rules: NDArray[np.float32],
    best: NDArray[np.float32],
) -> None:
    """Fills best (m, 8, 5)."""
    for u in range(sessions.shape[0]):
        best_rules(sessions[u], together[u], np.float64(total[u]), rules, best[u])


@making_kernel
def best_rules(
    sessions: NDArray[np.uint8],
    together: NDArray[np.uint8],
    total: float,
    rules: NDArray[np.float32],
    best: NDArray[np.float32],
) -> int:
    """Fills best (8, 5) with one user's rules of most support, and says how many; equal ones come by lift, then slots.

    A rule is first, second, support, confidence and lift. rules (28, 5): room for all.
    """
    count = _rules(sessions, together, total, rules)
    kept = min(count, best.shape[0])
    for place in range(kept):
        top = -1
        for k in range(count):
            if rules[k, 2] > 0.0 and (top < 0 or _before(rules[k], rules[top])):
                top = k
        best[place] = rules[top]
        rules[top, 2] = 0.0
    return kept


@kernel
def _before(rule: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    return rule[2] > other[2] or (rule[2] == other[2] and rule[4] > other[4])


@kernel
def _rules(sessions: NDArray[np.uint8], together: NDArray[np.uint8], total: float, rules: NDArray[np.float32]) -> int:
    """Writes first, second, support, confidence and lift of each rule that holds; how many."""
    count = 0
    for a in range(sessions.shape[0]):
        for b in range(a + 1, sessions.shape[0]):
            both = np.float64(together[b, a]) + np.float64(together[a, b])
            if both < LEAST_TOGETHER:
                continue
            first, second = (a, b) if sessions[a] <= sessions[b] else (b, a)
            fewer, more = np.float64(sessions[first]), np.float64(sessions[second])
            whole = max(total, more)
            both = min(both, fewer)
            if both < max(LEAST_TOGETHER, LEAST_SUPPORT * whole) or both * whole <= LEAST_LIFT * fewer * more:
                continue
            rules[count, 0], rules[count, 1] = first, second
            rules[count, 2], rules[count, 3] = both / whole, both / fewer
            rules[count, 4] = both * whole / (fewer * more)
            count += 1
    return count
