"""The contract of every decoder: it gives back what was written, and answers anything else with a SchemaError."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import SchemaError, UnknownVersionError
from tests.golden.examples.example import Example
from tests.golden.examples.messages import MESSAGES
from tests.golden.examples.rows import ROWS
from tests.schemas.strategies import VALUES

READERS = MESSAGES + ROWS
STRUCTS = tuple(example for example in READERS if isinstance(example.value, msgspec.Struct))
WRONG: tuple[Any, ...] = (None, True, -1, 1.5, 10**18, "", "x", [], [{}], [None], {}, {"x": [None]})

each_reader = pytest.mark.parametrize("example", READERS, ids=lambda example: example.file)
each_struct = pytest.mark.parametrize("example", STRUCTS, ids=lambda example: example.file)
each_field = pytest.mark.parametrize(
    ("example", "field"),
    [(example, field) for example in STRUCTS for field in msgspec.structs.fields(example.value)],
    ids=lambda value: value.file if isinstance(value, Example) else value.name,
)


@pytest.mark.parametrize("example", [one for one in READERS if one.file in VALUES], ids=lambda example: example.file)
@settings(max_examples=60)
@given(data=st.data())
def test_what_is_written_is_read_back_the_same(example: Example, data: st.DataObject):
    value = data.draw(VALUES[example.file])
    assert example.decode(example.encode(value)) == value


@each_reader
@settings(max_examples=100)
@given(data=st.binary(max_size=300))
def test_random_bytes_raise_nothing_but_a_schema_error(example: Example, data: bytes):
    decodes_or_refuses(example, data)


@each_reader
@settings(max_examples=100)
@given(data=st.data())
def test_a_damaged_message_raises_nothing_but_a_schema_error(example: Example, data: st.DataObject):
    whole = example.encode(example.value)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 12, len(whole))))
    decodes_or_refuses(example, whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:])


@each_reader
def test_a_truncated_message_is_refused(example: Example):
    whole = example.encode(example.value)
    for end in range(0, len(whole), 1 + len(whole) // 200):
        with pytest.raises(SchemaError):
            example.decode(whole[:end])


@each_struct
def test_broken_utf8_is_refused(example: Example):
    values = plain(example).values()
    each = [one for value in values for one in (value if isinstance(value, list | dict) else [value])]
    text = next(value for value in each if isinstance(value, str)).encode()
    with pytest.raises(SchemaError):
        example.decode(example.encode(example.value).replace(text, b"\xff" * len(text)))


@each_struct
def test_endless_nesting_is_refused(example: Example):
    start, level = (b'{"x":', b"[") if example.file.endswith(".json") else (b"\x81\xa1x", b"\x91")
    with pytest.raises(SchemaError, match="nested too deeply"):
        example.decode(start + level * 100_000)


@each_struct
def test_a_claim_to_be_enormous_is_refused(example: Example):
    for claim in (b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"):
        with pytest.raises(SchemaError):
            example.decode(claim)


@each_field
def test_a_missing_field_is_named(example: Example, field: msgspec.structs.FieldInfo):
    fields = plain(example)
    fields.pop(field.encode_name, None)
    if field.required:
        with pytest.raises(SchemaError, match=field.encode_name):
            example.decode(packed(example, fields))
    else:
        decodes_or_refuses(example, packed(example, fields), names=field.encode_name)


@each_field
def test_a_wrong_field_is_named(example: Example, field: msgspec.structs.FieldInfo):
    refused = [
        wrong
        for wrong in WRONG
        if not decodes_or_refuses(
            example, packed(example, plain(example) | {field.encode_name: wrong}), field.encode_name
        )
    ]
    assert [{}] in refused


@each_struct
def test_a_newer_version_is_named_even_where_its_fields_changed(example: Example):
    name = "version" if "version" in msgspec.structs.asdict(example.value) else "schema_version"
    first = msgspec.structs.fields(example.value)[0].encode_name
    with pytest.raises(UnknownVersionError, match=rf"\$\.{name}` is 2, .* newer program"):
        example.decode(packed(example, plain(example) | {first: [{}], name: 2}))


@each_struct
def test_a_version_that_never_was_is_a_plain_refusal(example: Example):
    name = "version" if "version" in msgspec.structs.asdict(example.value) else "schema_version"
    for version in (0, -1, 10**30, "1", True, 1.5):
        with pytest.raises(SchemaError, match=name) as caught:
            example.decode(packed(example, plain(example) | {name: version}))
        assert not isinstance(caught.value, UnknownVersionError)


@each_struct
def test_an_unknown_field_is_ignored(example: Example):
    more = packed(example, plain(example) | {"invented_later": [1, {"a": None}]})
    assert example.decode(more) == example.value


def test_a_long_wrong_value_does_not_fill_the_error():
    example = READERS[0]
    with pytest.raises(SchemaError, match=r"\$\.type") as caught:
        example.decode(packed(example, plain(example) | {"type": "stare" * 100_000}))
    assert len(str(caught.value)) < 500


def plain(example: Example) -> dict[str, Any]:
    """The example's fields as builtins."""
    data = example.encode(example.value)
    fields: dict[str, Any] = json.loads(data) if example.file.endswith(".json") else msgspec.msgpack.decode(data)
    return fields


def packed(example: Example, fields: dict[str, Any]) -> bytes:
    """Fields as bytes in the example's format."""
    if example.file.endswith(".json"):
        return json.dumps(fields).encode()
    return msgspec.msgpack.encode({name: _packable(value) for name, value in fields.items()})


def _packable(value: Any) -> Any:
    return float(value) if isinstance(value, int) and abs(value) >= 2**63 else value


def decodes_or_refuses(example: Example, data: bytes, names: str = "") -> bool:
    """Whether the data decodes; fails unless a refusal is a SchemaError that names the field."""
    try:
        value = example.decode(data)
    except SchemaError as error:
        assert names in str(error)
        return False
    assert getattr(value, "at", 0.0) is not None
    return True
