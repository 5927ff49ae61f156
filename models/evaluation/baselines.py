"""Baselines: what a user wants without a state of interests, straight from the log."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.evaluation.log import Log
from models.evaluation.protocol import Histories

RECENTS = 24
FADING = 0.85
SHARPNESS = 4.0


@dataclass(frozen=True)
class MeanOptions:
    """A plain decayed mean: the weight of each behavior (n,) float64, and the half-life that all share, seconds."""

    weights: NDArray[np.float64]
    half_life: float


def decayed_means(
    log: Log, vectors: NDArray[np.float32], events: NDArray[np.int64], options: MeanOptions
) -> NDArray[np.float32]:
    """One decayed sum of all behavior vectors per user, right before each of these behaviors (t, 128) float32."""
    queries = np.zeros((len(events), vectors.shape[1]), np.float32)
    _decayed_means(log.users, log.items, log.at, options.weights, options.half_life, vectors, events, queries)
    return queries


def recent_attention(
    log: Log, histories: Histories, vectors: NDArray[np.float32], events: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Attention over the recent behaviors themselves, right before each of these behaviors (t, 128) float32.

    A softmax over the last 24 by their place and by their likeness to the last one.
    """
    queries = np.zeros((len(events), vectors.shape[1]), np.float32)
    begins, places = histories.begins[events], histories.places[events]
    _recent_attention(histories.items, begins, places, vectors, queries)
    return queries


@njit(nogil=True, cache=True)
def _decayed_means(
    users: NDArray[np.int64],
    items: NDArray[np.int64],
    at: NDArray[np.float64],
    weights: NDArray[np.float64],
    half_life: float,
    vectors: NDArray[np.float32],
    events: NDArray[np.int64],
    queries: NDArray[np.float32],
) -> None:
    sums = np.zeros((np.max(users) + 1, vectors.shape[1]), np.float32)
    since = np.zeros(sums.shape[0])
    place = 0
    for j in range(users.shape[0]):
        user = users[j]
        if place < events.shape[0] and events[place] == j:
            queries[place] = sums[user]
            place += 1
        if items[j] >= 0 and weights[j] != 0.0:
            sums[user] *= np.float32(np.exp2((since[user] - at[j]) / half_life))
            since[user] = at[j]
            sums[user] += np.float32(weights[j]) * vectors[items[j]]


@njit(nogil=True, cache=True)
def _recent_attention(
    items: NDArray[np.int64],
    begins: NDArray[np.int64],
    places: NDArray[np.int64],
    vectors: NDArray[np.float32],
    queries: NDArray[np.float32],
) -> None:
    for q in range(places.shape[0]):
        last = -1
        for k in range(RECENTS):
            place = places[q] - 1 - k
            if place < begins[q]:
                break
            item = items[place]
            if item < 0:
                continue
            if last < 0:
                last = item
            likeness = np.float32(0.0)
            for d in range(vectors.shape[1]):
                likeness += vectors[last, d] * vectors[item, d]
            weight = np.float32(FADING**k * np.exp(SHARPNESS * (likeness - 1.0)))
            for d in range(vectors.shape[1]):
                queries[q, d] += weight * vectors[item, d]
