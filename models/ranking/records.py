"""Recommendation records: ranked lists, as readers get them."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.listing import Ranked
from models.ranking.packing import PlaceColumns, packed_lists
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
    interest_ids = arena.meta["id"][slots[:, None], np.maximum(ranked.interests, 0)]
    columns = PlaceColumns(
        np.where(ranked.items >= 0, items.reshape(ranked.items.shape), -1),
        ranked.scores,
        propensities.reshape(ranked.items.shape).astype(np.int64),
        ranked.parts,
        np.where(ranked.interests >= 0, interest_ids.astype(np.int64), -1),
        ranked.ways,
    )
    names = [_quoted(catalog.ids[row]) if row >= 0 else b"" for row in rows.tolist()]
    drawn = [repr(one).encode() for one in chances.tolist()]
    return packed_lists(_heads(arena, slots, catalog, variants), names, drawn, columns)


def _heads(arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, variants: Sequence[str]) -> list[bytes]:
    """What stands before the places of each list."""
    heads, encoder = arena.head[slots], _encode(catalog.encoder).decode()
    moments, behaviors = np.rint(heads["at"] * 1e3).astype(np.int64).tolist(), heads["behaviors"].tolist()
    ends = {name: f'"variant":{_encode(name).decode()},"encoder":{encoder},"items":[' for name in set(variants)}
    owners = [arena.owners[slot] for slot in slots.tolist()]
    return [
        f'{{"recommendation_id":"{recommendation_id(user_id, at, count, variant)}",'
        f'"user_id":{_encode(user_id).decode()},"at":{at},"behaviors":{count},{ends[variant]}'.encode()
        for user_id, at, count, variant in zip(owners, moments, behaviors, variants, strict=True)
    ]


@lru_cache(KEPT)
def _quoted(text: str) -> bytes:
    """A text as JSON."""
    return _encode(text)
