"""Mixing: a conditional logit whose weights follow the context, learned one behavior at a time."""

from typing import Any, Final

import numpy as np

from models.catalog.kernels.market import Market
from models.compiled import fast_kernel, kernel
from models.ranking.kernels.types import (
    AFTER_A_DAY,
    ALWAYS,
    EXPERIENCE,
    KNOWN_LAST,
    SAME_SESSION,
    RankingRules,
    Scratch,
)
from schemas.rows.mixer import CONTEXTS, FEATURES

DAY: Final = 86_400.0


@kernel
def weigh(
    head: Any, at: float, recents: int, market: Market, rules: RankingRules, mixer: Any, scratch: Scratch
) -> None:
    """Fills the context of a moment and the weights that follow: of each feature, a linear form in the context."""
    context = scratch.context
    gap = at - head.at if head.at > 0.0 else np.inf
    context[ALWAYS] = 1.0
    context[SAME_SESSION] = 1.0 if gap <= rules.session else 0.0
    context[EXPERIENCE] = np.log(1.0 + min(float(head.behaviors), 1e6)) / 3.0 - 1.0
    context[AFTER_A_DAY] = 1.0 if gap > DAY else 0.0
    context[KNOWN_LAST] = -1.0
    if recents:
        context[KNOWN_LAST] += np.log(1.0 + market.standings[scratch.recent_rows[0]].behaviors) / 4.0
    for f in range(FEATURES):
        weight = 0.0
        for c in range(CONTEXTS):
            weight += mixer.weights[f, c] * context[c]
        scratch.weights[f] = weight


@fast_kernel
def score(count: int, scratch: Scratch) -> None:
    """Fills scores of the first `count` candidates: features times weights."""
    features, weights, scores = scratch.features, scratch.weights, scratch.scores
    for j in range(count):
        line = features[j]
        total = np.float32(0.0)
        for f in range(FEATURES):
            total += line[f] * weights[f]
        scores[j] = total


@fast_kernel
def climb(target: int, near: int, count: int, others: float, rules: RankingRules, mixer: Any, scratch: Scratch) -> None:
    """One step of Adagrad up the log-likelihood that of all items the user chose candidate `target`.

    The first `near` rows are candidates, the rest of `count` stand for all `others` that are none: each weighs
    others / (count - near), so that the sum over all items is estimated without bias (sampled softmax, Bengio and
    Senecal 2008; the step, Duchi et al. 2011).
    """
    features, scores, shares, context = scratch.features, scratch.scores, scratch.shares, scratch.context
    if count > near:
        lift = np.float32(np.log(max(others / (count - near), 1.0)))
        for j in range(near, count):
            scores[j] += lift
    greatest = np.float32(-np.inf)
    for j in range(count):
        greatest = max(greatest, scores[j])
    total = np.float32(0.0)
    for j in range(count):
        shares[j] = np.exp(scores[j] - greatest)
        total += shares[j]
    slopes = scratch.slopes
    slopes[:] = features[target]
    for j in range(count):
        share = shares[j] / total
        for f in range(FEATURES):
            slopes[f] -= share * features[j, f]
    mixer.steps += 1
    for f in range(FEATURES):
        for c in range(CONTEXTS):
            slope = np.float64(slopes[f]) * context[c]
            mixer.squares[f, c] += slope * slope
            mixer.weights[f, c] += rules.learning_rate * slope / np.sqrt(mixer.squares[f, c])
