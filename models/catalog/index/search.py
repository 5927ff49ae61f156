"""Search of an index: the items nearest to one query, for other kernels to call."""

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.arrays import DEPTHS, LISTS, LIVE, Index, Scratch
from models.catalog.index.pages import LARGEST_CODE, largest
from models.catalog.index.products import BIAS, LANES, Query, lowest_bit, page_scores
from models.catalog.index.selection import select, select_by_size
from models.compiled import fast_kernel, kernel
from models.kernels.vectors import product
from schemas.vectors import DIMENSIONS

EXACT = 512
FLAT = 4096
RECALL = 0.965
SHALLOWEST = 2.0
DEPTHS_PER_DOUBLING = 4
DEEPEST = 40.0
PATIENCE = 8
AHEAD = 2
NOTHING = np.float32(-3e38)


@kernel
def search_one(
    query: NDArray[np.float32],
    index: Index,
    allowed: NDArray[np.bool_],
    count: int,
    rows: NDArray[np.int32],
    scores: NDArray[np.float32],
    scratch: Scratch,
) -> int:
    """Finds the count allowed items of greatest inner product with a query, in no order; how many there are.

    Up to EXACT items are all compared exactly, as by `exact_one`. Else codes of one byte per number are compared, of
    all up to FLAT items, of the lists that are most promising above, and the best of them exactly. Fewer than count
    are found when fewer are allowed in PATIENCE times what is otherwise looked at.

    Args: query (128,); allowed: by row; rows and scores (at least count,) are written to; scratch: made for count.
    """
    if index.counters[LIVE] <= EXACT:
        return exact_one(query, index, allowed, count, rows, scores, scratch)
    unit, shift = encode_query(query, scratch.query)
    asked = Query(scratch.query, unit, shift)
    lists = min(index.counters[LISTS], scratch.lists.shape[0])
    if lists > 1:
        score_centers(index, lists, asked, scratch)
    else:
        scratch.lists[0] = 0
    wanted = budget(index)
    keep = min(count + count // 8 + 8, (scratch.rows.shape[0] - LANES) // 2)
    done, filled, left = 0, 0, PATIENCE
    threshold = NOTHING
    while done < lists and (left == PATIENCE or (filled < count and left > 0)):
        until = select_by_size(scratch.list_scores, scratch.lists, done, lists, index.sizes, wanted) if lists > 1 else 1
        pages = _collect(index, done, until, scratch)
        filled, threshold = _scan(index, allowed, asked, pages, keep, filled, threshold, scratch)
        done = until
        left -= 1
    vectors, found, found_scores = index.vectors, scratch.rows, scratch.scores
    for k in range(filled):
        found_scores[k] = product(vectors[found[k]], query)
    return _hand_out(found, found_scores, filled, count, rows, scores)


@kernel
def exact_one(
    query: NDArray[np.float32],
    index: Index,
    allowed: NDArray[np.bool_],
    count: int,
    rows: NDArray[np.int32],
    scores: NDArray[np.float32],
    scratch: Scratch,
) -> int:
    """Finds what `search_one` looks for by comparing with all items exactly."""
    vectors, place = index.vectors, index.place
    found, found_scores = scratch.rows, scratch.scores
    keep = int(min(count, (found.shape[0] - LANES) // 2))
    filled = 0
    threshold = NOTHING
    for row in range(min(place.shape[0], allowed.shape[0])):
        if place[row] >= 0 and allowed[row]:
            score = product(vectors[row], query)
            if score > threshold:
                found_scores[filled], found[filled] = score, row
                filled += 1
                if filled == 2 * keep:
                    select(found_scores, found, filled, keep)
                    filled, threshold = keep, _least(found_scores, keep)
    return _hand_out(found, found_scores, filled, count, rows, scores)


@kernel
def budget(index: Index) -> int:
    """How many items are compared by their codes: so many that RECALL was reached lately, at most DEEPEST roots."""
    live = index.counters[LIVE]
    step = 0
    while step < DEPTHS - 1 and index.reached[step] < RECALL:
        step += 1
    return int(np.ceil(min(depth(step), DEEPEST) * np.sqrt(live)))


@kernel
def depth(step: int) -> float:
    """How many items are compared at a step of Index.reached, in square roots of the number of items."""
    return SHALLOWEST * 2.0 ** (step / DEPTHS_PER_DOUBLING)


@kernel
def encode_query(query: NDArray[np.float32], codes: NDArray[np.int8]) -> tuple[np.float32, np.int32]:
    """Fills the codes (128,) of a query; what their unit is worth, and BIAS times their sum, as in Query."""
    greatest = largest(query)
    inverse = np.float32(LARGEST_CODE) / greatest if greatest > 0.0 else np.float32(0.0)
    total = 0
    for k in range(DIMENSIONS):
        codes[k] = np.int8(np.rint(query[k] * inverse))
        total += codes[k]
    return np.float32(greatest / np.float32(LARGEST_CODE)), np.int32(BIAS * total)


@kernel
def score_centers(index: Index, lists: int, query: Query, scratch: Scratch) -> None:
    """Fills scratch.list_scores with how near centers are to a query, and scratch.lists with the lists.

    Nearness is the product less half of the center's squared length, by which items chose their lists, too.
    """
    codes, scales, scores, names = index.center_codes, index.center_scales, scratch.list_scores, scratch.lists
    for page in range((lists + LANES - 1) // LANES):
        page_scores(codes, scales, page, page, query, NOTHING, scores, page * LANES)
    halves = index.halves
    for name in range(lists):
        scores[name] -= halves[name]
        names[name] = name


@kernel
def _collect(index: Index, start: int, end: int, scratch: Scratch) -> int:
    """Fills scratch.pages with those of some of scratch.lists; how many they are."""
    first, after, lists, pages = index.first, index.after, scratch.lists, scratch.pages
    count = 0
    for place in range(start, end):
        page = first[lists[place]]
        while page >= 0 and count < pages.shape[0]:
            pages[count] = page
            count += 1
            page = after[page]
    return count


@kernel
def _scan(
    index: Index,
    allowed: NDArray[np.bool_],
    query: Query,
    count: int,
    keep: int,
    filled: int,
    threshold: np.float32,
    scratch: Scratch,
) -> tuple[int, np.float32]:
    """Enters what is allowed in some pages among the best so far; how many these are, and what is not among them."""
    pages, best_scores, best, lines = scratch.pages, scratch.scores, scratch.rows, scratch.lines
    codes, scales, rows = index.codes, index.scales, index.rows
    limit = 2 * keep
    for k in range(count):
        page = pages[k]
        above = page_scores(codes, scales, page, pages[min(k + AHEAD, count - 1)], query, threshold, lines, 0)
        while above:
            lane = lowest_bit(above)
            best_scores[filled], best[filled] = lines[lane], rows[page, lane]
            filled += 1
            above &= above - 1
        if filled > limit:
            filled = _allowed_only(best_scores, best, filled, allowed)
            if filled >= keep:
                select(best_scores, best, filled, keep)
                filled, threshold = keep, _least(best_scores, keep)
    filled = _allowed_only(best_scores, best, filled, allowed)
    select(best_scores, best, filled, keep)
    return min(filled, keep), threshold


@kernel
def _allowed_only(scores: NDArray[np.float32], rows: NDArray[np.int32], size: int, allowed: NDArray[np.bool_]) -> int:
    known = allowed.shape[0]
    kept = 0
    for k in range(size):
        row = rows[k]
        scores[kept], rows[kept] = scores[k], row
        kept += 0 <= row < known and allowed[row]
    return kept


@fast_kernel
def _least(scores: NDArray[np.float32], count: int) -> np.float32:
    least = scores[0]
    for k in range(1, count):
        least = min(least, scores[k])
    return least


@kernel
def _hand_out(
    found: NDArray[np.int32],
    found_scores: NDArray[np.float32],
    filled: int,
    count: int,
    rows: NDArray[np.int32],
    scores: NDArray[np.float32],
) -> int:
    select(found_scores, found, filled, count)
    handed = min(filled, count)
    for k in range(handed):
        rows[k], scores[k] = found[k], found_scores[k]
    return handed
