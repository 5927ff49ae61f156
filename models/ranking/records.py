"""Recommendation records: ranked lists, as readers get them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.choosing import EXPLORED, PINNED
from models.ranking.kernels.families import FAMILY_NAMES, WANTED
from models.ranking.rank import Ranked
from schemas.recommendations import (
    Reason,
    Recommendations,
    RecommendedItem,
    encode_recommendations,
    recommendation_id,
)

DECIMALS = 4


def recommendations(
    arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, ranked: Ranked, variants: Sequence[str]
) -> list[bytes]:
    """One encoded Recommendations per user, with a name that follows from the user, its behaviors and the variant.

    Args: variants (m,): the name of each user's.
    """
    heads = arena.head[slots]
    lists = _lists(arena, slots, catalog, ranked)
    records = []
    moments = np.rint(heads["at"] * 1e3).tolist()
    for slot, at, behaviors, variant, items in zip(
        slots.tolist(), moments, heads["behaviors"].tolist(), variants, lists, strict=True
    ):
        user_id = arena.owners[slot]
        record = Recommendations(
            recommendation_id=recommendation_id(user_id, int(at), behaviors, variant),
            user_id=user_id,
            at=int(at),
            behaviors=behaviors,
            variant=variant,
            encoder=catalog.encoder,
            items=items,
        )
        records.append(encode_recommendations(record))
    return records


def _lists(
    arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, ranked: Ranked
) -> list[tuple[RecommendedItem, ...]]:
    ids = catalog.ids
    interest_ids = arena.meta["id"][slots[:, None], np.maximum(ranked.interests, 0)]
    named = np.where(ranked.interests >= 0, interest_ids.astype(np.int64), -1)
    scores = np.round(ranked.scores.astype(np.float64), DECIMALS)
    columns = (ranked.items, scores, ranked.propensities, _shares(ranked), named, ranked.ways)
    return [
        tuple(
            RecommendedItem(ids[row], score, propensity, _reasons(shares, interest, way))
            for row, score, propensity, shares, interest, way in zip(*places, strict=True)
            if row >= 0
        )
        for places in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _shares(ranked: Ranked) -> NDArray[np.float64]:
    """Each family's part of what speaks for an item (m, k, 4); 0 for what speaks against it."""
    parts = np.maximum(ranked.parts.astype(np.float64), 0.0)
    whole = parts.sum(2, keepdims=True)
    return np.round(np.divide(parts, whole, out=np.zeros_like(parts), where=whole > 0.0), DECIMALS)


def _reasons(shares: Sequence[float], interest: int, way: int) -> tuple[Reason, ...]:
    if way == EXPLORED:
        return (Reason("exploration", 1.0),)
    if way == PINNED:
        return (Reason("rule", 1.0),)
    reasons = [Reason(kind, share) for kind, share in zip(FAMILY_NAMES, shares, strict=True) if share > 0.0]
    if shares[WANTED] > 0.0 and interest >= 0:
        reasons[0] = Reason("interest", shares[WANTED], interest)
    reasons.sort(key=lambda reason: -reason.share)
    return tuple(reasons)
