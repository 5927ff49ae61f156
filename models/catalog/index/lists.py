"""Lists: items join the list whose center is nearest, and lists that are too long part, as in SPFresh (Xu et al. 2023).

Every step is bounded by a few lists, so no item that comes has to wait for a clustering of all of them.
"""

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.arrays import LISTS, LIVE, LONG, Index, Scratch
from models.catalog.index.pages import add, append, empty, encode, members, take_out
from models.catalog.index.products import LANES, Query
from models.catalog.index.search import FLAT, encode_query, score_centers
from models.compiled import making_kernel
from models.kernels.vectors import product
from schemas.vectors import DIMENSIONS

SHORTEST = 32
LENGTH = 0.4
NEIGHBORS = 8
ROUNDS = 5
LOPSIDED = 8
STALE = 4


@making_kernel
def enter(index: Index, row: int, scratch: Scratch) -> None:
    """Enters a row that is not in here, and marks its list when it is then too long."""
    chosen = _nearest(index, row, -1, scratch)
    append(index, chosen, row)
    if index.sizes[chosen] > longest(index):
        index.counters[LONG] = 1
    else:
        _renew(index, chosen)


@making_kernel
def leave(index: Index, row: int, scratch: Scratch) -> None:
    """Takes out a row that is in here; when that leaves its list very short, the others take over what is in it."""
    chosen = take_out(index, row)
    if index.counters[LISTS] > 1 and LOPSIDED * index.sizes[chosen] < _full(index):
        _dissolve(index, chosen, scratch)
    else:
        _renew(index, chosen)


@making_kernel
def longest(index: Index) -> int:
    """How many items a list may have: all up to FLAT, then some root of their number."""
    if index.counters[LIVE] <= FLAT and index.counters[LISTS] == 1:
        return FLAT
    return _full(index)


@making_kernel
def _full(index: Index) -> int:
    return int(max(SHORTEST, LENGTH * np.sqrt(index.counters[LIVE])))


@making_kernel
def _nearest(index: Index, row: int, but: int, scratch: Scratch) -> int:
    """The list whose center is nearest to a row's vector by their codes."""
    lists = index.counters[LISTS]
    if lists == 1:
        return 0
    unit, shift = encode_query(index.vectors[row], scratch.query)
    score_centers(index, lists, Query(scratch.query, unit, shift), scratch)
    chosen, greatest = -1, np.float32(0.0)
    for name in range(lists):
        score = scratch.list_scores[name]
        if name != but and (chosen < 0 or score > greatest):
            chosen, greatest = name, score
    return chosen


@making_kernel
def part_all(index: Index) -> None:
    """Parts lists that are too long, and what they become, until none is or there is no room for more lists."""
    chosen = 0
    index.counters[LONG] = 0
    while chosen < index.counters[LISTS]:
        while index.sizes[chosen] > longest(index) and index.counters[LISTS] < index.sizes.shape[0]:
            _part(index, chosen)
        chosen += 1


@making_kernel
def _part(index: Index, chosen: int) -> None:
    """Makes two lists of one by 2-means, and moves what is near them and nearer to a new center than to its own."""
    rows = empty(index, chosen)
    other = index.counters[LISTS]
    index.counters[LISTS] += 1
    index.sizes[other] = 0
    index.first[other] = -1
    second = _halved(index.vectors, rows)
    for k in range(rows.shape[0]):
        append(index, other if second[k] else chosen, rows[k])
    _recenter(index, chosen)
    _recenter(index, other)
    _exchange(index, chosen, other)


