"""Behaviors: what the clickstream may say, and what the refusal of anything else says."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.behaviors import (
    BEHAVIOR_TYPES,
    FIRST_LIKELY_SECOND,
    LAST_SECOND,
    Behavior,
    decode_behavior,
    decode_behaviors,
    encode_behavior,
    unlikely_time,
)
from schemas.errors import FutureError, PastError, SchemaError
from tests.schemas.strategies import finite, valid_behaviors

VIEW = {"event_id": "e", "type": "view", "user_id": "u", "item_id": "i", "occurred_at": 1_718_000_000_123}
LONG = "x" * 257
WRONG_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"event_id": ""}, "$.event_id"),
    ({"event_id": LONG}, "$.event_id"),
    ({"event_id": 1}, "$.event_id"),
    ({"type": "stare"}, "$.type"),
    ({"type": 1}, "$.type"),
    ({"user_id": ""}, "$.user_id"),
    ({"user_id": LONG}, "$.user_id"),
    ({"anonymous_id": ""}, "$.anonymous_id"),
    ({"item_id": ""}, "$.item_id"),
    ({"item_ids": ["a", ""]}, "$.item_ids[1]"),
    ({"item_ids": ["a"] * 1001}, "$.item_ids"),
    ({"text": "x" * 1_000_001}, "$.text"),
    ({"value": True}, "$.value"),
    ({"value": "12.5"}, "$.value"),
    ({"recommendation_id": LONG}, "$.recommendation_id"),
    ({"context": {"device": 1}}, "$.context.device"),
    ({"schema_version": 0}, "$.schema_version"),
    ({"schema_version": 2}, "$.schema_version"),
    ({"occurred_at": True}, "$.occurred_at"),
    ({"occurred_at": 1_718_000_000.5}, "$.occurred_at"),
    ({"occurred_at": -1}, "$.occurred_at"),
    ({"occurred_at": 10**30}, "$.occurred_at"),
    ({"occurred_at": -(10**18)}, "$.occurred_at"),
    ({"occurred_at": 2**64}, "$.occurred_at"),
    ({"occurred_at": LAST_SECOND * 1000 + 1}, "$.occurred_at"),
    ({"occurred_at": "yesterday"}, "$.occurred_at"),
    ({"occurred_at": "2024-06-10T06:13:20"}, "$.occurred_at"),
    ({"occurred_at": "1969-12-31T23:59:59.999Z"}, "$.occurred_at"),
    ({"occurred_at": "1970-01-01T00:00:00+00:01"}, "$.occurred_at"),
    ({"occurred_at": "2106-02-07T06:28:16Z"}, "$.occurred_at"),
    ({"occurred_at": "9999-12-31T23:59:59-23:59"}, "$.occurred_at"),
]
NOT_JSON = [
    b"",
    b"null",
    b"[]",
    b"view",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    json.dumps(VIEW).encode().replace(b'"u"', b'"\\ud800"'),
    json.dumps(VIEW).encode().replace(b'"u"', b'"\xed\xa0\x80"'),
    json.dumps(VIEW).encode().replace(b"1718000000123", b"NaN"),
    json.dumps(VIEW).encode().replace(b"1718000000123", b"Infinity"),
    json.dumps(VIEW).encode().replace(b"1718000000123", b"1" + b"0" * 100_000),
    json.dumps(VIEW).encode() + b"}",
]


def decoded(**changes: Any) -> Behavior:
    """The view with these fields changed, after its way over a topic."""
    return decode_behavior(json.dumps(VIEW | changes).encode())


@pytest.mark.parametrize(("change", "place"), WRONG_FIELDS, ids=lambda part: str(part)[:40])
def test_a_wrong_field_is_refused_by_name(change: dict[str, Any], place: str):
    with pytest.raises(SchemaError) as caught:
        decoded(**change)
    assert f"`{place}`" in str(caught.value)


@pytest.mark.parametrize("data", NOT_JSON, ids=lambda data: str(data)[:40])
def test_what_is_not_a_json_object_is_refused(data: bytes):
    with pytest.raises(SchemaError, match="not a behavior"):
        decode_behavior(data)


@pytest.mark.parametrize("kind", BEHAVIOR_TYPES)
def test_every_type_is_taken_with_its_subject(kind: str):
    assert decoded(type=kind, anonymous_id="v").type == kind
    assert decoded(type=kind, anonymous_id="v", item_id=None, text="blue mug").text == "blue mug"


@pytest.mark.parametrize("kind", [kind for kind in BEHAVIOR_TYPES if kind != "identify"])
def test_a_behavior_about_nothing_is_refused(kind: str):
    with pytest.raises(SchemaError, match=r"item_ids|item_id|text"):
        decoded(type=kind, item_id=None, text="")


def test_an_identify_needs_no_subject():
    assert decoded(type="identify", anonymous_id="v", item_id=None).type == "identify"


@pytest.mark.parametrize("more", [{}, {"item_id": None}, {"text": "blue mug"}], ids=str)
def test_an_identify_names_the_user_and_the_visitor(more: dict[str, Any]):
    with pytest.raises(SchemaError, match="it has no anonymous_id"):
        decoded(type="identify", **more)
    with pytest.raises(SchemaError, match="it has no user_id"):
        decoded(type="identify", user_id=None, anonymous_id="v", **more)


def test_a_behavior_of_nobody_is_refused():
    with pytest.raises(SchemaError, match="neither user_id nor anonymous_id"):
        decoded(user_id=None)


def test_the_owner_is_the_user_before_the_visitor():
    assert decoded(anonymous_id="v").owner == "u"
    assert decoded(user_id=None, anonymous_id="v").owner == "v"


def test_milliseconds_and_rfc3339_name_the_same_time():
    assert decoded().at == 1_718_000_000.123
    assert decoded(occurred_at="2024-06-10T08:13:20.123+02:00").at == 1_718_000_000.123


@pytest.mark.parametrize(
    ("occurred_at", "at"),
    [
        (0, 0.0),
        (LAST_SECOND * 1000, float(LAST_SECOND)),
        ("1970-01-01T00:00:00Z", 0.0),
        ("1969-12-31T23:00:00-01:00", 0.0),
        ("2106-02-07T06:28:15Z", float(LAST_SECOND)),
    ],
)
def test_the_first_and_the_last_moment_are_taken(occurred_at: int | str, at: float):
    assert decoded(occurred_at=occurred_at).at == at


@given(behavior=valid_behaviors)
def test_the_time_of_a_decoded_behavior_fits_a_stored_row(behavior: Behavior):
    assert 0 <= decode_behavior(encode_behavior(behavior)).at <= LAST_SECOND


def test_what_a_producer_says_besides_is_ignored():
    context = {"device": "mobile", "page": "/shop", "locale": 1}
    assert decoded(context=context, shop=3) == decoded(context={"device": "mobile"})


def each_decoded(messages: list[bytes]) -> list[Behavior] | str:
    """One after the other, or what is said of the first that is no behavior."""
    try:
        return [decode_behavior(data) for data in messages]
    except SchemaError as error:
        return str(error)


def some_changed(change: dict[str, Any]) -> bytes:
    return json.dumps(VIEW | change).encode()


CHANGES = [{}, {"user_id": None}, {"item_id": None}, {"type": "identify"}, *(change for change, _ in WRONG_FIELDS)]


@given(
    messages=st.lists(
        valid_behaviors.map(encode_behavior) | st.sampled_from(CHANGES).map(some_changed) | st.sampled_from(NOT_JSON),
        max_size=4,
    )
)
def test_many_are_decoded_as_each_alone(messages: list[bytes]):
    try:
        found: list[Behavior] | str = decode_behaviors(messages)
    except SchemaError as error:
        found = str(error)
    assert found == each_decoded(messages)


@given(written=st.text(max_size=30) | st.integers() | finite | st.booleans() | st.none())
def test_any_other_occurred_at_is_refused_by_name(written: object):
    try:
        behavior = decoded(occurred_at=written)
    except SchemaError as error:
        assert "$.occurred_at" in str(error)
    else:
        assert 0 <= behavior.at <= LAST_SECOND


@given(seconds=st.integers(0, LAST_SECOND))
def test_any_epoch_seconds_taken_for_milliseconds_are_before_the_likely_times(seconds: int):
    behavior = decoded(occurred_at=seconds)
    assert behavior.at < FIRST_LIKELY_SECOND
    error = unlikely_time(behavior, 300.0)
    assert isinstance(error, PastError)
    assert "milliseconds, not seconds" in str(error)


def test_a_time_in_the_future_is_told_with_the_limit():
    error = unlikely_time(decoded(occurred_at="2099-01-01T00:00:00Z"), 300.0)
    assert isinstance(error, FutureError)
    assert "2099-01-01T00:00:00.000Z, over 300 s after the broker received it" in str(error)
