"""Made: vectors like those of items, and searches of an index from outside of kernels."""

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.arrays import Index, Scratch
from models.catalog.index.index import VectorIndex
from models.catalog.index.search import exact_one, search_one
from models.compiled import kernel
from schemas.vectors import DIMENSIONS


def item_vectors(count: int, seed: int, topics: int = 40) -> NDArray[np.float32]:
    """Unit vectors (n, 128) float32 in topics of very different sizes, each with directions of its own."""
    chance = np.random.default_rng(seed)
    centers = chance.standard_normal((topics, DIMENSIONS))
    inner = chance.standard_normal((topics, 8, DIMENSIONS))
    topic = (topics * chance.random(count) ** 2).astype(int)
    own = np.einsum("nk,nkd->nd", chance.standard_normal((count, 8)), inner[topic]) * 0.35
    return unit(centers[topic] + own + 0.5 * chance.standard_normal((count, DIMENSIONS)))


def queries_near(vectors: NDArray[np.float32], count: int, seed: int) -> NDArray[np.float32]:
    """Means of up to 4 items (q, 128), as interests are."""
    chance = np.random.default_rng(seed)
    shares = chance.random((count, 4)) * (chance.random((count, 4)) < 0.5)
    shares[:, 0] = 1.0
    return unit(np.einsum("qk,qkd->qd", shares, vectors[chance.integers(len(vectors), size=(count, 4))]))


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """The same directions, of length 1."""
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def index_of(vectors: NDArray[np.float32]) -> VectorIndex:
    """All of them, entered in order."""
    index = VectorIndex(vectors)
    for row in range(len(vectors)):
        index.put(row)
    return index


def search(
    index: VectorIndex, queries: NDArray[np.float32], count: int, allowed: NDArray[np.bool_], exact: bool = False
) -> list[dict[int, float]]:
    """Scores by row, per query."""
    rows, scores = np.full((len(queries), count), -1, np.int32), np.zeros((len(queries), count), np.float32)
    found = np.zeros(len(queries), np.int64)
    scratch = index.scratch(count)
    (exact_each if exact else search_each)(queries, index.arrays(), allowed, count, rows, scores, scratch, found)
    return [
        dict(zip(line[:size].tolist(), values[:size].tolist(), strict=True))
        for line, values, size in zip(rows, scores, found, strict=True)
    ]


def sorted_rows(
    vectors: NDArray[np.float32], queries: NDArray[np.float32], count: int, allowed: NDArray[np.bool_]
) -> list[list[int]]:
    """The slow twin: the best rows by sorting everything."""
    products = np.where(allowed, queries @ vectors.T, -np.inf)
    return [line[: min(count, int(allowed.sum()))].tolist() for line in np.argsort(-products, axis=1)]


def recall(found: list[dict[int, float]], wanted: list[list[int]]) -> float:
    """The mean share of what is wanted that is found."""
    return float(np.mean([len(set(one) & set(other)) / len(other) for one, other in zip(found, wanted, strict=True)]))


@kernel
def search_each(
    queries: NDArray[np.float32],
    index: Index,
    allowed: NDArray[np.bool_],
    count: int,
    rows: NDArray[np.int32],
    scores: NDArray[np.float32],
    scratch: Scratch,
    found: NDArray[np.int64],
) -> None:
    """`search_one` for each query (q, 128): rows and scores (q, count) are written to, and how many are found (q,)."""
    for k in range(queries.shape[0]):
        found[k] = search_one(queries[k], index, allowed, count, rows[k], scores[k], scratch)


@kernel
def exact_each(
    queries: NDArray[np.float32],
    index: Index,
    allowed: NDArray[np.bool_],
    count: int,
    rows: NDArray[np.int32],
    scores: NDArray[np.float32],
    scratch: Scratch,
    found: NDArray[np.int64],
) -> None:
    """`exact_one` for each query, as `search_each`."""
    for k in range(queries.shape[0]):
        found[k] = exact_one(queries[k], index, allowed, count, rows[k], scores[k], scratch)
