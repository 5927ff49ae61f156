"""Metrics: what a ranking is worth, with standard errors that do not take one user's targets for independent."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.ranks import SHOWN, Ranks


@dataclass(frozen=True)
class Quality:
    """How well targets were foretold. ndcg, hr, mrr: at 10, with standard errors clustered by user.

    coverage: the share of the catalog that was in anybody's first ten. cold_hr: the hit rate of cold targets, of which
    there were `cold`; None where there was none.
    """

    targets: int
    ndcg: float
    ndcg_error: float
    hr: float
    hr_error: float
    mrr: float
    mrr_error: float
    coverage: float
    cold: int
    cold_hr: float | None


def quality_of(
    ranks: Ranks, users: NDArray[np.int64], cold: NDArray[np.bool_], items: int, which: NDArray[np.bool_] | None = None
) -> Quality:
    """The quality over those targets (t,) for which `which` (t,) is true.

    Args: users (t,) of the targets; cold (t,); items: how many the catalog has.
    """
    chosen = np.ones(len(users), np.bool_) if which is None else which
    places, users, cold = ranks.ranks[chosen], users[chosen], cold[chosen]
    hits = hit(places)
    gains, reciprocals = gain(places), reciprocal(places)
    shown = ranks.shown[chosen]
    return Quality(
        targets=len(places),
        ndcg=_mean(gains),
        ndcg_error=clustered_error(gains, users),
        hr=_mean(hits),
        hr_error=clustered_error(hits, users),
        mrr=_mean(reciprocals),
        mrr_error=clustered_error(reciprocals, users),
        coverage=len(np.unique(shown[shown >= 0])) / max(items, 1),
        cold=int(cold.sum()),
        cold_hr=_mean(hits[cold]) if cold.any() else None,
    )


def hit(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 where the target is among the first ten (t,)."""
    return (ranks <= SHOWN).astype(np.float64)


def gain(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """NDCG@10 of one right item each (t,): 1 / log2(rank + 1) within the first ten."""
    return hit(ranks) / np.log2(ranks + 1.0)


def reciprocal(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / rank within the first ten (t,)."""
    return hit(ranks) / ranks


def clustered_error(values: NDArray[np.float64], clusters: NDArray[np.int64]) -> float:
    """The standard error of the mean of values (t,) that depend on each other within a cluster (t,).

    Source: the sandwich estimate with the correction G / (G - 1), Cameron and Miller 2015. 0 for fewer than 2 clusters.
    """
    _, numbers = np.unique(clusters, return_inverse=True)
    groups = int(numbers.max(initial=-1)) + 1
    if groups < 2:
        return 0.0
    sums = np.bincount(numbers, values - values.mean(), groups)
    return float(np.sqrt(np.sum(sums**2) * groups / (groups - 1)) / len(values))


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0
