"""Trust: how much of a behavior's weight counts when it comes as bots and stuck clients send it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.memory import repeats
from models.interests.kernels.types import Integer, Rules

ANOMALY_RATE = 0.05
REPEATED = 0.25


@kernel
def refill(head: Any, now: float, rules: Rules) -> None:
    """Time passes for the bucket of behaviors that may come at machine pace; a new user's is full."""
    if head.at == 0.0:
        head.tokens = rules.burst
    elif now > head.at:
        head.tokens = min(head.tokens + (now - head.at) * rules.refill, rules.burst)


@kernel
def trusted_share(head: Any, rings: NDArray[np.void], item: Integer, code: Integer, at: float, rules: Rules) -> float:
    """The share of the weight that counts: a quarter for each recent repetition, times what is left in the bucket.

    The user's anomaly moves toward what this withholds, and withholds as much again.
    """
    share = 1.0
    if item:
        share = REPEATED ** repeats(rings, item, code, at, rules.repeat_span)
    if head.tokens < 1.0:
        share *= head.tokens
    head.tokens = max(head.tokens - 1.0, 0.0)
    counted = share * (1.0 - head.anomaly)
    head.anomaly += ANOMALY_RATE * (1.0 - share - head.anomaly)
    return counted
