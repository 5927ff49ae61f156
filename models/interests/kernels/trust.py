"""Trust: how much of a behavior's weight counts when it comes as bots and stuck clients send it.

What turns to another item within half a second is a machine: that behavior counts an eighth. One of the very same
moment counts whole, as clocks may be coarse, and one on the same item too, as one act may be logged twice.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.memory import repeats
from models.interests.kernels.types import Integer, Rules
from schemas.rows.user import RECENTS, RING_RECENTS

ANOMALY_RATE = 0.05
REPEATED = 0.25
HASTE = 0.5
HASTY = 0.125


@kernel
def refill(head: Any, now: float, rules: Rules) -> None:
    """Time passes for the bucket of behaviors that may come at machine pace; a new user's is full."""
    if head.at == 0.0:
        head.tokens = rules.burst
    elif now > head.at:
        head.tokens = min(head.tokens + (now - head.at) * rules.refill, rules.burst)


@kernel
def trusted_share(
    head: Any, rings: NDArray[np.void], item: Integer, code: Integer, at: float, pause: float, rules: Rules
) -> float:
    """The share of the weight that counts: less for each recent repetition and for haste, times what is in the bucket.

    The user's anomaly moves toward what this withholds, and withholds as much again. pause: seconds since the user's
    latest behavior.
    """
    share = 1.0
    if item:
        share = REPEATED ** repeats(rings, item, code, at, rules.repeat_span)
    if 0.0 < pause < HASTE and item != _latest_item(head, rings):
        share *= HASTY
    if head.tokens < 1.0:
        share *= head.tokens
    head.tokens = max(head.tokens - 1.0, 0.0)
    counted = share * (1.0 - head.anomaly)
    head.anomaly += ANOMALY_RATE * (1.0 - share - head.anomaly)
    return counted


@kernel
def _latest_item(head: Any, rings: NDArray[np.void]) -> int:
    """The print of the item, or text, of the latest behavior that had one; 0 for none."""
    number = (head.recents_next - 1) % RECENTS
    return rings[number // RING_RECENTS].items[number % RING_RECENTS]
