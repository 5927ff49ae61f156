"""Ranks: at which place of the whole catalog each target is found, and which items come first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.catalog.search import take_best
from models.evaluation.log import Log
from models.evaluation.protocol import Histories

SHOWN = 10
SCORES = 1 << 20


@dataclass(frozen=True, eq=False)
class Ranks:
    """ranks (t,) float64: places from 1 of the targets, the middle one of those that score alike.

    shown (t, 10) int32: the rows of the best items, -1 where fewer.
    """

    ranks: NDArray[np.float64]
    shown: NDArray[np.int32]


def ranks_of(
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32],
    log: Log,
    histories: Histories,
    events: NDArray[np.int64],
) -> Ranks:
    """Ranks by inner product, among the candidates of the protocol.

    Args: queries (t, d) float32; vectors (n, d) float32, one per item; events (t,): places of the targets in the log.
    """
    step = max(1, SCORES // len(vectors))
    blocks = [slice(start, start + step) for start in range(0, len(events), step)]
    return joined([ranked(queries[block] @ vectors.T, log, histories, events[block]) for block in blocks])


def ranked(scores: NDArray[np.float32], log: Log, histories: Histories, events: NDArray[np.int64]) -> Ranks:
    """Ranks by scores (t, n) float32, which are spent, of every item for each target, among the candidates."""
    ranks = np.empty(len(events), np.float64)
    shown = np.full((len(events), SHOWN), -1, np.int32)
    _rank_each(scores, log.items[events], histories.items, histories.begins[events], histories.ends[events], ranks)
    take_best(scores, np.zeros(scores.shape[1], np.float32), shown, np.empty((len(events), SHOWN), np.float32))
    return Ranks(ranks, shown)


def joined(parts: Sequence[Ranks]) -> Ranks:
    """All ranks of the parts, in order."""
    none = Ranks(np.zeros(0), np.zeros((0, SHOWN), np.int32))
    every = parts or [none]
    return Ranks(np.concatenate([one.ranks for one in every]), np.concatenate([one.shown for one in every]))


@njit(nogil=True, cache=True)
def _rank_each(
    scores: NDArray[np.float32],
    targets: NDArray[np.int64],
    had: NDArray[np.int64],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    ranks: NDArray[np.float64],
) -> None:
    """Fills ranks (q,) of targets (q,); scores (q, n) become -inf where had[begins:ends] says so."""
    for q in range(scores.shape[0]):
        line = scores[q]
        score = line[targets[q]]
        for k in range(begins[q], ends[q]):
            if had[k] >= 0:
                line[had[k]] = -np.inf
        line[targets[q]] = score
        greater = 0
        equal = -1
        for row in range(line.shape[0]):
            greater += line[row] > score
            equal += line[row] == score
        ranks[q] = 1.0 + greater + 0.5 * equal
