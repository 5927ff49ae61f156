"""Options of a step: what it needs to know of interests, ranking and its variants."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.kernels.types import Laws
from models.interests.options import InterestOptions
from models.interests.update import captured, laws_of
from models.ranking.options import RankingOptions
from models.ranking.variants import Variant, variants_of

# Mutes weigh nothing, and yet it matters what they are about.
MUTES = ("mute", "unmute")
# Behaviors whose text says what is wanted and what not, thing by thing.
SPOKEN = ("request", *MUTES)


@dataclass(frozen=True)
class StepOptions:
    """What a step needs to know.

    others: variants of ranking beside the base. lists: whether lists are made; without, nothing of ranking is learned.
    Raises: VariantError for wrong variants.
    """

    interests: InterestOptions = field(default_factory=InterestOptions)
    ranking: RankingOptions = field(default_factory=RankingOptions)
    others: tuple[Variant, ...] = ()
    lists: bool = True

    def __post_init__(self) -> None:
        variants_of(self.ranking, self.others)

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """The base, which is ranking with the share that is left, and the others."""
        return variants_of(self.ranking, self.others)

    @cached_property
    def laws(self) -> Laws:
        """The options as kernels take them, for no catalog yet."""
        return laws_of(self.interests, self.ranking.had)

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """Weight per behavior type code (16,)."""
        return self.interests.weights()

    @cached_property
    def wanted(self) -> NDArray[np.bool_]:
        """Which behaviors speak for their item, by type code (16,)."""
        return self.interests.wanted()

    def laws_in(self, catalog: Catalog) -> Laws:
        """The options as kernels take them, what is near being measured by the catalog's unrelated items."""
        return captured(self.laws, self.interests, *catalog.background())

    @cached_property
    def counts_only(self) -> frozenset[str]:
        """Behavior types of weight 0 that need no vector."""
        types = self.interests.types.items()
        return frozenset(name for name, one in types if one.weight == 0.0 and name not in MUTES)
