"""Off-policy estimates: what another policy would have earned, from the lists and propensities of the one that ran."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.evaluation.metrics import clustered_error

NORMAL_95: Final = 1.959964


@dataclass(frozen=True)
class Estimate:
    """A policy's value with its standard error, clustered by user, and the 95 % confidence interval.

    effective: of how many lists that the policy itself had made the estimate is worth; Kong 1992. Far below the number
    of lists the interval is too optimistic.
    """

    value: float
    error: float
    effective: float

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end of the 95 % confidence interval."""
        return self.value - NORMAL_95 * self.error, self.value + NORMAL_95 * self.error


def weights_of(wanted: NDArray[np.float64], logged: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much likelier each list up to each place is (m, k) under the wanted policy than under the one that ran.

    Propensities are conditional on earlier places, so the chance of what stands down to a place is their product.

    Args: wanted (m, k): the chance of each item at its place under the wanted policy, given the earlier places as they
    are shown; logged (m, k): the propensities on the record. Both are 1 behind a list's end.
    Raises: ValueError for a logged propensity that is not above 0 and at most 1.
    Source: the weights of reward interaction, McInerney et al. 2020.
    """
    if not ((logged > 0.0) & (logged <= 1.0)).all():
        raise ValueError("every logged propensity is above 0 and at most 1: pass those of published records")
    weights: NDArray[np.float64] = np.cumprod(wanted / logged, axis=1, dtype=np.float64)
    return weights


def inverse_propensity(
    rewards: NDArray[np.float64], weights: NDArray[np.float64], users: NDArray[np.int64]
) -> Estimate:
    """What a list of the wanted policy earns on average, without bias; its variance grows with the weights.

    A place may earn by what stands there and above it. Whatever the wanted policy shows, the one that ran must be able
    to show.

    Args: rewards (m, k), 0 behind a list's end; weights (m, k) as weights_of gives them; users (m,) of the lists.
    Source: Horvitz and Thompson 1952.
    """
    earned = (weights * rewards).sum(1)
    return Estimate(_mean(earned), clustered_error(earned, users), _effective(weights))


def self_normalized(rewards: NDArray[np.float64], weights: NDArray[np.float64], users: NDArray[np.int64]) -> Estimate:
    """The same, each place divided by its mean weight: a bias that vanishes with many lists, for less variance.

    The error is that of its linear part. Args: as inverse_propensity takes them.
    Source: Swaminathan and Joachims 2015.
    """
    if not len(rewards):
        return Estimate(0.0, 0.0, 0.0)
    means = weights.mean(0)
    known = means > 0.0
    shares = np.where(known, weights / np.where(known, means, 1.0), 0.0)
    values = (shares * rewards).mean(0)
    linear = (shares * (rewards - values)).sum(1)
    return Estimate(float(values.sum()), clustered_error(linear, users), _effective(weights))


def _effective(weights: NDArray[np.float64]) -> float:
    """By the weights of whole lists, the last place's."""
    whole = weights[:, -1] if weights.shape[1] else np.ones(len(weights))
    squares = float(np.sum(whole**2))
    return float(whole.sum()) ** 2 / squares if squares > 0.0 else 0.0


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0
