"""Mixing: a conditional logit whose weights follow the context, learned one behavior at a time."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel, kernel
from models.ranking.kernels.logarithms import exp2
from models.ranking.kernels.types import (
    AFTER_A_DAY,
    ALWAYS,
    EXPERIENCE,
    KNOWN_LAST,
    SAME_SESSION,
)
from schemas.rows.mixer import CONTEXTS, FEATURES

DAY: Final = 86_400.0
LOG2_E: Final = np.float32(1.442695)


@kernel
def weigh(head: Any, at: float, standings: NDArray[np.void], rules: Any, mixer: Any, desk: Any) -> None:
    """Fills the context of a moment and the weights that follow: of each feature, a linear form in the context."""
    context, weights, learned = desk.context, desk.weights, mixer.weights
    gap = at - head.at if head.at > 0.0 else np.inf
    context[ALWAYS] = 1.0
    context[SAME_SESSION] = 1.0 if gap <= rules.session else 0.0
    context[EXPERIENCE] = np.log(1.0 + min(float(head.behaviors), 1e6)) / 3.0 - 1.0
    context[AFTER_A_DAY] = 1.0 if gap > DAY else 0.0
    context[KNOWN_LAST] = -1.0
    if desk.recents:
        context[KNOWN_LAST] += np.log(1.0 + standings[desk.recent_rows[0]].behaviors) / 4.0
    for f in range(FEATURES):
        weight = 0.0
        for c in range(CONTEXTS):
            weight += learned[f, c] * context[c]
        weights[f] = weight


@fast_kernel
def score(count: int, desk: Any) -> None:
    """Fills scores of the first `count` candidates: features times weights."""
    scores = desk.scores
    for j in range(count):
        scores[j] = np.float32(0.0)
    for f in range(FEATURES):
        weight, column = desk.weights[f], desk.features[f]
        for j in range(count):
            scores[j] += weight * column[j]


@fast_kernel
def climb(
    target: int, near: int, count: int, near_weight: float, far_weight: float, rate: float, mixer: Any, desk: Any
) -> None:
    """One step of Adagrad up the log-likelihood that of all items the user chose candidate `target`.

    The first `near` rows are candidates, the rest of `count` stand for all `others` that are none: each weighs
    others / (count - near), so that the sum over all items is estimated without bias (sampled softmax, Bengio and
    Senecal 2008; the step, Duchi et al. 2011).
    """
    scores, shares, slopes, context = desk.scores, desk.shares, desk.slopes, desk.context
    near_lift, far_lift = np.float32(np.log(near_weight)), np.float32(np.log(far_weight))
    for j in range(near):
        scores[j] += near_lift
    for j in range(near, count):
        scores[j] += far_lift
    scores[target] -= near_lift
    greatest = scores[0]
    for j in range(count):
        greatest = max(greatest, scores[j])
    total = np.float32(0.0)
    for j in range(count):
        share = exp2((scores[j] - greatest) * LOG2_E)
        shares[j] = share
        total += share
    for f in range(FEATURES):
        column, mean = desk.features[f], np.float32(0.0)
        for j in range(count):
            mean += shares[j] * column[j]
        slopes[f] = column[target] - mean / total
    mixer.steps += 1
    weights, squares = mixer.weights, mixer.squares
    for f in range(FEATURES):
        for c in range(CONTEXTS):
            slope = np.float64(slopes[f]) * context[c]
            squares[f, c] += slope * slope
            weights[f, c] += rate * slope / np.sqrt(squares[f, c])