@making_kernel
def _halved(vectors: NDArray[np.float32], rows: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which rows belong to the second of two clusters; two equal halves when one cluster would be very small."""
    count = rows.shape[0]
    near = vectors[rows[_farthest(vectors, rows, vectors[rows[0]])]].copy()
    far = vectors[rows[_farthest(vectors, rows, near)]].copy()
    second = np.zeros(count, np.bool_)
    leaning = np.zeros(count, np.float32)
    for _ in range(ROUNDS):
        between = far - near
        middle = np.float32(0.5) * (product(far, far) - product(near, near))
        for k in range(count):
            leaning[k] = product(vectors[rows[k]], between) - middle
            second[k] = leaning[k] > 0.0
        seconds = int(second.sum())
        if min(seconds, count - seconds) * LOPSIDED < count:
            order = np.argsort(leaning, kind="mergesort")
            second[order[: count // 2]] = False
            second[order[count // 2 :]] = True
        near, far = _means(vectors, rows, second)
    return second


@making_kernel
def _farthest(vectors: NDArray[np.float32], rows: NDArray[np.int32], vector: NDArray[np.float32]) -> int:
    farthest, least = 0, np.float32(2.0)
    for k in range(rows.shape[0]):
        score = product(vectors[rows[k]], vector)
        if score < least:
            farthest, least = k, score
    return farthest


@making_kernel
def _means(
    vectors: NDArray[np.float32], rows: NDArray[np.int32], second: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    sides = (np.zeros(DIMENSIONS, np.float32), np.zeros(DIMENSIONS, np.float32))
    counts = np.zeros(2, np.float32)
    for k in range(rows.shape[0]):
        side = int(second[k])
        counts[side] += np.float32(1.0)
        add(sides[side], vectors[rows[k]], np.float32(1.0))
    return sides[0] / counts[0], sides[1] / counts[1]


@making_kernel
def _exchange(index: Index, one: int, other: int) -> None:
    near = _neighbors(index, one, other)
    for name in near:
        for row in members(index, name):
            target = _nearer(index, row, name, one, other)
            if target != name and LOPSIDED * index.sizes[name] > _full(index):
                take_out(index, row)
                append(index, target, row)
    for name in (one, other):
        for row in members(index, name):
            target = name
            for candidate in near:
                target = _nearer(index, row, target, candidate, candidate)
            if target != name and LOPSIDED * index.sizes[name] > _full(index):
                take_out(index, row)
                append(index, target, row)
    _renew(index, one)
    _renew(index, other)


@making_kernel
def _nearer(index: Index, row: int, own: int, one: int, other: int) -> int:
    vector, centers, halves = index.vectors[row], index.centers, index.halves
    chosen, greatest = own, product(vector, centers[own]) - halves[own]
    for name in (one, other):
        score = product(vector, centers[name]) - halves[name]
        if score > greatest:
            chosen, greatest = name, score
    return chosen


@making_kernel
def _neighbors(index: Index, one: int, other: int) -> NDArray[np.int64]:
    """The few lists whose centers are nearest to one of two."""
    lists = index.counters[LISTS]
    distances = np.full(lists, np.inf, np.float32)
    for name in range(lists):
        if name != one and name != other:
            closest = max(
                product(index.centers[name], index.centers[one]) - index.halves[one],
                product(index.centers[name], index.centers[other]) - index.halves[other],
            )
            distances[name] = index.halves[name] - closest
    count = min(NEIGHBORS, lists - 2)
    return np.argsort(distances, kind="mergesort")[:count]


@making_kernel
def _dissolve(index: Index, chosen: int, scratch: Scratch) -> None:
    """Hands a list's items to others, and gives its name to the last one."""
    for row in empty(index, chosen):
        append(index, _nearest(index, row, chosen, scratch), row)
    last = index.counters[LISTS] - 1
    index.counters[LISTS] -= 1
    if chosen != last:
        for k in range(DIMENSIONS):
            index.centers[chosen, k] = index.centers[last, k]
        index.sizes[chosen] = index.sizes[last]
        index.first[chosen] = index.first[last]
        _recenter(index, chosen)
        page = index.first[chosen]
        while page >= 0:
            index.owners[page] = chosen
            page = index.after[page]
    index.sizes[last] = 0
    index.first[last] = -1


@making_kernel
def _renew(index: Index, chosen: int) -> None:
    if index.counters[LISTS] > 1 and STALE * index.changed[chosen] > index.sizes[chosen] > 0:
        _recenter(index, chosen)


@making_kernel
def _recenter(index: Index, chosen: int) -> None:
    """Computes a center anew; that of an empty list stays."""
    rows = members(index, chosen)
    center = index.centers[chosen]
    if len(rows):
        for k in range(DIMENSIONS):
            center[k] = np.float32(0.0)
        for row in rows:
            add(center, index.vectors[row], np.float32(1.0) / np.float32(len(rows)))
    index.halves[chosen] = np.float32(0.5) * product(center, center)
    index.center_scales[chosen] = encode(center, index.center_codes[chosen // LANES], chosen % LANES)
    index.changed[chosen] = 0
