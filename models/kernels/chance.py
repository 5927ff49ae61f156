"""Chance: 64 bits that look random and follow from a number, so that a replay draws the same."""

from typing import Final

import numpy as np

from models.compiled import kernel

STEP: Final = np.uint64(0x9E3779B97F4A7C15)


@kernel
def scrambled(z: np.uint64) -> np.uint64:
    """64 bits that look random; numbers that differ by STEP give a row of them.

    Source: SplitMix64, Steele, Lea and Flood 2014.
    """
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@kernel
def fraction(bits: np.uint64) -> float:
    """A number in [0, 1) of 64 bits."""
    return np.float64(bits >> np.uint64(11)) * 2.0**-53
