"""Content types: JSON under any of its names is taken, and whatever else a header says is refused by name."""

import json

import pytest

from schemas.behaviors import decode_behavior
from schemas.content_types import HEADER, JSON_HEADERS, MSGPACK_HEADERS, require_json
from schemas.errors import ContentTypeError
from schemas.items import decode_item


@pytest.mark.parametrize(
    "value",
    [
        b"application/json",
        b"Application/JSON",
        b"application/json; charset=utf-8",
        b'"application/json"',
        b"text/json",
        b"application/vnd.shop.click+json;v=2",
        b"",
        None,
    ],
)
@pytest.mark.parametrize("name", [HEADER, "Content-Type", "contentType"])
def test_json_is_taken_under_any_of_its_names(name: str, value: bytes | None) -> None:
    require_json([("trace", b"application/avro"), (name, value)])


def test_no_header_and_our_own_are_taken() -> None:
    require_json([])
    require_json(
        [(name, bytes(value or b"", "ascii") if isinstance(value, str) else value) for name, value in JSON_HEADERS]
    )


@pytest.mark.parametrize(
    "value", [b"application/avro", b"avro/binary", b"application/x-protobuf", b"text/plain", b"json", b"\xff" * 10_000]
)
@pytest.mark.parametrize("name", [HEADER, "Content-Type", "contentType"])
def test_any_other_format_is_refused_by_name(name: str, value: bytes) -> None:
    with pytest.raises(ContentTypeError, match="send JSON") as caught:
        require_json([(name, value)])
    assert value[:20].decode(errors="replace") in str(caught.value)
    assert len(str(caught.value)) < 300


def test_our_own_msgpack_is_not_json() -> None:
    with pytest.raises(ContentTypeError):
        require_json([(HEADER, value) for _, value in MSGPACK_HEADERS if isinstance(value, bytes)])


@pytest.mark.parametrize("decode", [decode_behavior, decode_item])
@pytest.mark.parametrize("body", [b"\x06ann\x02e", json.dumps({"id": "i"}).encode()], ids=["avro", "json"])
def test_the_frame_of_a_schema_registry_is_recognized(decode, body: bytes) -> None:
    with pytest.raises(ContentTypeError, match="schema registry"):
        decode(b"\0\0\0\0\x2a" + body)
