"""Live: behaviors are learned from, and then change what their users want, one after the other."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.interests.attention import weights_of_features
from models.interests.kernels.types import Columns, Laws, Traces
from models.interests.options import InterestOptions
from models.ranking.kernels.factors import MOVED
from models.ranking.kernels.living import Lessons, live_each
from models.ranking.kernels.types import RANKING_RULES, RankingLaws, Taught
from models.ranking.options import RankingOptions
from models.ranking.shop import shop_of
from schemas.rows.trend import MOST_RECENTS

NO_RANKING = np.zeros(0, RANKING_RULES)


def live(
    arena: UserArena,
    catalog: Catalog,
    columns: Columns,
    laws: Laws,
    resolved: NDArray[np.bool_],
    admitting: bool,
    interests: InterestOptions,
    rankings: Sequence[RankingOptions],
) -> tuple[NDArray[np.bool_], Traces]:
    """Applies each behavior that is resolved (n,) and, if it is to be admitted first, was admitted (n,).

    Before it changes its user, a wanted one on an item of the catalog teaches the arena's mixers, and leaves a trace of
    what the user wanted until then.

    Args: rankings: of each variant, as many as there are mixers; none to learn nothing.
    """
    n = len(columns.slots)
    wanted = interests.wanted()
    admitted = np.ones(n, np.bool_)
    traces = no_traces(n, wanted)
    theta = weights_of_features(arena, interests)
    if rankings:
        rows = columns.facet_rows
        catalog.neighbors.fill(rows[rows >= 0].astype(np.int32))
        reserve_gradients(arena, n, catalog, rankings[0])
    shop = shop_of(catalog, wanted)
    ranking = RankingLaws(laws.rules, theta, np.concatenate([NO_RANKING, *(one.rules() for one in rankings)]))
    taught = Taught(arena.mixers[: len(rankings)], arena.gradients.arrays)
    lessons = Lessons(ranking, shop, taught, traces)
    live_each(arena.arrays, columns, laws, resolved, admitting, admitted, lessons)
    arena.touch(columns.slots)
    return admitted, traces


def reserve_gradients(arena: UserArena, behaviors: int, catalog: Catalog, ranking: RankingOptions) -> None:
    """Makes room for all items that so many behaviors may move."""
    each = 1 + MOVED + ranking.negatives + ranking.others if ranking.factor_rate > 0.0 else 0
    arena.gradients.reserve(min(behaviors * each, len(catalog.print_index.prints)))


def no_traces(n: int, wanted: NDArray[np.bool_]) -> Traces:
    """Traces of n behaviors before which nobody wanted anything. Args: wanted (16,) by type code."""
    return Traces(np.zeros((n, MOST_RECENTS), np.uint32), np.zeros(n, np.uint8), wanted)
