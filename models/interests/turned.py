"""Turned away: how strongly what a user turned away speaks against an item."""

import numpy as np
from numpy.typing import NDArray


def strength(turned: NDArray[np.floating], limit: float) -> NDArray[np.float64]:
    """From 0 to 1 and saturating: .63 at half of all that can be turned away.

    Args: turned: decayed weights turned away, of any shape; limit: the most there can be.
    """
    return 1.0 - np.exp(-2.0 / limit * turned)
