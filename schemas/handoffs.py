"""Handoffs: what partitions of the users store tell each other when a visitor turns out to be a user (msgpack)."""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from schemas.decoding import from_msgpack
from schemas.ids import Id

Partition = Annotated[int, msgspec.Meta(ge=0)]


class Claim(msgspec.Struct, frozen=True, kw_only=True, tag="claim"):
    """A user asks for the history and the later behaviors of an anonymous id; to say it twice changes nothing.

    partition: where the user lives, so where the answer is to go. at: event time of the identify, epoch seconds.
    """

    user_id: Id
    anonymous_id: Id
    partition: Partition
    at: float
    schema_version: Literal[1] = 1


class History(msgspec.Struct, frozen=True, kw_only=True, tag="history"):
    """The answer: everything that was known of the anonymous id.

    rows: of the users store, by their keys behind the owner.
    """

    user_id: Id
    anonymous_id: Id
    rows: tuple[tuple[bytes, bytes], ...]
    schema_version: Literal[1] = 1


class Forward(msgspec.Struct, frozen=True, kw_only=True, tag="forward"):
    """One behavior of an anonymous id that is an alias of the user by now.

    behavior: its JSON, with the user's id. That it is new was seen where it came from, by the ids that it is among now.
    """

    user_id: Id
    behavior: bytes
    schema_version: Literal[1] = 1


class ForwardedAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="answer"):
    """One behavior that was at the encoder when its anonymous id became an alias of the user.

    answer: an EncodeAnswer whose payload has the user's id.
    """

    user_id: Id
    answer: bytes
    schema_version: Literal[1] = 1


Handoff = Claim | History | Forward | ForwardedAnswer

_decoder = msgspec.msgpack.Decoder(Handoff)
_encoder = msgspec.msgpack.Encoder()
encode_handoff: Callable[[Handoff], bytes] = _encoder.encode


def decode_handoff(data: bytes) -> Handoff:
    """A handoff from its msgpack. Raises SchemaError when it does not fit."""
    handoff: Handoff = from_msgpack(_decoder.decode, data, "a handoff")
    return handoff
