"""Recommendations: the ranked list published per user on recommendations.topk (JSON, keyed by the owner's id)."""

from collections.abc import Callable
from typing import Literal

import msgspec

from schemas.decoding import from_json
from schemas.ids import fingerprint


class Reason(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Why an item is on the list: what speaks for it, its share of all that does, and for an interest its id.

    kind: interest (it is like what the user wants), neighbors (others went on to it from the user's recent items),
    popularity, novelty, exploration (it was drawn by chance), or rule (it is pinned).
    """

    kind: Literal["interest", "neighbors", "popularity", "novelty", "exploration", "rule"]
    share: float
    interest: int | None = None


class RecommendedItem(msgspec.Struct, frozen=True, gc=False):
    """One place of the list. propensity: the chance this item had of this place (1 without exploration)."""

    item_id: str
    score: float
    propensity: float
    reasons: tuple[Reason, ...]


class Recommendations(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A ranked list, best first, as of the event time `at` (epoch milliseconds)."""

    recommendation_id: str
    user_id: str
    at: int
    behaviors: int
    variant: str
    encoder: str
    items: tuple[RecommendedItem, ...]
    schema_version: Literal[1] = 1


def recommendation_id(user_id: str, at: int, behaviors: int, variant: str) -> str:
    """The list's name: the same user, event time, number of behaviors and variant give the same id on every run.

    Args: at: epoch milliseconds; it tells the lists of a user who started anew from those of the life before.
    """
    name = f"{user_id}\0{at}\0{behaviors}\0{variant}"
    return f"{fingerprint(name):016x}"


_decoder = msgspec.json.Decoder(Recommendations)
_encoder = msgspec.json.Encoder()
encode_recommendations: Callable[[Recommendations], bytes] = _encoder.encode


def decode_recommendations(data: bytes) -> Recommendations:
    """A list from its JSON. Raises SchemaError when it does not fit."""
    return from_json(_decoder.decode, data, "a recommendations record")
