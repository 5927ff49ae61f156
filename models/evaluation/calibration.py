"""Calibration: whether things of which chances are told happen as often as told."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True)
class Calibration:
    """error: the mean distance of told from true shares over ten bins of equally many.

    distance: the mean distance of each chance from what happened, 0 or 1. told, true (b,): the mean chance and the
    share of what happened, by bin.
    """

    error: float
    distance: float
    told: tuple[float, ...]
    true: tuple[float, ...]


def calibration_of(chances: NDArray[np.float64], happened: NDArray[np.bool_]) -> Calibration:
    """The expected calibration error of chances (n,) against what happened (n,).

    Source: Naeini et al. 2015, with bins of equal counts, so that no bin is left to a few.
    """
    order = np.argsort(chances, kind="stable")
    bins = [part for part in np.array_split(order, BINS) if len(part)]
    told = np.array([chances[part].mean() for part in bins])
    true = np.array([happened[part].mean() for part in bins])
    sizes = np.array([len(part) for part in bins])
    error = float(np.sum(sizes * np.abs(told - true)) / max(len(chances), 1))
    distance = float(np.abs(chances - happened).mean()) if len(chances) else 0.0
    return Calibration(error, distance, tuple(told.tolist()), tuple(true.tolist()))
