"""Factors: what items have in common beyond all features, learned one behavior at a time.

Each item has a vector and a bias. To its score it adds the bias, and its vector's product with the mean of the recent
items' vectors by attention (Kabbur et al. 2013, FISM: factored item similarity models, here with one vector for what an
item says and for what it is told by). An item gets its row at the first behavior that moves it; without one, it adds
nothing. A step moves few items: a slope below LEAST is raised to it as often as keeps its expectation, else it is none.

Users' partitions only say where to: their gradients go with the signals to the partitions of items, which make the
steps, and what these publish all workers rank by.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel, kernel
from models.factors.kernels import Gradients, add_gradient, gradient_of
from models.kernels.chance import STEP, fraction, scrambled
from models.ranking.kernels.types import Goods
from schemas.rows.factors import UNIT, WIDTH

LEAST: Final = 0.25
MOVED: Final = 4
SALT: Final = np.uint64(0xF4C7025D1B5A93E1)


@fast_kernel
def add_factors(count: int, factors: NDArray[np.void], desk: Any) -> None:
    """Adds to the scores of the first `count` candidates what their factors say.

    Fills leaning: the recent items' vectors by attention; related, what candidates have in common with that; and
    biases. Args: factors (c,) FACTORS by catalog row, version 0 where there are none.
    """
    leaning, related, biases, scores = desk.leaning, desk.related, desk.biases, desk.scores
    for d in range(WIDTH):
        leaning[d] = np.float32(0.0)
    for k in range(desk.recents):
        row = factors[desk.recent_rows[k]]
        if row.version:
            share, vector = np.float32(desk.attention[k] * UNIT), row.vector
            for d in range(WIDTH):
                leaning[d] += share * np.float32(vector[d])
    for j in range(count):
        row = factors[desk.rows[j]]
        near, vector = np.float32(0.0), row.vector
        for d in range(WIDTH):
            near += leaning[d] * np.float32(vector[d])
        related[j], biases[j] = near * np.float32(UNIT), row.bias
        scores[j] += related[j] + row.bias


@kernel
def note_slopes(count: int, seed: np.uint64, goods: Goods, gradients: Gradients, desk: Any) -> None:
    """Adds to the gradients where desk.shares, the slope along each candidate's score, moves items.

    These are the candidates that it touches, and the latest items; what is drawn follows from the seed. desk.shares is
    used up.
    """
    prints, factors, rows = goods.prints, goods.factors, gradients.rows
    shares, leaning, pull = desk.shares, desk.leaning, desk.pull
    thin_slopes(count, seed, shares)
    strength = _add_up(count, factors, desk)
    for j in range(count):
        slope = np.float64(shares[j])
        if slope != 0.0:
            row = rows[gradient_of(prints[desk.rows[j]], gradients)]
            row.bias += slope
            row.bias_square += slope * slope
            add_gradient(row, slope, leaning)
    for k in range(min(desk.recents, MOVED)):
        recent = desk.recent_rows[k]
        if strength > 0.0 or factors[recent].version == 0:
            add_gradient(rows[gradient_of(prints[recent], gradients)], desk.attention[k], pull)


@kernel
def thin_slopes(count: int, seed: np.uint64, slopes: NDArray[np.float32]) -> None:
    """Raises each slope below LEAST to it with a chance that keeps its expectation, or makes it 0."""
    state = seed ^ SALT
    for j in range(count):
        size = abs(slopes[j])
        if size < LEAST:
            state += STEP
            kept = LEAST if fraction(scrambled(state)) * LEAST < size else 0.0
            slopes[j] = kept if slopes[j] > 0.0 else -kept


@fast_kernel
def _add_up(count: int, factors: NDArray[np.void], desk: Any) -> float:
    """Fills pull: the slope along what the recent items lean to; the sum of its squares."""
    pull, shares, rows = desk.pull, desk.shares, desk.rows
    for d in range(WIDTH):
        pull[d] = np.float32(0.0)
    for j in range(count):
        if shares[j] != 0.0:
            share, vector = np.float32(shares[j] * UNIT), factors[rows[j]].vector
            for d in range(WIDTH):
                pull[d] += share * np.float32(vector[d])
    strength = np.float32(0.0)
    for d in range(WIDTH):
        strength += pull[d] * pull[d]
    return float(strength)
