"""Interests: the record published per user on interests.vectors (msgpack, compacted, keyed by the owner's id).

A record says what held at its time `at`, and carries what a reader needs for any later time t, with `rates`:

- An interest's masses fade: mass(t) = mass * 2**(-(t - at) / half_life), with the interest's own `at`; `short` fades
  the same way with rates.short_half_life, and `turned` with rates.turned_half_life.
- Its intensity is the chance of another behavior on it within rates.horizon seconds from t:
  1 - exp(-(mu * M + alpha * S)), where M and S are the integrals of mass**0.75 and short**0.75 from t to t + horizon;
  that of a mass m of half-life h is m**0.75 * g / ln(2) * (1 - 2**(-horizon / g)), with g = h / 0.75.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from schemas.decoding import from_msgpack
from schemas.vectors import check_vector

InterestState = Literal["probation", "proven", "muted", "turned_away"]


class Reason(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A behavior that an interest is made of.

    item_id: None for one without an item, or when the item is no longer known. type: the behavior's. at: epoch seconds.
    share: of the interest's mass; stays the same while both fade.
    """

    item_id: str | None
    type: str
    at: float
    share: float


class Interest(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One interest, wanted or not.

    id: stays with the interest for its life. intensity: 0 to 1 at the record's time. attention: its share of the
    record's vector; all shares sum to 1. mass, short, turned: decayed sums as of `at` (epoch seconds) of the weights of
    behaviors on it, with a long and with a short half-life, and of those that turned it away. half_life: of mass, in
    seconds. behaviors: how many made it. state: "probation" until a second or a strong one confirms it, "muted" until
    the user lifts it, "turned_away" while `turned` outweighs `mass`, else "proven". asked_at: when the user last asked
    for it in words, or muted it. label, keywords: what it is about; "" and none where nothing is known. reasons: the
    behaviors that weigh most, heaviest first; their shares and `older`, the share of all others, are multiples of
    2**-24 and sum to exactly 1. vector: 256 bytes of float16.
    """

    id: int
    intensity: float
    attention: float
    mass: float
    short: float
    at: float
    half_life: float
    turned: float
    behaviors: int
    state: InterestState
    asked_at: float | None
    label: str
    keywords: tuple[str, ...]
    reasons: tuple[Reason, ...]
    older: float
    vector: bytes


class CategoryShare(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A category as its items name it, from the widest to the narrowest, and its share of the decayed behaviors.

    Shares sum to 1; that of a wider category is the sum over the paths that begin with its own.
    """

    path: tuple[str, ...]
    share: float


class Dimension(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """How much one attribute of items (topic, category, brand, price) decides what the user picks of what is shown."""

    name: str
    weight: float


class Link(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Two interests, by id, that come up in the same sessions.

    support: share of sessions with both. confidence: share of the sessions with the first that have the second.
    lift: confidence over the share of all sessions that have the second.
    """

    first: int
    second: int
    support: float
    confidence: float
    lift: float


class TurnedAway(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An item (by id) or a category (its path, joined by " > ") that the user turned away; strength fades."""

    kind: Literal["item", "category"]
    name: str
    strength: float


class Rates(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What readers need to compute masses and intensities later, as this module's first lines say.

    mu, alpha: returns per second at a mass and at a short of 1. Half-lives and horizon in seconds.
    """

    mu: float
    alpha: float
    short_half_life: float
    turned_half_life: float
    horizon: float


class InterestRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a user wants as of `at`.

    behaviors: how many were applied since the beginning; new_behaviors: how many since the record before, so that a
    reader can prove that none is missing or counted twice. vector: the recommendation-ready vector, 256 bytes of
    float16, of the encoder version named by `encoder`; None while nothing has attention. interests: all of them, those
    that are muted or turned away too. categories: the user's, the largest share first. dimensions: which attributes
    matter, none before the first choice. turned_away: the strongest first. anomaly: 0 to 1, how much of the late
    behaviors were repeats and bursts. drift: 0 to 1, how far the short masses have moved from the long ones (total
    variation of their shares).
    """

    user_id: str
    at: float
    behaviors: int
    new_behaviors: int
    encoder: str
    vector: bytes | None
    interests: tuple[Interest, ...]
    rates: Rates
    categories: tuple[CategoryShare, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    links: tuple[Link, ...] = ()
    turned_away: tuple[TurnedAway, ...] = ()
    anomaly: float = 0.0
    drift: float = 0.0
    schema_version: Literal[1] = 1


_decoder = msgspec.msgpack.Decoder(InterestRecord)
_encoder = msgspec.msgpack.Encoder()
encode_interest_record: Callable[[InterestRecord], bytes] = _encoder.encode


def decode_interest_record(data: bytes) -> InterestRecord:
    """A record from its msgpack. Raises SchemaError when it does not fit."""
    record = from_msgpack(_decoder.decode, data, "an interest record")
    check_vector(record.vector, "an interest record: `$.vector`")
    for place, interest in enumerate(record.interests):
        check_vector(interest.vector, f"an interest record: `$.interests[{place}].vector`")
    return record
