"""Recommendation records: ranked lists, as readers get them."""

import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.scores import Ranked
from schemas.recommendations import (
    Reason,
    Recommendations,
    RecommendedItem,
    encode_recommendations,
    recommendation_id,
)

DECIMALS = 6


def recommendations(
    arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, ranked: Ranked, variant: str
) -> list[bytes]:
    """One encoded Recommendations per user, with a name that follows from the user, its behaviors and the variant."""
    heads = arena.head[slots]
    lists = _lists(arena, slots, catalog, ranked)
    records = []
    for slot, at, behaviors, items in zip(
        slots.tolist(), np.rint(heads["at"] * 1e3).tolist(), heads["behaviors"].tolist(), lists, strict=True
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
    scores, similar, popular = (
        np.round(column.astype(np.float64), DECIMALS)
        for column in (ranked.scores, ranked.interest_shares, ranked.popularity_shares)
    )
    columns = (ranked.items, scores, similar, popular, named)
    return [
        tuple(
            RecommendedItem(ids[row], score, 1.0, _reasons(similar, popular, interest))
            for row, score, similar, popular, interest in zip(*places, strict=True)
            if row >= 0
        )
        for places in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _reasons(similar: float, popular: float, interest: int) -> tuple[Reason, ...]:
    reasons = []
    if similar > 0.0:
        reasons.append(Reason("interest", similar, interest if interest >= 0 else None))
    if popular > 0.0:
        reasons.append(Reason("popularity", popular))
    reasons.sort(key=lambda reason: -reason.share)
    return tuple(reasons)
