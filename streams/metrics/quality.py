"""Quality metrics: what the published lists are worth by what users do next, and what they show."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from prometheus_client import Counter
from prometheus_client.registry import CollectorRegistry

from streams.metrics.kinds import Snapshot


class PerVariant:
    """A counter with the variants of ranking as its label, to which an array is added at once."""

    def __init__(self, registry: CollectorRegistry, name: str, help: str) -> None:
        self._counter = Counter(name, help, ["variant"], registry=registry)
        self._children: list[Counter] = []

    def begin(self, variants: Sequence[str]) -> None:
        """From now on what is added is in the order of these variants; those not counted yet begin with 0."""
        self._children = [self._counter.labels(variant) for variant in variants]

    def add(self, values: NDArray[np.float64] | NDArray[np.int64]) -> None:
        """Adds to each variant (v,)."""
        for child, value in zip(self._children, values.tolist(), strict=True):
            if value:
                child.inc(value)


class QualityMetrics:
    """Per variant. A mean is the rate of a sum over the rate of its count."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, help: str) -> PerVariant:
            return PerVariant(registry, name, help)

        self.targets = counter(
            "penchant_quality_targets",
            "Behaviors that the user's last list was judged by: wanted, and on an item new to the user.",
        )
        self.hits = counter("penchant_quality_hits", "Targets whose item was among the first ten of that list.")
        self.gains = counter("penchant_quality_ndcg", "Sum of NDCG@10 over targets.")
        self.reciprocal_ranks = counter("penchant_quality_reciprocal_rank", "Sum of 1 / place in the first ten.")
        self.lists = counter("penchant_shown_lists", "Lists published.")
        self.items = counter("penchant_shown_items", "Items on published lists.")
        self.surprise = counter(
            "penchant_shown_novelty_bits", "Sum of -log2 of each shown item's share in all behaviors on items."
        )
        self.cold = counter("penchant_shown_cold_items", "Items shown that nobody had to do with yet.")
        self.coverage = Snapshot(
            registry,
            "penchant_coverage_ratio",
            "Of the items that may be on lists, those that this worker showed within the last hour.",
            ["variant"],
        )

    def begin(self, variants: Sequence[str]) -> None:
        """Each of these variants is counted from 0."""
        counters = (self.targets, self.hits, self.gains, self.reciprocal_ranks)
        for counter in (*counters, self.lists, self.items, self.surprise, self.cold):
            counter.begin(variants)
