"""Diversity: who is worth most for the next place, given who is on the list already."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.facets import LEAF
from models.compiled import fast_kernel, kernel, making_kernel
from schemas.vectors import DIMENSIONS

BLOCK: Final = 16


class Shelf(NamedTuple):
    """The catalog's columns by row: recommendable (n,) bool; vectors (n, 128) float32 of unit length or zero.

    has_vector (n,) bool; facets (n, 5) uint32, of which the leaf category counts here, 0 for none.
    """

    recommendable: NDArray[np.bool_]
    vectors: NDArray[np.float32]
    has_vector: NDArray[np.bool_]
    facets: NDArray[np.uint32]


class Queue(NamedTuple):
    """What each candidate (c,) of one list is worth for the next place, as far as looked.

    worth float64: never grows; -inf for who is on the list, or never may be. alone float64: worth while the list was
    empty. nearest float64: greatest similarity to those of the list that it was compared with, the first `compared`
    int32. leaders (b,) int32: who is worth most in each block of BLOCK candidates, the first of equals.
    """

    worth: NDArray[np.float64]
    alone: NDArray[np.float64]
    nearest: NDArray[np.float64]
    compared: NDArray[np.int32]
    leaders: NDArray[np.int32]


@kernel
def best_of(worth: NDArray[np.float64], found: NDArray[np.int32]) -> int:
    """Puts those of the greatest worth into found (k,), best first, equal ones in their order; how many above -inf."""
    count = 0
    for i in range(worth.shape[0]):
        if worth[i] > -np.inf and (count < found.shape[0] or worth[i] > worth[found[count - 1]]):
            count = min(count + 1, found.shape[0])
            place = count - 1
            while place > 0 and worth[i] > worth[found[place - 1]]:
                found[place] = found[place - 1]
                place -= 1
            found[place] = i
    return count


@making_kernel
def new_queue(size: int) -> Queue:
    """A queue for `size` candidates, whose worth is to be filled in."""
    blocks = (size + BLOCK - 1) // BLOCK
    return Queue(
        np.empty(size, np.float64),
        np.empty(size, np.float64),
        np.empty(size, np.float64),
        np.empty(size, np.int32),
        np.empty(blocks, np.int32),
    )


@kernel
def line_up(queue: Queue, best: NDArray[np.int32], diversity: float) -> None:
    """Begins a list: worth, so far the scores, becomes what diversity makes of it while the list is empty.

    Args: best (b,) int32: room for those between whose scores the spread is.
    """
    if diversity > 0.0:
        worth = queue.worth
        count = best_of(worth, best)
        spread = worth[best[0]] - worth[best[count - 1]] if count > 0 else 0.0
        factor = (1.0 - diversity) / (spread if spread > 0.0 else 1.0)
        for i in range(worth.shape[0]):
            worth[i] *= factor
            queue.alone[i] = worth[i]
            queue.nearest[i] = 0.0
            queue.compared[i] = 0
    for block in range(queue.leaders.shape[0]):
        _lead(queue.worth, queue.leaders, block)


@kernel
def most_worth(queue: Queue) -> int:
    """Who is worth most as far as looked, the first of equals; -1 when nobody is left."""
    worth, best, most = queue.worth, -1, -np.inf
    for leader in queue.leaders:
        if worth[leader] > most:
            best, most = leader, worth[leader]
    return best


@kernel
def lower(queue: Queue, one: int, worth: float) -> None:
    """Candidate `one` is worth less than it was."""
    queue.worth[one] = worth
    _lead(queue.worth, queue.leaders, one // BLOCK)


@kernel
def compare(
    queue: Queue, one: int, rows: NDArray[np.int32], listed: NDArray[np.int32], shelf: Shelf, diversity: float
) -> bool:
    """Compares a candidate with those listed since it was compared last; whether there were any."""
    near, since = queue.nearest[one], queue.compared[one]
    for k in range(since, listed.shape[0]):
        near = max(near, _similarity(rows[one], rows[listed[k]], shelf))
    if near > queue.nearest[one]:
        lower(queue, one, queue.alone[one] - diversity * near)
    queue.nearest[one] = near
    queue.compared[one] = listed.shape[0]
    return since < listed.shape[0]


@kernel
def _lead(worth: NDArray[np.float64], leaders: NDArray[np.int32], block: int) -> None:
    leader = block * BLOCK
    for i in range(leader + 1, min(leader + BLOCK, worth.shape[0])):
        if worth[i] > worth[leader]:
            leader = i
    leaders[block] = leader


@kernel
def _similarity(one: int, other: int, shelf: Shelf) -> float:
    """Cosine of two rows, 0 if it is below; where one has no vector 1 in the same leaf category, else 0."""
    if shelf.has_vector[one] and shelf.has_vector[other]:
        return max(_cosine(shelf.vectors[one], shelf.vectors[other]), 0.0)
    category = shelf.facets[one, LEAF]
    return 1.0 if category != 0 and category == shelf.facets[other, LEAF] else 0.0


@fast_kernel
def _cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    total = np.float64(0.0)
    for d in range(DIMENSIONS):
        total += np.float64(one[d]) * np.float64(other[d])
    return total
