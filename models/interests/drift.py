"""Drift: how far what a user wants now has moved from what the user always wants."""

import numpy as np
from numpy.typing import NDArray


def drift(shorts: NDArray[np.float64], masses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Total variation between the shares of short and of long masses (m,), 0 where either is all 0.

    0: now is as always; 1: what is wanted now was never wanted before. Both fade in step over interests of equal
    half-lives, so it changes with behaviors and hardly with time.

    Args: shorts, masses (m, 8), 0 for interests that do not exist.
    """
    now, always = _shares(shorts), _shares(masses)
    both = now.any(1) & always.any(1)
    return np.where(both, np.minimum(0.5 * np.abs(now - always).sum(1), 1.0), 0.0)


def _shares(masses: NDArray[np.float64]) -> NDArray[np.float64]:
    totals = masses.sum(1, keepdims=True)
    return np.divide(masses, totals, out=np.zeros_like(masses), where=totals > 0.0)
