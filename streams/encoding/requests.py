"""Requests: from what a worker asks to its answer."""

from collections.abc import Sequence

from models.requests.clauses import clauses_of
from schemas.behaviors import decode_behavior
from schemas.content_types import MSGPACK_HEADERS
from schemas.encoding import EncodeAnswer, EncodedClause, decode_request, encode_answer
from schemas.errors import SchemaError
from streams.encoding.records import Outgoing, Reader, Record, Task


def request_reader(topic: str, version: str) -> Reader:
    """Reads records of encode requests. Args: topic: where the answers go; version: the encoder's."""

    def read(record: Record) -> Task:
        if record.value is None:
            raise SchemaError("not an encode request: it has no value")
        request = decode_request(record.value)
        behavior = decode_behavior(request.payload)
        whole = (behavior.text or "").strip() if request.kind == "behavior" else ""
        clauses = clauses_of(behavior) if request.kind == "request" else ()

        def answer(vectors: Sequence[bytes]) -> Outgoing:
            encoded = EncodeAnswer(
                kind=request.kind,
                model=request.model,
                payload=request.payload,
                encoder=version,
                vector=vectors[0] if whole else None,
                clauses=tuple(EncodedClause(clause.polarity, v) for clause, v in zip(clauses, vectors, strict=False)),
            )
            return Outgoing(topic, record.partition, record.key, encode_answer(encoded), MSGPACK_HEADERS)

        return Task((whole,) if whole else tuple(clause.text for clause in clauses), answer)

    return read
