"""Companions: the items that were shown together with an item, in one impression."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.kernels.chance import STEP, fraction, scrambled
from models.kernels.places import place_of

# Shown together is what is at most so many places apart, so that a long list costs no more per item than a short one.
APART: Final = 4


@kernel
def companions_of_each(
    shown: NDArray[np.uint32], starts: NDArray[np.int64], companions: NDArray[np.uint32], counts: NDArray[np.uint8]
) -> None:
    """Fills companions (M, 8 or more) and counts (M,) of the items of some lists.

    Args: shown (M,): prints; those of list j from starts[j] to starts[j + 1] (n + 1,).
    """
    for j in range(starts.shape[0] - 1):
        for k in range(starts[j], starts[j + 1]):
            counts[k] = companions_at(shown[starts[j] : starts[j + 1]], k - starts[j], companions[k])


@kernel
def companions_at(shown: NDArray[np.uint32], place: int, companions: NDArray[np.uint32]) -> int:
    """Fills companions (8 or more,) with what is at most 4 places before or after one item of a list; how many."""
    count = 0
    for k in range(max(place - APART, 0), min(place + APART + 1, shown.shape[0])):
        if k != place:
            companions[count] = shown[k]
            count += 1
    return count


@kernel
def count_companions(
    head: Any,
    prints: NDArray[np.uint32],
    counts: NDArray[np.float32],
    companions: NDArray[np.uint32],
    fade: float,
    weight: float,
) -> None:
    """Counts what an item was shown with; all counts before are times `fade`.

    prints and counts (16,) are kept with the greatest count first. One that is not there takes a free place, or else,
    with the probability w / (s + w) for its weight w, that of the last, whose count is s, and its count is s + w then:
    as with neighbors, right in the mean for what comes anew, and exact for what is never last. The hash that decides is
    of the item, the companion and the item's impressions, so a replay agrees. The item's own print is passed over.
    """
    kept = np.int64(head.companions)
    for k in range(kept):
        counts[k] *= fade
    for k in range(companions.shape[0]):
        companion = companions[k]
        if companion == head.print:
            continue
        place: int | np.integer[Any] = place_of(prints[:kept], companion)
        if place < 0 and kept < prints.shape[0]:
            place = kept
            prints[place], counts[place] = companion, np.float32(0.0)
            kept += 1
        if place < 0:
            last = counts[kept - 1]
            if _chance(head.impressions, companion, head.print) * (last + weight) < weight:
                place = kept - 1
                prints[place] = companion
        if place >= 0:
            counts[place] += weight
            _raise(prints, counts, place)
    head.companions = kept


@kernel
def _raise(prints: NDArray[np.uint32], counts: NDArray[np.float32], place: int | np.integer[Any]) -> None:
    """Moves a companion whose count grew before all with smaller ones."""
    while place > 0 and counts[place] > counts[place - 1]:
        prints[place], prints[place - 1] = prints[place - 1], prints[place]
        counts[place], counts[place - 1] = counts[place - 1], counts[place]
        place -= 1


@kernel
def _chance(impressions: float, companion: int, item: int) -> float:
    """A number from 0 to 1 that follows from these three."""
    bits = np.uint64(np.float32(impressions).view(np.uint32))
    return fraction(scrambled(bits * STEP + (np.uint64(companion) << np.uint64(32) | np.uint64(item))))
