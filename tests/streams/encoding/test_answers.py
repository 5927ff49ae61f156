"""Each record gets one answer, in order: a vector, a deletion passed on, or a dead letter."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from models.encoder.fake import FakeEncoder
from schemas.content_types import MSGPACK_HEADERS
from schemas.dead_letters import EXCEPTION, MESSAGE, OFFSET, PARTITION, TOPIC
from schemas.encoding import EncodeRequest, Polarity, decode_answer, decode_request, encode_request
from schemas.halves import to_half
from schemas.items import Item, ItemVector, decode_item_vector
from schemas.vectors import from_bytes
from streams.encoding.batches import answers
from streams.encoding.items import item_reader
from streams.encoding.records import Outgoing, Record
from streams.encoding.requests import request_reader
from tests.streams.encoding.records import item_record, request_record, wish_record

READ_ITEM = item_reader("items.encoded", "v1")
READ_REQUEST = request_reader("behaviors.encoded", "v1")


def encode(texts: Sequence[str]) -> dict[str, bytes]:
    return {text: row.tobytes() for text, row in zip(texts, to_half(FakeEncoder().encode(texts)), strict=True)}


def answer_to(record: Record) -> Outgoing:
    read = READ_ITEM if record.topic == "items" else READ_REQUEST
    (answer,) = answers([record], read, encode)
    return answer


def item_vector_of(record: Record) -> ItemVector:
    answer = answer_to(record)
    assert (answer.topic, answer.partition, answer.key) == ("items.encoded", 3, record.key)
    assert answer.headers == MSGPACK_HEADERS
    return decode_item_vector(answer.value or b"")


def test_an_item_keeps_what_ranking_needs_and_gets_the_vector_of_its_text() -> None:
    item = Item(
        id="i1",
        title="Lunch bag",
        text="Red.",
        categories=("Home", "Kitchen"),
        tags=("dots",),
        available=False,
        published_at="2024-01-01T00:00:00Z",
        attributes={"color": "red", "brand": " Acme ", "price": 12.5},
    )
    assert item_vector_of(item_record(item)) == ItemVector(
        item_id="i1",
        encoder="v1",
        vector=encode(["Lunch bag\nRed.\nHome > Kitchen\ndots"]).popitem()[1],
        title="Lunch bag",
        categories=("Home", "Kitchen"),
        tags=("dots",),
        brand="Acme",
        price_band=7,
        available=False,
        published_at=1_704_067_200.0,
    )


def test_an_item_without_text_gets_no_vector() -> None:
    assert item_vector_of(item_record(Item(id="i1", attributes={"color": "red"}))).vector is None


def test_a_supplied_vector_is_taken_at_length_one_and_nothing_is_encoded() -> None:
    item = Item(id="i1", title="Lunch bag", vector=(3.0, 4.0) + (0.0,) * 126)
    (answer,) = answers([item_record(item)], READ_ITEM, lambda texts: dict.fromkeys(texts, b"never"))
    vector = from_bytes(decode_item_vector(answer.value or b"").vector or b"")
    np.testing.assert_allclose(vector[:3], [0.6, 0.8, 0], atol=1e-3)


def test_a_deleted_item_is_passed_on_as_a_deletion() -> None:
    answer = answer_to(item_record(None, key=b"i1"))
    assert (answer.topic, answer.partition, answer.key, answer.value) == ("items.encoded", 3, b"i1", None)


@pytest.mark.parametrize("text", ["warm red socks", None, "  "])
def test_a_request_is_answered_with_its_payload_and_the_vector_of_its_text(text: str | None) -> None:
    record = request_record(text)
    answer = answer_to(record)
    decoded = decode_answer(answer.value or b"")
    assert (answer.topic, answer.partition, answer.key) == ("behaviors.encoded", 2, b"u1")
    assert answer.headers == MSGPACK_HEADERS
    assert decoded.payload == decode_request(record.value or b"").payload
    assert decoded.encoder == "v1"
    assert decoded.vector == (encode([text])[text] if text and text.strip() else None)


@pytest.mark.parametrize(
    ("kind", "text", "wished"),
    [
        ("request", "more trail running, no football", [(Polarity.MORE, "trail running"), (Polarity.LESS, "football")]),
        ("mute", "football and golf", [(Polarity.MUTE, "football"), (Polarity.MUTE, "golf")]),
        ("unmute", "show me golf", [(Polarity.UNMUTE, "golf")]),
        ("request", "less, please", []),
        ("request", "  ", []),
    ],
)
def test_a_wish_is_answered_with_its_payload_and_a_vector_for_each_clause(
    kind: str, text: str, wished: list[tuple[Polarity, str]]
) -> None:
    record = wish_record(text, kind)
    answer = answer_to(record)
    decoded = decode_answer(answer.value or b"")
    assert (answer.topic, answer.partition, answer.key) == ("behaviors.encoded", 2, b"u1")
    assert decoded.payload == decode_request(record.value or b"").payload
    assert (decoded.kind, decoded.encoder, decoded.vector) == ("request", "v1", None)
    assert [(clause.polarity, clause.vector) for clause in decoded.clauses] == [
        (polarity, encode([thing])[thing]) for polarity, thing in wished
    ]


def test_wishes_and_searches_share_one_call_of_the_model() -> None:
    calls: list[list[str]] = []

    def counted(texts: Sequence[str]) -> dict[str, bytes]:
        calls.append(list(texts))
        return encode(texts)

    records = [request_record("red socks"), wish_record("no socks, more hats"), request_record("hats")]
    found = [decode_answer(answer.value or b"") for answer in answers(records, READ_REQUEST, counted)]
    assert calls == [["red socks", "socks", "hats", "hats"]]
    assert found[2].vector == found[1].clauses[1].vector


@pytest.mark.parametrize(
    ("record", "detail"),
    [
        (Record("items", 3, 5, b"i1", b"{"), "not an item"),
        (Record("items", 3, 5, None, b'{"id":"i1"}'), "it has no key"),
        (Record("items", 3, 5, None, None), "it has no key"),
        (Record("items", 3, 5, b"i2", b'{"id":"i1"}'), "its key is not its id"),
        (Record("items", 3, 5, b"\xff", None), "its key is not UTF-8"),
        (item_record(Item(id="i1", vector=(0.0,) * 128)), "all zeros"),
        (item_record(Item(id="i1", vector=(1.0,) * 127)), "127 numbers"),
        (Record("items", 3, 5, b"i1", b'{"id":"i1","published_at":"yesterday"}'), "published_at"),
        (Record("encode.requests", 2, 5, b"u1", None), "no value"),
        (Record("encode.requests", 2, 5, b"u1", b"\xc1"), "not an encode request"),
        (
            Record(
                "encode.requests",
                2,
                5,
                b"u1",
                encode_request(EncodeRequest(kind="behavior", model="text", payload=b"{}")),
            ),
            "not a behavior",
        ),
    ],
)
def test_what_cannot_be_understood_is_a_dead_letter_that_says_why(record: Record, detail: str) -> None:
    letter = answer_to(record)
    headers = dict(letter.headers)
    assert (letter.topic, letter.partition) == (f"{record.topic}.dead-letters", record.partition)
    assert (letter.key, letter.value) == (record.key, record.value)
    assert headers[EXCEPTION] == b"SchemaError"
    assert detail.encode() in (headers[MESSAGE] or b"")
    assert (headers[TOPIC], headers[PARTITION]) == (record.topic.encode(), str(record.partition).encode())
    assert headers[OFFSET] == b"5"


def test_an_answer_too_large_for_kafka_is_a_dead_letter_that_says_so() -> None:
    letter = answer_to(item_record(Item(id="i1", title="x" * 20_000_000)))
    assert letter.topic == "items.dead-letters"
    assert dict(letter.headers)[EXCEPTION] == b"AnswerTooLarge"
    assert len(letter.value or b"") == 64 * 1024


def test_answers_come_one_for_one_and_in_order_whatever_fails_between() -> None:
    records = [
        item_record(Item(id="a", title="red"), offset=1),
        Record("items", 3, 2, b"b", b"no json"),
        item_record(None, key=b"c", offset=3),
        item_record(Item(id="d", title="red"), offset=4),
    ]
    found = answers(records, READ_ITEM, encode)
    assert [answer.key for answer in found] == [b"a", b"b", b"c", b"d"]
    vectors = [msgspec.msgpack.decode(found[i].value or b"")["vector"] for i in (0, 3)]
    assert vectors[0] == vectors[1] == encode(["red"])["red"]
