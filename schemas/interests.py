"""Interests: the record published per user on interests.vectors (msgpack, compacted, keyed by the owner's id)."""

from collections.abc import Callable
from typing import Literal

import msgspec

from schemas.decoding import from_msgpack
from schemas.vectors import check_vector


class Interest(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One interest; its mass at a later time t is mass * 2**(-(t - at) / half_life).

    id: stays with the interest for its life. intensity: 0 to 1 at the record's time. attention: its share of the
    record's vector; all shares sum to 1. mass: decayed sum of behavior weights at `at` (epoch seconds).
    half_life: seconds. behaviors: how many made it. vector: 256 bytes of float16.
    """

    id: int
    intensity: float
    attention: float
    mass: float
    at: float
    half_life: float
    behaviors: int
    vector: bytes


class InterestRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a user wants as of `at`.

    behaviors: how many were applied since the beginning; new_behaviors: how many since the record before, so that a
    reader can prove that none is missing or counted twice. vector: the recommendation-ready vector, 256 bytes of
    float16, of the encoder version named by `encoder`; None while no interest is known. unwanted: what the user
    turned away, like an interest, or None.
    """

    user_id: str
    at: float
    behaviors: int
    new_behaviors: int
    encoder: str
    vector: bytes | None
    interests: tuple[Interest, ...]
    unwanted: Interest | None = None
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
    if record.unwanted is not None:
        check_vector(record.unwanted.vector, "an interest record: `$.unwanted.vector`")
    return record
