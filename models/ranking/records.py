"""Recommendation records: ranked lists, as readers get them.

The JSON is put together from texts, most of which repeat: a struct for each reason of each place costs several times as
much. `schemas.recommendations` says what it means and reads it.
"""

from collections.abc import Sequence
from functools import cache, lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.choosing import BY_SCORE, EXPLORED
from models.ranking.kernels.families import FAMILY_NAMES, WANTED
from models.ranking.rank import Ranked
from schemas.recommendations import recommendation_id

DECIMALS = 4
PARTS = 10**DECIMALS
KEPT = 1 << 17

_encode = msgspec.json.encode
_KINDS = tuple(f'{{"kind":"{name}","share":' for name in FAMILY_NAMES)


def recommendations(
    arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, ranked: Ranked, variants: Sequence[str]
) -> list[bytes]:
    """One encoded Recommendations per user, with a name that follows from the user, its behaviors and the variant.

    Args: variants (m,): the name of each user's.
    """
    heads = arena.head[slots]
    moments, behaviors = np.rint(heads["at"] * 1e3).astype(np.int64).tolist(), heads["behaviors"].tolist()
    owners = [arena.owners[slot] for slot in slots.tolist()]
    encoder, records = _quoted(catalog.encoder), []
    for user_id, at, count, variant, items in zip(
        owners, moments, behaviors, variants, _lists(arena, slots, catalog, ranked), strict=True
    ):
        record = (
            f'{{"recommendation_id":"{recommendation_id(user_id, at, count, variant)}"'
            f',"user_id":{_encode(user_id).decode()},"at":{at},"behaviors":{count}'
            f',"variant":{_quoted(variant)},"encoder":{encoder},"items":[{items}],"schema_version":1}}'
        )
        records.append(record.encode())
    return records


def _lists(arena: UserArena, slots: NDArray[np.int64], catalog: Catalog, ranked: Ranked) -> list[str]:
    ids = catalog.ids
    interest_ids = arena.meta["id"][slots[:, None], np.maximum(ranked.interests, 0)]
    named = np.where(ranked.interests >= 0, interest_ids.astype(np.int64), -1)
    scores = np.round(ranked.scores.astype(np.float64), DECIMALS)
    shares = _shares(ranked)
    order = np.argsort(-shares, axis=2, kind="stable")
    sizes = np.take_along_axis(shares, order, 2)
    columns = (ranked.items, scores, ranked.propensities, order, sizes, named, ranked.ways)
    return [
        ",".join(
            f'{{"item_id":{_quoted(ids[row])},"score":{score},"propensity":{propensity}'
            f',"reasons":[{_reasons(families, parts, interest) if way == BY_SCORE else _by_other_ways(way)}]}}'
            for row, score, propensity, families, parts, interest, way in zip(*places, strict=True)
            if row >= 0
        )
        for places in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _shares(ranked: Ranked) -> NDArray[np.int64]:
    """Each family's part of what speaks for an item (m, k, 4), in 1/10,000; 0 for what speaks against it."""
    parts = np.maximum(ranked.parts.astype(np.float64), 0.0)
    whole = parts.sum(2, keepdims=True)
    shares = np.divide(parts, whole, out=np.zeros_like(parts), where=whole > 0.0)
    return np.rint(shares * PARTS).astype(np.int64)


def _reasons(families: Sequence[int], parts: Sequence[int], interest: int) -> str:
    """Families by their parts, the greatest first."""
    decimals, found = _decimals(), []
    for family, part in zip(families, parts, strict=True):
        if part == 0:
            break
        named = f',"interest":{interest}' if family == WANTED and interest >= 0 else ""
        found.append(f"{_KINDS[family]}{decimals[part]}{named}}}")
    return ",".join(found)


def _by_other_ways(way: int) -> str:
    return f'{{"kind":"{"exploration" if way == EXPLORED else "rule"}","share":1.0}}'


@cache
def _decimals() -> tuple[str, ...]:
    """All shares there are, as texts."""
    return tuple(repr(part / PARTS) for part in range(PARTS + 1))


@lru_cache(KEPT)
def _quoted(text: str) -> str:
    """A text as JSON."""
    return _encode(text).decode()
