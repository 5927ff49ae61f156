"""Encoding: what workers ask of the encoder worker, and its answer."""

from typing import Literal

import msgspec

from schemas.errors import SchemaError
from schemas.vectors import VECTOR_BYTES


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
    try:
        return _request_decoder.decode(data)
    except msgspec.DecodeError as error:
        raise SchemaError(f"not an encode request: {error}") from None


def decode_answer(data: bytes) -> EncodeAnswer:
    """An answer from its msgpack. Raises SchemaError when it does not fit."""
    try:
        answer = _answer_decoder.decode(data)
    except msgspec.DecodeError as error:
        raise SchemaError(f"not an encode answer: {error}") from None
    if answer.vector is not None and len(answer.vector) != VECTOR_BYTES:
        raise SchemaError(f"not an encode answer: {len(answer.vector)} bytes where {VECTOR_BYTES} are needed")
    return answer


def encode_request(request: EncodeRequest) -> bytes:
    """The request as msgpack."""
    return _encoder.encode(request)


def encode_answer(answer: EncodeAnswer) -> bytes:
    """The answer as msgpack."""
    return _encoder.encode(answer)
