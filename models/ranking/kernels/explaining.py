"""Explaining: how much each family of features speaks for an item that was chosen for a list."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel
from models.ranking.kernels.families import FAMILY_OF, NEXT, POPULAR
from models.ranking.kernels.types import TOUCHED, Scratch
from schemas.rows.mixer import FEATURES, HIDDEN

ZERO = np.float32(0.0)


@fast_kernel
def explain(
    chosen: NDArray[np.int32], count: int, factored: bool, mixer: Any, scratch: Scratch, parts: NDArray[np.float32]
) -> None:
    """Fills parts (k, 4), 0 until now, for those chosen (k,) of the `count` candidates on the desk, -1 for none.

    Each counts what it has beyond the mean of all candidates; what is expected to come next counts as what is popular
    for an item that is no neighbor. What factors relate to the recent items counts as what comes next, and their biases
    as what is popular. Args: factored: whether there are factors.
    """
    desk, sums = scratch.desk[0], scratch.sums
    related, biases = desk.related, desk.biases
    usual_related, usual_bias = _mean(related, count), _mean(biases, count)
    for f in range(FEATURES):
        desk.means[f] = _mean(desk.features[f], count)
    for place in range(chosen.shape[0]):
        j, own = chosen[place], parts[place]
        if j < 0:
            continue
        _add_features(j, mixer, desk, own)
        if sums[desk.rows[j], TOUCHED] == ZERO:
            own[POPULAR] += own[NEXT]
            own[NEXT] = ZERO
        if factored:
            own[NEXT] += related[j] - usual_related
            own[POPULAR] += biases[j] - usual_bias


@fast_kernel
def _add_features(j: int, mixer: Any, desk: Any, own: NDArray[np.float32]) -> None:
    """A feature counts by the slope of the candidate's score along it, to which hidden units add that are lit."""
    features, gates, hidden, output = desk.features, desk.gates, mixer.hidden, mixer.output
    for k in range(HIDDEN):
        gates[k] = desk.grounds[k]
    for f in range(FEATURES):
        feature = features[f, j]
        for k in range(HIDDEN):
            gates[k] += hidden[f, k] * feature
    for k in range(HIDDEN):
        gates[k] = output[k] if gates[k] > ZERO else ZERO
    for f in range(FEATURES):
        slope = desk.weights[f]
        for k in range(HIDDEN):
            slope += gates[k] * hidden[f, k]
        own[FAMILY_OF[f]] += slope * (features[f, j] - desk.means[f])


@fast_kernel
def _mean(values: NDArray[np.float32], count: int) -> np.float32:
    total = ZERO
    for j in range(count):
        total += values[j]
    return total / np.float32(max(count, 1))
