"""Factors: what items have in common beyond all features, learned one behavior at a time.

Each item has a vector and a bias. To its score it adds the bias, and its vector's product with the mean of the recent
items' vectors by attention (Kabbur et al. 2013, FISM: factored item similarity models, here with one vector for what an
item says and for what it is told by). An item gets its row at the first behavior that moves it; without one, it adds
nothing. A step writes few rows: a slope below LEAST is raised to it as often as keeps its expectation, else it is none.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel, kernel
from models.factors.kernels import Factors, begin, find
from models.kernels.chance import STEP, fraction, scrambled
from schemas.rows.factors import UNIT, WIDTH

LEAST: Final = 0.25
MOVED: Final = 4
SALT: Final = np.uint64(0xF4C7025D1B5A93E1)
LARGEST: Final = 32_767.0


@fast_kernel
def add_factors(count: int, prints: NDArray[np.uint32], rows: NDArray[np.void], desk: Any) -> None:
    """Adds to the scores of the first `count` candidates what their factors say.

    Fills leaning: the recent items' factors by attention; places in the table, -1 for none; related, the factors'
    share; and biases. Args: prints: by catalog row.
    """
    leaning, places, related, biases = desk.leaning, desk.places, desk.related, desk.biases
    for d in range(WIDTH):
        leaning[d] = np.float32(0.0)
    for k in range(desk.recents):
        place = find(prints[desk.recent_rows[k]], rows)
        if place >= 0:
            share, vector = np.float32(desk.attention[k] * UNIT), rows[place].vector
            for d in range(WIDTH):
                leaning[d] += share * np.float32(vector[d])
    for j in range(count):
        place = find(prints[desk.rows[j]], rows)
        near, bias = np.float32(0.0), np.float32(0.0)
        if place >= 0:
            vector, bias = rows[place].vector, rows[place].bias
            for d in range(WIDTH):
                near += leaning[d] * np.float32(vector[d])
        places[j], related[j], biases[j] = place, near * np.float32(UNIT), bias
        desk.scores[j] += related[j] + bias


@kernel
def climb_factors(
    count: int, seed: np.uint64, rate: float, prints: NDArray[np.uint32], factors: Factors, v: int, desk: Any
) -> None:
    """One step of Adagrad along the slopes in desk.shares, for the candidates that it touches and the latest items.

    Adagrad's sums are by row (Gupta et al. 2014); what is drawn follows from the seed. desk.shares is used up.
    """
    rows, changed, counts = factors.rows[v], factors.changed[v], factors.counts[v : v + 1]
    shares, places, leaning, pull = desk.shares, desk.places, desk.leaning, desk.pull
    thin_slopes(count, seed, shares)
    _add_up(count, rows, desk)
    for j in range(count):
        slope = np.float64(shares[j])
        if slope != 0.0:
            place = places[j] if places[j] >= 0 else begin(prints[desk.rows[j]], rows, counts)
            row, changed[place] = rows[place], True
            row.bias_square += slope * slope
            row.bias += rate * slope / np.sqrt(row.bias_square)
            _move(row, slope, leaning, rate)
    for k in range(min(desk.recents, MOVED)):
        place = begin(prints[desk.recent_rows[k]], rows, counts)
        changed[place] = True
        _move(rows[place], desk.attention[k], pull, rate)


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
def _add_up(count: int, rows: NDArray[np.void], desk: Any) -> None:
    """Fills pull: the slope along what the recent items lean to, before anything moves."""
    pull, shares, places = desk.pull, desk.shares, desk.places
    for d in range(WIDTH):
        pull[d] = np.float32(0.0)
    for j in range(count):
        if shares[j] != 0.0 and places[j] >= 0:
            share, vector = np.float32(shares[j] * UNIT), rows[places[j]].vector
            for d in range(WIDTH):
                pull[d] += share * np.float32(vector[d])


@fast_kernel
def _move(row: Any, slope: float, toward: NDArray[np.float32], rate: float) -> None:
    """Moves a row's factors along slope times `toward`."""
    vector, mean = row.vector, np.float32(0.0)
    for d in range(WIDTH):
        mean += toward[d] * toward[d]
    row.square += slope * slope * mean / WIDTH
    step = np.float32(rate * slope / (np.sqrt(row.square) * UNIT))
    for d in range(WIDTH):
        moved = np.rint(np.float32(vector[d]) + step * toward[d])
        vector[d] = np.int16(min(max(moved, -LARGEST), LARGEST))
