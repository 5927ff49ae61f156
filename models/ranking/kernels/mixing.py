"""Mixing: a conditional logit of features and of hidden units, learned one behavior at a time.

The features' weights follow the context. Hidden units, rectified sums of features and contexts, add what features say
together (a layer of 16); they begin without weight, so that a new mixer is the logit alone.
"""

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
from schemas.rows.mixer import CONTEXTS, FEATURES, HIDDEN

DAY: Final = 86_400.0
LOG2_E: Final = np.float32(1.442695)
ZERO: Final = np.float32(0.0)


@kernel
def weigh(head: Any, at: float, standings: NDArray[np.void], rules: Any, mixer: Any, desk: Any) -> None:
    """Fills the context of a moment and what follows: each feature's weight, and each hidden unit's ground."""
    context, weights, learned, grounds, hidden = desk.context, desk.weights, mixer.weights, desk.grounds, mixer.hidden
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
    for k in range(HIDDEN):
        ground = 0.0
        for c in range(CONTEXTS):
            ground += hidden[FEATURES + c, k] * context[c]
        grounds[k] = ground


@fast_kernel
def score(count: int, mixer: Any, desk: Any) -> None:
    """Fills scores of the first `count` candidates: features times weights, and hidden units, lit, times theirs."""
    scores = desk.scores
    for j in range(count):
        scores[j] = ZERO
    for f in range(FEATURES):
        weight, column = desk.weights[f], desk.features[f]
        for j in range(count):
            scores[j] += weight * column[j]
    for k in range(HIDDEN):
        _light(k, count, mixer, desk)
        weight, lit = mixer.output[k], desk.lit[k]
        for j in range(count):
            scores[j] += weight * lit[j]


@fast_kernel
def _light(k: int, count: int, mixer: Any, desk: Any) -> None:
    """Fills lit[k] with hidden unit k of the first `count` candidates."""
    lit, ground, hidden = desk.lit[k], desk.grounds[k], mixer.hidden
    for j in range(count):
        lit[j] = ground
    for f in range(FEATURES):
        weight, column = hidden[f, k], desk.features[f]
        for j in range(count):
            lit[j] += weight * column[j]
    for j in range(count):
        lit[j] = max(lit[j], ZERO)


@fast_kernel
def climb(
    target: int, near: int, count: int, near_weight: float, far_weight: float, rules: Any, mixer: Any, desk: Any
) -> None:
    """One step of Adagrad up the log-likelihood that of all items the user chose candidate `target`, from its score.

    The first `near` rows are candidates, the rest of `count` stand for all `others` that are none: each weighs
    others / (count - near), so that the sum over all items is estimated without bias (sampled softmax, Bengio and
    Senecal 2008; the step, Duchi et al. 2011).
    """
    scores, shares = desk.scores, desk.shares
    near_lift, far_lift = np.float32(np.log(near_weight)), np.float32(np.log(far_weight))
    for j in range(near):
        scores[j] += near_lift
    for j in range(near, count):
        scores[j] += far_lift
    scores[target] -= near_lift
    greatest = scores[0]
    for j in range(count):
        greatest = max(greatest, scores[j])
    total = ZERO
    for j in range(count):
        share = exp2((scores[j] - greatest) * LOG2_E)
        shares[j] = share
        total += share
    for j in range(count):
        shares[j] = -shares[j] / total
    shares[target] += np.float32(1.0)
    mixer.steps += 1
    for k in range(HIDDEN):
        _climb_hidden(k, count, rules.hidden_rate, mixer, desk)
    _climb_weights(count, rules.learning_rate, mixer, desk)


@fast_kernel
def _climb_weights(count: int, rate: float, mixer: Any, desk: Any) -> None:
    """Moves the weights of features. desk.shares: of each candidate, the slope along its score."""
    shares, slopes, context, weights, squares = desk.shares, desk.slopes, desk.context, mixer.weights, mixer.squares
    for f in range(FEATURES):
        column, slope32 = desk.features[f], ZERO
        for j in range(count):
            slope32 += shares[j] * column[j]
        slopes[f] = slope32
    for f in range(FEATURES):
        for c in range(CONTEXTS):
            slope = np.float64(slopes[f]) * context[c]
            squares[f, c] += slope * slope
            weights[f, c] += rate * slope / np.sqrt(squares[f, c])


@fast_kernel
def _climb_hidden(k: int, count: int, rate: float, mixer: Any, desk: Any) -> None:
    """Moves hidden unit k: the weights of its inputs and its own (backpropagation, Rumelhart et al. 1986).

    Uses up lit[k].
    """
    shares, lit, slopes, output, squares = desk.shares, desk.lit[k], desk.slopes, mixer.output, mixer.output_squares
    weight, slope, whole = output[k], ZERO, ZERO
    for j in range(count):
        slope += shares[j] * lit[j]
        lit[j] = weight * shares[j] if lit[j] > ZERO else ZERO
        whole += lit[j]
    for f in range(FEATURES):
        column, input_slope = desk.features[f], ZERO
        for j in range(count):
            input_slope += lit[j] * column[j]
        slopes[f] = input_slope
    for f in range(FEATURES):
        _climb_input(f, k, slopes[f], rate, mixer)
    for c in range(CONTEXTS):
        _climb_input(FEATURES + c, k, whole * desk.context[c], rate, mixer)
    squares[k] += slope * slope
    output[k] += rate * slope / np.sqrt(squares[k])


@kernel
def _climb_input(i: int, k: int, slope: float, rate: float, mixer: Any) -> None:
    mixer.hidden_squares[i, k] += slope * slope
    mixer.hidden[i, k] += rate * slope / np.sqrt(mixer.hidden_squares[i, k])
