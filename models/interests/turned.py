"""Turned away: how strongly what a user turned away speaks against an item."""

from typing import Any

import numpy as np

from models.compiled import making_kernel


@making_kernel
def strength(turned: Any, limit: float) -> Any:
    """From 0 to 1 and saturating: .63 at half of all that can be turned away.

    Args: turned: decayed weights turned away, a number or of any shape; limit: the most there can be.
    """
    return 1.0 - np.exp(-2.0 / limit * turned)
