"""Clusters: how well one grouping of things agrees with another."""

from collections.abc import Hashable, Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray


def purity(found: Sequence[Hashable], planted: Sequence[Hashable]) -> float:
    """The share of things (n,) whose group is mostly of their own class; 1 when each group is of one class."""
    table = _table(found, planted)
    return float(table.max(1, initial=0).sum() / max(table.sum(), 1))


def normalized_information(found: Sequence[Hashable], planted: Sequence[Hashable]) -> float:
    """Mutual information over the mean of both entropies, in [0, 1]; 1 when the groupings are the same.

    Source: Strehl and Ghosh 2002, with the arithmetic mean. Two groupings of one group each agree: 1.
    """
    joint = _table(found, planted) / max(len(found), 1)
    rows, columns = joint.sum(1), joint.sum(0)
    present = joint > 0
    outer = np.outer(rows, columns)
    shared = float(np.sum(joint[present] * np.log(joint[present] / outer[present])))
    both = _entropy(rows) + _entropy(columns)
    return min(2.0 * shared / both, 1.0) if both > 0.0 else 1.0


def macro_f1(found: Sequence[Hashable], planted: Sequence[Hashable]) -> float:
    """The mean over planted classes of the harmonic mean of precision and recall."""
    pairs = list(zip(found, planted, strict=True))
    scores = []
    for one in dict.fromkeys(planted):
        right = sum(guess == one == truth for guess, truth in pairs)
        wrong = sum((guess == one) != (truth == one) for guess, truth in pairs)
        scores.append(2.0 * right / (2.0 * right + wrong))
    return float(np.mean(scores)) if scores else 0.0


def matched(cosines: NDArray[np.floating]) -> list[int]:
    """Which column (s) each row (p) is matched with, no two with the same, so that the sum is greatest; -1 for none.

    All ways are tried, so let there be few.
    """
    wanted, found = cosines.shape
    places = [*range(found), *([-1] * max(0, wanted - found))]
    if not wanted:
        return []
    total = np.c_[cosines, np.zeros(wanted)]
    ways = permutations(places, wanted)
    return list(max(ways, key=lambda way: float(sum(total[row, place] for row, place in enumerate(way)))))


def _table(found: Sequence[Hashable], planted: Sequence[Hashable]) -> NDArray[np.float64]:
    rows, columns = ({name: place for place, name in enumerate(dict.fromkeys(names))} for names in (found, planted))
    table = np.zeros((len(rows), len(columns)))
    for group, kind in zip(found, planted, strict=True):
        table[rows[group], columns[kind]] += 1
    return table


def _entropy(shares: NDArray[np.float64]) -> float:
    present = shares[shares > 0]
    return float(-np.sum(present * np.log(present)))
