"""Encoding: what workers ask of the encoder worker, and its answer."""

from enum import IntEnum
from typing import Annotated, Literal

import msgspec

from schemas.decoding import from_msgpack
from schemas.vectors import check_vector

Kind = Literal["behavior", "request"]
MOST_CLAUSES = 8


class Polarity(IntEnum):
    """What a user wishes of a thing: more or less of it, to be done with it, to see it never or once more."""

    MORE = 0
    LESS = 1
    FORGET = 2
    MUTE = 3
    UNMUTE = 4


class EncodeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Work for a model.

    kind: what is wanted of the payload, the JSON of a behavior; "behavior": its text as one vector; "request": a vector
    for each thing that its text wishes more or less of.
    model: which model is asked; "text": the text encoder.
    """

    kind: Kind
    model: Literal["text"]
    payload: bytes
    schema_version: Literal[1] = 1


class EncodedClause(msgspec.Struct, frozen=True, array_like=True):
    """One wish of a request. vector: of the thing that it is about, 256 bytes of float16."""

    polarity: Polarity
    vector: bytes


class EncodeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a request, on the same partition number: the payload as it came, and what was wanted of it.

    vector: 256 bytes of float16; None when the payload holds nothing that the model understands, and where the kind is
    "request". clauses: the wishes in the order in which they were said, at most MOST_CLAUSES; none when the text wishes
    nothing, and where the kind is "behavior".
    """

    kind: Kind
    model: Literal["text"]
    payload: bytes
    encoder: str
    vector: bytes | None = None
    clauses: Annotated[tuple[EncodedClause, ...], msgspec.Meta(max_length=MOST_CLAUSES)] = ()
    schema_version: Literal[1] = 1


_request_decoder = msgspec.msgpack.Decoder(EncodeRequest)
_answer_decoder = msgspec.msgpack.Decoder(EncodeAnswer)
_encoder = msgspec.msgpack.Encoder()


def decode_request(data: bytes) -> EncodeRequest:
    """A request from its msgpack. Raises SchemaError when it does not fit."""
    return from_msgpack(_request_decoder.decode, data, "an encode request")


def decode_answer(data: bytes) -> EncodeAnswer:
    """An answer from its msgpack. Raises SchemaError when it does not fit."""
    answer = from_msgpack(_answer_decoder.decode, data, "an encode answer")
    check_vector(answer.vector, "an encode answer: `$.vector`")
    for place, clause in enumerate(answer.clauses):
        check_vector(clause.vector, f"an encode answer: `$.clauses[{place}].vector`")
    return answer


def encode_request(request: EncodeRequest) -> bytes:
    """The request as msgpack."""
    return _encoder.encode(request)


def encode_answer(answer: EncodeAnswer) -> bytes:
    """The answer as msgpack."""
    return _encoder.encode(answer)
