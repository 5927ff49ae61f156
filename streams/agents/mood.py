"""Mood: how odd users behave and how their interests drift, one by one and as a whole, as metrics."""

import numpy as np
from numpy.typing import NDArray

from models.interests.change import PageHinkley
from streams.logs import get_log
from streams.metrics import WorkerMetrics

log = get_log("interests")


class Mood:
    """What the records of a partition say of trust in its users."""

    def __init__(self, metrics: WorkerMetrics, partition: int) -> None:
        self._metrics = metrics
        self._partition = partition
        self._test = PageHinkley()

    def observe(self, anomalies: NDArray[np.float64], drifts: NDArray[np.float64]) -> None:
        """Takes what the records of one flush say (m,), 0 to 1; logs when the users' mean drift has changed."""
        if not len(drifts):
            return
        self._metrics.user_signals.observe("anomaly", anomalies)
        self._metrics.user_signals.observe("drift", drifts)
        mean = float(drifts.mean())
        if self._test.update(mean):
            self._metrics.drift_changes.inc()
            log.warning(
                "what users want drifts differently than before", partition=self._partition, drift=round(mean, 3)
            )
