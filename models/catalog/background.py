"""Background: how similar items are that have nothing to do with each other, against which similarity is judged."""

import numpy as np
from numpy.typing import NDArray

SAMPLE = 512
PRIOR_MEAN, PRIOR_DEVIATION, PRIOR_PAIRS = 0.0, 0.15, 64


def background(vectors: NDArray[np.float32]) -> tuple[float, float]:
    """Mean and standard deviation of the cosines of pairs of items, most of which are unrelated in any real catalog.

    A prior that weighs as much as 64 pairs keeps them sane where there are few items. Of many items an evenly spaced
    sample is taken, so the same catalog gives the same numbers.

    Args: vectors (n, 128) of unit length.
    """
    step = max(-(-len(vectors) // SAMPLE), 1)
    sample = vectors[::step].astype(np.float64)
    cosines = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
    pairs = PRIOR_PAIRS + len(cosines)
    mean = (PRIOR_PAIRS * PRIOR_MEAN + cosines.sum()) / pairs
    square = (PRIOR_PAIRS * (PRIOR_MEAN**2 + PRIOR_DEVIATION**2) + (cosines**2).sum()) / pairs
    return float(mean), float(np.sqrt(max(square - mean**2, 0.0)))
