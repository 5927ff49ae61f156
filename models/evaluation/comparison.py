"""Comparison: every variant and baseline foretells the same targets of a log."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.evaluation.ablations import Variant
from models.evaluation.baselines import MeanOptions, decayed_means, recent_attention
from models.evaluation.catalogs import Encode
from models.evaluation.log import Log
from models.evaluation.metrics import Quality, quality_of
from models.evaluation.population import Population, no_texts
from models.evaluation.prequential import foretell
from models.evaluation.protocol import Histories, Targets
from models.evaluation.ranks import Ranks, ranks_of
from models.evaluation.worth import Worth
from models.interests.options import InterestOptions
from models.step import StepOptions

PLAIN_MEAN, RECENTS = "plain decayed mean", "attention over recent behaviors"
TOGETHER = "all parts and recent behaviors"
TINY = 1e-9
Told = Callable[[str, int], None]


@dataclass(frozen=True)
class Scored:
    """How well a variant foretold dev and test."""

    variant: str
    dev: Quality
    test: Quality


@dataclass(frozen=True, eq=False)
class Trial:
    """What all variants are tried on."""

    log: Log
    histories: Histories
    targets: Targets
    catalog: Catalog
    encode: Encode = no_texts

    @cached_property
    def worth(self) -> Worth:
        """The items."""
        return Worth(self.catalog)

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Of the items (n, 128) float32."""
        return self.catalog.vectors[: len(self.catalog)]

    def ranks(self, queries: NDArray[np.float32]) -> Ranks:
        """The targets' ranks by the likeness of items to these queries (t, 128)."""
        return ranks_of(queries, self.vectors, self.log, self.histories, self.targets.events)

    def scored(self, variant: str, ranks: Ranks) -> Scored:
        """The quality of both parts."""
        targets = self.targets
        users = self.log.users[targets.events]
        parts = (
            quality_of(ranks, users, targets.cold, len(self.catalog), part) for part in (~targets.test, targets.test)
        )
        return Scored(variant, *parts)


def compare(trial: Trial, options: StepOptions, variants: Sequence[Variant], told: Told) -> Iterator[Scored]:
    """The variants in order, then what needs no state.

    told: called now and then with a variant's name and how many behaviors it is through with.
    """
    for variant in variants:
        yield trial.scored(variant.name, tried(trial, options, variant, partial(told, variant.name)))
    yield trial.scored(PLAIN_MEAN, trial.ranks(plain_means(trial, options.interests)))
    late = recents(trial)
    yield trial.scored(RECENTS, trial.ranks(late))
    yield trial.scored(TOGETHER, together(trial, options, late))


def tried(
    trial: Trial,
    options: StepOptions,
    variant: Variant,
    told: Callable[[int], None] = lambda done: None,
    lived: NDArray[np.bool_] | None = None,
    beside: NDArray[np.float32] | None = None,
) -> Ranks:
    """The targets' ranks by the variant; lived, beside: as in `foretell`."""
    step = replace(options, interests=variant.interests, lists=False)
    population = Population(trial.log.owners, trial.catalog, step, trial.encode)
    return foretell(trial.log, trial.histories, trial.targets.events, population, trial.worth, told, lived, beside)


def together(trial: Trial, options: StepOptions, late: NDArray[np.float32]) -> Ranks:
    """The targets' ranks by interests and by recent behaviors (t, 128), which count alike."""
    lengths = np.maximum(np.linalg.norm(late, axis=1, keepdims=True), np.float32(TINY))
    return tried(trial, options, Variant(TOGETHER, options.interests), beside=late / lengths)


def plain_means(trial: Trial, options: InterestOptions) -> NDArray[np.float32]:
    """One decayed mean of all that was wanted, as vectors (t, 128), right before each target."""
    weights = np.array([max(options.types[behavior.type].weight, 0.0) for behavior in trial.log.behaviors])
    return decayed_means(trial.log, trial.vectors, trial.targets.events, MeanOptions(weights, options.half_life))


def recents(trial: Trial) -> NDArray[np.float32]:
    """Attention over the recent behaviors, as vectors (t, 128), right before each target."""
    return recent_attention(trial.log, trial.histories, trial.vectors, trial.targets.events)
