"""Requests: from what a worker asks to its answer."""

from schemas.behaviors import decode_behavior
from schemas.content_types import MSGPACK_HEADERS
from schemas.encoding import EncodeAnswer, decode_request, encode_answer
from schemas.errors import SchemaError
from streams.encoding.records import Outgoing, Reader, Record, Task


def request_reader(topic: str, version: str) -> Reader:
    """Reads records of encode requests. Args: topic: where the answers go; version: the encoder's."""

    def read(record: Record) -> Task:
        if record.value is None:
            raise SchemaError("not an encode request: it has no value")
        request = decode_request(record.value)

        def answer(vector: bytes | None) -> Outgoing:
            encoded = EncodeAnswer(
                kind=request.kind, model=request.model, payload=request.payload, encoder=version, vector=vector
            )
            return Outgoing(topic, record.partition, record.key, encode_answer(encoded), MSGPACK_HEADERS)

        return Task((decode_behavior(request.payload).text or "").strip(), answer)

    return read
