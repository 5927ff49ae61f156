"""Exact search: the best items of the whole catalog for many queries at once."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

GROUPS_PER_PLACE = 4
SCORES = 1 << 20


def top(
    vectors: NDArray[np.float32],
    queries: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    count: int,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Rows and scores (q, count) of the greatest inner products among allowed rows, best first, -1 where fewer.

    Equal scores come in order of rows. Blocks of queries are multiplied with all vectors at once.

    Args: vectors (n, 128) float32; queries (q, 128) float32; allowed (n,).
    """
    rows = np.full((len(queries), count), -1, np.int32)
    scores = np.full((len(queries), count), -np.inf, np.float32)
    if not len(vectors) or not count:
        return rows, scores
    bias = np.where(allowed, np.float32(0.0), np.float32(-np.inf))
    step = max(1, SCORES // len(vectors))
    for start in range(0, len(queries), step):
        block = slice(start, start + step)
        products = queries[block] @ vectors.T
        take_best(products, bias, rows[block], scores[block])
    return rows, scores


@njit(nogil=True, cache=True)
def take_best(
    products: NDArray[np.float32],
    bias: NDArray[np.float32],
    rows: NDArray[np.int32],
    scores: NDArray[np.float32],
) -> None:
    """Fills rows and scores (q, k) with the greatest of products (q, n) + bias (n,), added in place; -inf is left out.

    Items fall into some 4 * k interleaved groups. The k-th greatest maximum of a group is a floor that at least k
    items reach, so only groups that reach it are looked into.
    """
    n = products.shape[1]
    count = rows.shape[1]
    maxima = np.empty(min(n, GROUPS_PER_PLACE * count), np.float32)
    found = np.empty(n, np.int32)
    for q in range(products.shape[0]):
        line = products[q]
        _group_maxima(line, bias, maxima)
        floor = np.sort(maxima)[maxima.shape[0] - count] if maxima.shape[0] > count else np.float32(-np.inf)
        reached = found[: _reaching(line, maxima, floor, found)]
        order = np.argsort(-line[reached], kind="mergesort")[:count]
        for k in range(order.shape[0]):
            rows[q, k] = reached[order[k]]
            scores[q, k] = line[reached[order[k]]]


@njit(nogil=True, cache=True, fastmath={"nnan", "nsz"})
def _group_maxima(line: NDArray[np.float32], bias: NDArray[np.float32], maxima: NDArray[np.float32]) -> None:
    maxima[:] = -np.inf
    groups = maxima.shape[0]
    for start in range(0, line.shape[0], groups):
        values = line[start : start + groups]
        added = bias[start : start + groups]
        for j in range(values.shape[0]):
            values[j] += added[j]
            maxima[j] = values[j] if values[j] > maxima[j] else maxima[j]


@njit(nogil=True, cache=True)
def _reaching(
    line: NDArray[np.float32], maxima: NDArray[np.float32], floor: np.float32, found: NDArray[np.int32]
) -> int:
    groups = np.flatnonzero((maxima >= floor) & (maxima > -np.inf))
    count = 0
    for start in range(0, line.shape[0], maxima.shape[0]):
        for group in groups:
            i = start + group
            if i < line.shape[0] and line[i] >= floor and line[i] > -np.inf:
                found[count] = i
                count += 1
    return count
