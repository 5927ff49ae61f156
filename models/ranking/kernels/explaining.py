"""Explaining: how much each family of features speaks for an item that was chosen for a list."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel, kernel
from models.ranking.kernels.families import FAMILY_OF, NEXT, POPULAR
from models.ranking.kernels.types import TOUCHED, Scratch
from schemas.rows.mixer import FEATURES, HIDDEN


class Grounds(NamedTuple):
    """What the scores of m users' candidates were made of.

    features (m, f, c), weights (m, f) and grounds (m, h) float32: as on the desk; means (m, f): of features over a
    user's candidates. related and biases (m, c) float32: what factors add beyond their mean, 0 without them.
    is_neighbor (m, c) bool: whether it came before or after recent items.
    """

    features: NDArray[np.float32]
    weights: NDArray[np.float32]
    grounds: NDArray[np.float32]
    means: NDArray[np.float32]
    related: NDArray[np.float32]
    biases: NDArray[np.float32]
    is_neighbor: NDArray[np.bool_]


def empty_grounds(users: int, candidates: int) -> Grounds:
    """Room for so many users with so many candidates each."""
    shape = (users, candidates)
    return Grounds(
        np.empty((users, FEATURES, candidates), np.float32),
        np.empty((users, FEATURES), np.float32),
        np.empty((users, HIDDEN), np.float32),
        np.empty((users, FEATURES), np.float32),
        np.empty(shape, np.float32),
        np.empty(shape, np.float32),
        np.empty(shape, np.bool_),
    )


@fast_kernel
def keep_grounds(u: int, count: int, factored: bool, scratch: Scratch, kept: Grounds) -> None:
    """Copies what the scores of the `count` candidates on the desk were made of, for user u."""
    desk, sums, neighbors = scratch.desk[0], scratch.sums, kept.is_neighbor[u]
    for f in range(FEATURES):
        column, copy, mean = desk.features[f], kept.features[u, f], np.float32(0.0)
        for j in range(count):
            copy[j] = column[j]
            mean += column[j]
        kept.means[u, f] = mean / np.float32(max(count, 1))
        kept.weights[u, f] = desk.weights[f]
    for k in range(HIDDEN):
        kept.grounds[u, k] = desk.grounds[k]
    for j in range(count):
        neighbors[j] = sums[desk.rows[j], TOUCHED] > np.float32(0.0)
    _keep_added(count, factored, desk.related, kept.related[u])
    _keep_added(count, factored, desk.biases, kept.biases[u])


@kernel
def explain_each(chosen: NDArray[np.int32], kept: Grounds, mixer: Any, parts: NDArray[np.float32]) -> None:
    """Fills parts (m, k, 4), 0 until now, for the candidates chosen (m, k), -1 for none.

    Each counts what it has beyond the mean of all candidates; what is expected to come next counts as what is popular
    for an item that is no neighbor.
    """
    for u in range(chosen.shape[0]):
        for place in range(chosen.shape[1]):
            if chosen[u, place] >= 0:
                _explain(u, chosen[u, place], kept, mixer, parts[u, place])


@fast_kernel
def _explain(u: int, j: int, kept: Grounds, mixer: Any, own: NDArray[np.float32]) -> None:
    """Hidden units count by the slope of the candidate's score along each feature.

    What factors relate to the recent items counts as what comes next, and their biases as what is popular.
    """
    features, means, hidden = kept.features[u], kept.means[u], mixer.hidden
    for f in range(FEATURES):
        own[FAMILY_OF[f]] += kept.weights[u, f] * (features[f, j] - means[f])
    for k in range(HIDDEN):
        lit = kept.grounds[u, k]
        for f in range(FEATURES):
            lit += hidden[f, k] * features[f, j]
        if lit > np.float32(0.0):
            for f in range(FEATURES):
                own[FAMILY_OF[f]] += mixer.output[k] * hidden[f, k] * (features[f, j] - means[f])
    if not kept.is_neighbor[u, j]:
        own[POPULAR] += own[NEXT]
        own[NEXT] = np.float32(0.0)
    own[NEXT] += kept.related[u, j]
    own[POPULAR] += kept.biases[u, j]


@fast_kernel
def _keep_added(count: int, factored: bool, added: NDArray[np.float32], kept: NDArray[np.float32]) -> None:
    mean = np.float32(0.0)
    for j in range(count):
        kept[j] = added[j] if factored else np.float32(0.0)
        mean += kept[j]
    mean /= np.float32(max(count, 1))
    for j in range(count):
        kept[j] -= mean
