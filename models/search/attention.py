"""Attention: which of a user's interests a query is about."""

import numpy as np
from numpy.typing import NDArray

from models.search.interests import Interests


def attend(query: NDArray[np.float32], interests: Interests, temperature: float) -> NDArray[np.float64]:
    """How much each interest counts for the query (s,): softmax of ln share + cosine / temperature.

    Sums to 1; 0 for muted interests and those without a share, and all 0 when none is left. Of interests with equal
    shares the one nearer to the query counts more.

    Args: query (128,) of unit length; temperature > 0.
    """
    competing = (interests.shares > 0.0) & ~interests.muted
    weights = np.zeros(len(interests.shares))
    if competing.any():
        cosines = interests.units[competing] @ query
        logits = np.log(interests.shares[competing]) + cosines.astype(np.float64) / temperature
        weights[competing] = np.exp(logits - logits.max())
        weights /= weights.sum()
    return weights
