"""Selection: the greatest of some scores to the front, in time that grows with their number."""

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel


@kernel
def select(scores: NDArray[np.float32], names: NDArray[np.int32], size: int, count: int) -> None:
    """Brings the count greatest of scores[:size] to the front, in no order, and names along with them."""
    low, high = 0, int(size)
    while low < count < high:
        above, reached = _divide(scores, names, low, high)
        if count < above:
            high = above
        else:
            low = reached if count >= reached else count


@kernel
def select_by_size(
    scores: NDArray[np.float32], names: NDArray[np.int32], start: int, end: int, sizes: NDArray[np.int32], wanted: int
) -> int:
    """Brings the fewest greatest of scores[start:end] to its front whose sizes sum to what is wanted; where they end.

    sizes: by name. All when they are too small, and one or few more than the fewest among equal scores.
    """
    low, high = start, end
    while low < high and wanted > 0:
        above, reached = _divide(scores, names, low, high)
        size = 0
        for k in range(low, above):
            size += sizes[names[k]]
        if size >= wanted:
            high = above
            continue
        for k in range(above, reached):
            size += sizes[names[k]]
        wanted -= size
        low = reached
    return low


@kernel
def _divide(scores: NDArray[np.float32], names: NDArray[np.int32], low: int, high: int) -> tuple[int, int]:
    """Brings what is above a middling score to the front and what equals it next; where the two end.

    What equals it is looked for only when nothing is above; else it is the one score that was taken for the middle.
    """
    one, two, three = scores[low], scores[(low + high) // 2], scores[high - 1]
    pivot = max(min(one, two), min(max(one, two), three))
    at = low if pivot == one else ((low + high) // 2 if pivot == two else high - 1)
    _swap(scores, names, low, at)
    above = low + 1
    for k in range(low + 1, high):
        score, name = scores[k], names[k]
        scores[k], names[k] = scores[above], names[above]
        scores[above], names[above] = score, name
        above += score > pivot
    above -= 1
    _swap(scores, names, low, above)
    reached = above + 1
    if above == low:
        for k in range(low + 1, high):
            if scores[k] == pivot:
                _swap(scores, names, k, reached)
                reached += 1
    return above, reached


@kernel
def _swap(scores: NDArray[np.float32], names: NDArray[np.int32], one: int, other: int) -> None:
    scores[one], scores[other] = scores[other], scores[one]
    names[one], names[other] = names[other], names[one]
