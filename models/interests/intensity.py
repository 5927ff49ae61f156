"""Intensity: the chance of another behavior on an interest within a horizon, in closed form."""

from math import log

import numpy as np
from numpy.typing import NDArray

from models.interests.kernels.returns import EXPONENT
from schemas.interests import Rates

LN2 = log(2.0)


def intensity(
    masses: NDArray[np.float64], half_lives: NDArray[np.float64], shorts: NDArray[np.float64], rates: Rates
) -> NDArray[np.float64]:
    """1 - exp(-(mu * M + alpha * S)), in [0, 1]: M, S are what mass**0.75, short**0.75 add up to within the horizon.

    Args: masses, half_lives (seconds), shorts (n,), as of the moment that the horizon begins at.
    Source: Hawkes process with two exponentially fading kernels; the chance of at least one event of its expected rate.
    """
    expected = rates.mu * ahead(masses, half_lives, rates.horizon)
    expected += rates.alpha * ahead(shorts, rates.short_half_life, rates.horizon)
    return -np.expm1(-expected)


def ahead(masses: NDArray[np.float64], half_lives: NDArray[np.float64] | float, horizon: float) -> NDArray[np.float64]:
    """The integral of fading masses, each to the power of 0.75, over the next `horizon` seconds."""
    faster = np.asarray(half_lives, np.float64) / EXPONENT
    return -(masses**EXPONENT) * faster / LN2 * np.expm1(-LN2 * horizon / faster)


def later(
    masses: NDArray[np.float64], half_lives: NDArray[np.float64] | float, seconds: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """What is left of masses after so many seconds."""
    return masses * np.exp2(-seconds / np.asarray(half_lives, np.float64))
