"""Pages: items enter lists and leave them, without the others being moved."""

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.arrays import FREE, LIVE, Index
from models.catalog.index.products import BIAS, LANES
from models.compiled import fast_kernel, kernel, making_kernel
from schemas.vectors import DIMENSIONS

LARGEST_CODE = 127


@kernel
def append(index: Index, chosen: int, row: int) -> None:
    """Enters a row that is not in here at the end of a list; a page must be free."""
    size, first, after = index.sizes[chosen], index.first, index.after
    if size % LANES == 0:
        page = index.counters[FREE]
        index.counters[FREE] = after[page]
        after[page] = first[chosen]
        first[chosen] = page
        index.owners[page] = chosen
    page, lane = int(first[chosen]), int(size % LANES)
    index.scales[page, lane] = encode(index.vectors[row], index.codes[page], lane)
    index.rows[page, lane] = row
    index.place[row] = page * LANES + lane
    index.sizes[chosen] += 1
    index.changed[chosen] += 1
    index.counters[LIVE] += 1


@kernel
def take_out(index: Index, row: int) -> int:
    """Takes out a row that is in here; its list, whose last item takes its place."""
    page, lane = int(index.place[row] // LANES), int(index.place[row] % LANES)
    chosen = int(index.owners[page])
    head, last = index.first[chosen], (index.sizes[chosen] - 1) % LANES
    codes = index.codes
    for group in range(DIMENSIONS // 4):
        for k in range(4):
            codes[page, 4 * (group * LANES + lane) + k] = codes[head, 4 * (group * LANES + last) + k]
    moved = index.rows[head, last]
    index.scales[page, lane] = index.scales[head, last]
    index.rows[page, lane] = moved
    index.place[moved] = page * LANES + lane
    index.place[row] = -1
    index.rows[head, last] = -1
    index.sizes[chosen] -= 1
    index.changed[chosen] += 1
    index.counters[LIVE] -= 1
    if last == 0:
        index.first[chosen] = index.after[head]
        _free(index, head)
    return chosen


@making_kernel
def members(index: Index, chosen: int) -> NDArray[np.int32]:
    """The rows of a list."""
    found = np.empty(index.sizes[chosen], np.int32)
    page, count = int(index.first[chosen]), 0
    while page >= 0:
        for lane in range(LANES):
            if index.rows[page, lane] >= 0:
                found[count] = index.rows[page, lane]
                count += 1
        page = index.after[page]
    return found


@making_kernel
def empty(index: Index, chosen: int) -> NDArray[np.int32]:
    """Takes all out of a list; their rows."""
    rows = members(index, chosen)
    for row in rows:
        index.place[row] = -1
    page = int(index.first[chosen])
    while page >= 0:
        following = int(index.after[page])
        for lane in range(LANES):
            index.rows[page, lane] = -1
        _free(index, page)
        page = following
    index.first[chosen] = -1
    index.sizes[chosen] = 0
    index.counters[LIVE] -= len(rows)
    return rows


@kernel
def encode(vector: NDArray[np.float32], page: NDArray[np.uint8], lane: int) -> np.float32:
    """Writes a vector's codes into a lane of a page (2048,); what a code's unit is worth."""
    greatest = largest(vector)
    inverse = np.float32(LARGEST_CODE) / greatest if greatest > 0.0 else np.float32(0.0)
    for group in range(DIMENSIONS // 4):
        for k in range(4):
            page[4 * (group * LANES + lane) + k] = np.uint8(np.rint(vector[4 * group + k] * inverse) + BIAS)
    return greatest / np.float32(LARGEST_CODE)


@fast_kernel
def largest(vector: NDArray[np.float32]) -> np.float32:
    """The greatest magnitude in a vector (128,)."""
    greatest = np.float32(0.0)
    for k in range(DIMENSIONS):
        greatest = max(greatest, abs(vector[k]))
    return greatest


@fast_kernel
def add(total: NDArray[np.float32], vector: NDArray[np.float32], weight: np.float32) -> None:
    """Adds a vector times a weight to a total, both (128,)."""
    for k in range(DIMENSIONS):
        total[k] += weight * vector[k]


@kernel
def _free(index: Index, page: int) -> None:
    index.after[page] = index.counters[FREE]
    index.counters[FREE] = page
