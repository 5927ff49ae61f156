"""Calibration: how many items must be compared for good recall, learned from queries like those that are asked."""

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.arrays import CALIBRATIONS, CHANGES, DEPTHS, DUE, LISTS, LIVE, Index, Scratch
from models.catalog.index.pages import add, members
from models.catalog.index.products import LANES, Query
from models.catalog.index.search import FLAT, depth, encode_query, score_centers
from models.catalog.index.selection import select
from models.compiled import making_kernel
from models.kernels.vectors import product

ASKED = 100
PER_DOUBLING = 96
MEMORY = 64.0
FIRST = 32


@making_kernel
def is_due(index: Index) -> bool:
    """Whether enough has changed, so that the cost per change does not depend on the number of items."""
    counters = index.counters
    return counters[LISTS] > 1 and counters[LIVE] > FLAT // 2 and counters[CHANGES] >= counters[DUE]


@making_kernel
def calibrate(index: Index, scratch: Scratch) -> None:
    """Asks a query, as is done PER_DOUBLING times while the catalog doubles; the first time FIRST of them."""
    counters = index.counters
    for _ in range(FIRST if counters[CALIBRATIONS] == 0 else 1):
        _ask(index, scratch)
    counters[DUE] = counters[CHANGES] + counters[LIVE] // PER_DOUBLING


@making_kernel
def _ask(index: Index, scratch: Scratch) -> None:
    """Moves Index.reached towards what one query reaches, an average over about MEMORY of them."""
    counters = index.counters
    live, lists = counters[LIVE], counters[LISTS]
    query = _query(index)
    found = _best(index, query)
    unit, shift = encode_query(query, scratch.query)
    asked = Query(scratch.query, unit, shift)
    score_centers(index, lists, asked, scratch)
    scanned = np.zeros(lists, np.int64)
    total = 0
    for name in np.argsort(-scratch.list_scores[:lists], kind="mergesort"):
        total += index.sizes[name]
        scanned[name] = total
    weight = 1.0 / min(counters[CALIBRATIONS] + 1.0, MEMORY)
    needed = np.empty(len(found), np.float64)
    for k in range(len(found)):
        needed[k] = scanned[index.owners[index.place[found[k]] // LANES]] / np.sqrt(live)
    for step in range(DEPTHS):
        index.reached[step] += weight * ((needed <= depth(step)).mean() - index.reached[step])
    counters[CALIBRATIONS] += 1


@making_kernel
def _query(index: Index) -> NDArray[np.float32]:
    """An item, or a mean of some that are near each other, or of items that are not."""
    counters = index.counters
    chance = np.uint64(counters[CALIBRATIONS] + 1) * np.uint64(0x9E3779B97F4A7C15)
    chance ^= chance >> np.uint64(29)
    row = _live(index, chance >> np.uint64(7))
    query = index.vectors[row].copy()
    kind = counters[CALIBRATIONS] % 3
    half = np.float32(0.5)
    if kind == 1:
        near = members(index, int(index.owners[index.place[row] // LANES]))
        for k in range(3):
            add(query, index.vectors[near[np.int64((chance >> np.uint64(11 * k)) % np.uint64(len(near)))]], half)
    if kind == 2:
        add(query, index.vectors[_live(index, chance >> np.uint64(23))], half)
    return query / np.sqrt(max(product(query, query), np.float32(1e-12)))


@making_kernel
def _live(index: Index, start: np.uint64) -> np.int64:
    count = index.place.shape[0]
    row = np.int64(start % np.uint64(count))
    while index.place[row] < 0:
        row = row + 1 if row + 1 < count else np.int64(0)
    return row


@making_kernel
def _best(index: Index, query: NDArray[np.float32]) -> NDArray[np.int32]:
    place, vectors = index.place, index.vectors
    rows = np.empty(index.counters[LIVE], np.int32)
    scores = np.empty(index.counters[LIVE], np.float32)
    count = 0
    for row in range(place.shape[0]):
        if place[row] >= 0:
            rows[count] = row
            scores[count] = product(vectors[row], query)
            count += 1
    select(scores, rows, count, ASKED)
    return rows[:ASKED]
