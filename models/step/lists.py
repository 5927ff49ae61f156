"""Lists: the recommendations of users, each by its variant of ranking."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.judging import note_lists
from models.ranking.rank import rank_each
from models.ranking.records import recommendations
from models.ranking.rules import NO_RULES, Active
from models.ranking.variants import assigned
from models.step.options import StepOptions
from schemas.ids import fingerprints


@dataclass(frozen=True)
class Lists:
    """Lists of m users: encoded Recommendations; items (m, k) int32: catalog rows, -1 for none; variants (m,) int64."""

    records: list[bytes]
    items: NDArray[np.int32]
    variants: NDArray[np.int64]


def recommend(
    arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, options: StepOptions, active: Active = NO_RULES
) -> list[bytes]:
    """One encoded Recommendations per user; active: the business rules of each."""
    return lists_for(arena, slots, catalog, options, active).records


def lists_for(
    arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, options: StepOptions, active: Active = NO_RULES
) -> Lists:
    """The lists of these users, each by its user's variant; they are what the users' next behaviors judge."""
    rules, variants = options.laws_in(catalog).rules, options.variants
    of = np.zeros(len(slots), np.int64)
    if options.others:
        of = assigned(fingerprints([arena.owners[slot] for slot in slots.tolist()]), variants)
    ranked = rank_each(arena, slots, catalog, options.interests, rules, variants, of, active)
    names = [variants[place].name for place in of.tolist()]
    note_lists(arena, slots, catalog, ranked.items, of)
    return Lists(recommendations(arena, slots, catalog, ranked, names), ranked.items, of)
