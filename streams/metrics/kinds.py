"""Kinds of metrics that prometheus-client lacks: a histogram of many values at once, a gauge that is set whole."""

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry


class Distribution(Collector):
    """A histogram with one label that takes an array at once, since a call per behavior would cost more than its work.

    bounds: upper ends of the buckets, ascending; the last one, infinity, is added.
    """

    def __init__(self, registry: CollectorRegistry, name: str, help: str, label: str, bounds: Sequence[float]) -> None:
        self._name, self._help, self._label = name, help, label
        self._bounds = np.array(bounds, np.float64)
        self._counts: dict[str, NDArray[np.int64]] = {}
        self._sums: dict[str, float] = {}
        self._lock = Lock()
        registry.register(self)

    def observe(self, label: str, values: NDArray[np.float64]) -> None:
        """Counts every value (n,) under this label."""
        places = np.searchsorted(self._bounds, values, side="left")
        counts = np.bincount(places, minlength=len(self._bounds) + 1)
        with self._lock:
            before = self._counts.get(label)
            self._counts[label] = counts if before is None else before + counts
            self._sums[label] = self._sums.get(label, 0.0) + float(values.sum())

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """The histogram as Prometheus reads it, its buckets cumulative."""
        family = HistogramMetricFamily(self._name, self._help, labels=[self._label])
        names = [*(repr(float(bound)) for bound in self._bounds), "+Inf"]
        with self._lock:
            for label, counts in self._counts.items():
                buckets = list(zip(names, np.cumsum(counts).tolist(), strict=True))
                family.add_metric([label], buckets, self._sums[label])
        yield family


class Snapshot(Collector):
    """A gauge whose values by label are replaced together, so that a partition that left leaves no value behind."""

    def __init__(self, registry: CollectorRegistry, name: str, help: str, labels: Sequence[str]) -> None:
        self._name, self._help, self._labels = name, help, labels
        self._values: Mapping[tuple[str, ...], float] = {}
        registry.register(self)

    def set(self, values: Mapping[tuple[str, ...], float]) -> None:
        """Replaces all values, by the values of the labels."""
        self._values = dict(values)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The gauge as Prometheus reads it."""
        family = GaugeMetricFamily(self._name, self._help, labels=self._labels)
        for labels, value in self._values.items():
            family.add_metric(labels, value)
        yield family
