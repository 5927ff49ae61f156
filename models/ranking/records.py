"""Recommendation records: ranked lists, as readers get them."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.listing import Ranked
from models.ranking.packing import PARTS, PlaceColumns, packed_lists
from schemas.recommendations import recommendation_id

KEPT = 1 << 17

_encode = msgspec.json.encode


def recommendations(
    arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, ranked: Ranked, variants: Sequence[str]
) -> list[bytes]:
    """One encoded Recommendations per user, with a name that follows from the user, its behaviors and the variant.

    Args: variants (m,): the name of each user's.
    """
    rows, items = np.unique(ranked.items, return_inverse=True)
    chances, propensities = np.unique(ranked.propensities, return_inverse=True)
    shares = _shares(ranked)
    families = np.argsort(-shares, axis=2, kind="stable")
    interest_ids = arena.meta["id"][slots[:, None], np.maximum(ranked.interests, 0)]
    columns = PlaceColumns(
        np.where(ranked.items >= 0, items.reshape(ranked.items.shape), -1),
        np.rint(ranked.scores.astype(np.float64) * PARTS).astype(np.int64),
        propensities.reshape(ranked.items.shape).astype(np.int64),
        families.astype(np.int64),
        np.take_along_axis(shares, families, 2),
        np.where(ranked.interests >= 0, interest_ids.astype(np.int64), -1),
        ranked.ways.astype(np.int64),
    )
    names = [_quoted(catalog.ids[row]) if row >= 0 else b"" for row in rows.tolist()]
    drawn = [repr(one).encode() for one in chances.tolist()]
    return packed_lists(_heads(arena, slots, catalog, variants), names, drawn, columns)


def _heads(arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, variants: Sequence[str]) -> list[bytes]:
    """What stands before the places of each list."""
    heads, encoder = arena.head[slots], _quoted(catalog.encoder)
    moments, behaviors = np.rint(heads["at"] * 1e3).astype(np.int64).tolist(), heads["behaviors"].tolist()
    found = []
    for slot, at, count, variant in zip(slots.tolist(), moments, behaviors, variants, strict=True):
        user_id = arena.owners[slot]
        name = recommendation_id(user_id, at, count, variant).encode()
        found.append(
            b'{"recommendation_id":"%b","user_id":%b,"at":%d,"behaviors":%d,"variant":%b,"encoder":%b,"items":['
            % (name, _encode(user_id), at, count, _quoted(variant), encoder)
        )
    return found


def _shares(ranked: Ranked) -> NDArray[np.int64]:
    """Each family's part of what speaks for an item (m, k, 4), in 1/10,000; 0 for what speaks against it."""
    parts = np.maximum(ranked.parts.astype(np.float64), 0.0)
    whole = parts.sum(2, keepdims=True)
    shares = np.divide(parts, whole, out=np.zeros_like(parts), where=whole > 0.0)
    return np.rint(shares * PARTS).astype(np.int64)


@lru_cache(KEPT)
def _quoted(text: str) -> bytes:
    """A text as JSON."""
    return _encode(text)
