"""Quality: what a worker's lists are worth and what they show, counted per variant of ranking."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from models.catalog.catalog import Catalog
from models.ranking.coverage import Coverage
from models.ranking.judging import Judgments, gains, reciprocal_ranks, shown_by
from models.step import Lists
from streams.metrics import WorkerMetrics

LATELY = 3_600.0  # seconds


class Quality:
    """For all partitions of a worker.

    variants: their names, as models.ranking.variants.variants_of orders them; each begins with its counts at 0. clock:
    seconds.
    """

    def __init__(
        self, metrics: WorkerMetrics, variants: Sequence[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._metrics = metrics.quality
        self._variants = tuple(variants)
        self._coverage = Coverage(len(variants), LATELY)
        self._clock = clock
        self._metrics.begin(self._variants)

    def judge(self, judgments: Judgments) -> None:
        """Counts the targets among new behaviors, and what they say of the lists before."""
        variants, places = judgments
        if not len(variants):
            return
        count = len(self._variants)
        self._metrics.targets.add(np.bincount(variants, minlength=count))
        self._metrics.hits.add(np.bincount(variants, places >= 0, count))
        self._metrics.gains.add(np.bincount(variants, gains(places), count))
        self._metrics.reciprocal_ranks.add(np.bincount(variants, reciprocal_ranks(places), count))

    def publish(self, catalog: Catalog, lists: Lists) -> None:
        """Counts lists, and what they show."""
        shown = shown_by(catalog, lists.items, lists.variants, len(self._variants))
        self._metrics.lists.add(shown.lists)
        self._metrics.items.add(shown.items)
        self._metrics.surprise.add(shown.surprise)
        self._metrics.cold.add(shown.cold)
        self._coverage.add(lists.items, lists.variants, self._clock())

    def observe(self, catalog: Catalog) -> None:
        """Sets the gauges; in the event loop, as the owners are."""
        ratios = self._coverage.ratios(catalog.recommendable(), self._clock())
        self._metrics.coverage.set(
            {(name,): ratio for name, ratio in zip(self._variants, ratios.tolist(), strict=True)}
        )
