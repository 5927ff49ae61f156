"""Encoding: what workers ask of the encoder worker, and its answer."""

from typing import Literal

import msgspec

from schemas.decoding import from_msgpack
from schemas.vectors import check_vector


class EncodeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Work for a model.

    kind: what the payload is; "behavior": the JSON of a behavior whose text is wanted as a vector.
    model: which model is asked; "text": the text encoder.
    """

    kind: Literal["behavior"]
    model: Literal["text"]
    payload: bytes
    schema_version: Literal[1] = 1


class EncodeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a request, on the same partition number: the payload as it came, and its vector.

    vector: 256 bytes of float16, or None when the payload holds nothing that the model understands.
    """

    kind: Literal["behavior"]
    model: Literal["text"]
    payload: bytes
    encoder: str
    vector: bytes | None
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
    return answer


def encode_request(request: EncodeRequest) -> bytes:
    """The request as msgpack."""
    return _encoder.encode(request)


def encode_answer(answer: EncodeAnswer) -> bytes:
    """The answer as msgpack."""
    return _encoder.encode(answer)
