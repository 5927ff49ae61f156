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
from schemas.rows.mixer import CONTEXTS, FEATURES, HIDDEN, INPUTS

DAY: Final = 86_400.0
LOG2_E: Final = np.float32(1.442695)
ZERO: Final = np.float32(0.0)
LANES: Final = 16


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
    scores, wide = desk.scores, _wide(count)
    for j in range(wide):
        scores[j] = ZERO
    for f in range(FEATURES):
        weight, column = desk.weights[f], desk.features[f]
        for j in range(wide):
            scores[j] += weight * column[j]
    for k in range(HIDDEN):
        _light(k, wide, mixer, desk)
        weight, lit = mixer.output[k], desk.lit[k]
        for j in range(wide):
            scores[j] += weight * lit[j]


@kernel
def _wide(count: int) -> int:
    """Up to where loops over candidates go, so that no single one is left after vectors of them."""
    return (count + LANES - 1) // LANES * LANES


@fast_kernel
def _light(k: int, wide: int, mixer: Any, desk: Any) -> None:
    """Fills lit[k] with hidden unit k of each candidate."""
    lit, ground, hidden, features = desk.lit[k], desk.grounds[k], mixer.hidden, desk.features
    for j in range(wide):
        total = ground
        for f in range(FEATURES):
            total += hidden[f, k] * features[f, j]
        lit[j] = max(total, ZERO)


@fast_kernel
def climb(
    target: int, near: int, count: int, near_weight: float, far_weight: float, rules: Any, mixer: Any, desk: Any
) -> None:
    """One step of Adagrad up the log-likelihood that of all items the user chose candidate `target`, from its score.

    The first `near` rows are candidates, the rest of `count` stand for all `others` that are none: each weighs
    others / (count - near), so that the sum over all items is estimated without bias (sampled softmax, Bengio and
    Senecal 2008; the step, Duchi et al. 2011).
    """
    scores, shares, wide = desk.scores, desk.shares, _wide(count)
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
    for j in range(count, wide):
        shares[j] = ZERO
    shares[target] += np.float32(1.0)
    mixer.steps += 1
    _climb_hidden(wide, np.float32(rules.hidden_rate), mixer, desk)
    _climb_weights(wide, rules.learning_rate, mixer, desk)


@fast_kernel
def _climb_weights(wide: int, rate: float, mixer: Any, desk: Any) -> None:
    """Moves the weights of features. desk.shares: of each candidate, the slope along its score."""
    slopes, context, weights, squares = desk.slopes, desk.context, mixer.weights, mixer.squares
    _add_up_slopes(wide, desk.shares, desk.features, slopes)
    for f in range(FEATURES):
        for c in range(CONTEXTS):
            slope = np.float64(slopes[f]) * context[c]
            squares[f, c] += slope * slope
            weights[f, c] += rate * slope / np.sqrt(squares[f, c])


@fast_kernel
def _climb_hidden(wide: int, rate: np.float32, mixer: Any, desk: Any) -> None:
    """Moves hidden units: the weights of their inputs and their own (backpropagation, Rumelhart et al. 1986)."""
    slopes, own, output, squares = desk.hidden_slopes, desk.output_slopes, mixer.output, mixer.output_squares
    for k in range(HIDDEN):
        _go_back(k, wide, mixer, desk)
    hidden, hidden_squares = mixer.hidden, mixer.hidden_squares
    for i in range(INPUTS):
        for k in range(HIDDEN):
            square = hidden_squares[i, k] + slopes[i, k] * slopes[i, k]
            hidden_squares[i, k] = square
            hidden[i, k] += rate * slopes[i, k] / np.sqrt(square)
    for k in range(HIDDEN):
        squares[k] += own[k] * own[k]
        output[k] += rate * own[k] / np.sqrt(squares[k])


@fast_kernel
def _go_back(k: int, wide: int, mixer: Any, desk: Any) -> None:
    """Fills hidden_slopes and output_slopes of hidden unit k. Uses up lit[k]."""
    shares, lit, slopes, context = desk.shares, desk.lit[k], desk.slopes, desk.context
    weight, slope, whole = mixer.output[k], ZERO, ZERO
    for j in range(wide):
        slope += shares[j] * lit[j]
        lit[j] = weight * shares[j] if lit[j] > ZERO else ZERO
        whole += lit[j]
    desk.output_slopes[k] = slope
    _add_up_slopes(wide, lit, desk.features, slopes)
    for f in range(FEATURES):
        desk.hidden_slopes[f, k] = slopes[f]
    for c in range(CONTEXTS):
        desk.hidden_slopes[FEATURES + c, k] = whole * np.float32(context[c])


@fast_kernel
def _add_up_slopes(
    wide: int, along: NDArray[np.float32], features: NDArray[np.float32], slopes: NDArray[np.float32]
) -> None:
    """Fills the slope along each feature, from those along each candidate's sum.

    Seven features at a time, half of all, are as many as the processor's registers have sums for.
    """
    for f in range(0, FEATURES, 7):
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = ZERO
        for j in range(wide):
            each = along[j]
            s0 += each * features[f, j]
            s1 += each * features[f + 1, j]
            s2 += each * features[f + 2, j]
            s3 += each * features[f + 3, j]
            s4 += each * features[f + 4, j]
            s5 += each * features[f + 5, j]
            s6 += each * features[f + 6, j]
        slopes[f], slopes[f + 1], slopes[f + 2], slopes[f + 3] = s0, s1, s2, s3
        slopes[f + 4], slopes[f + 5], slopes[f + 6] = s4, s5, s6
