"""Decoding: how a codec's refusal becomes our error, which names the field and the mend."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec

from schemas.errors import ContentTypeError, SchemaError, UnknownVersionError

Decoded = TypeVar("Decoded")
REFUSALS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_KNOWN = 1
_SHOWN = 160
_REGISTRY_MARK = b"\0"
_Version = Annotated[int, msgspec.Meta(le=2**32)]


class _Message(msgspec.Struct):
    schema_version: _Version = _KNOWN


class _Row(msgspec.Struct):
    schema_version: _Version = msgspec.field(default=_KNOWN, name="version")


_json_version = msgspec.json.Decoder(_Message)
_msgpack_version = msgspec.msgpack.Decoder(_Message)
_row_version = msgspec.msgpack.Decoder(_Row)


def from_msgpack(decode: Callable[[bytes], Decoded], data: bytes, what: str) -> Decoded:
    """What `decode` makes of a msgpack message; `what` it is meant to be, as "an item vector".

    Raises: SchemaError when the data does not fit, UnknownVersionError when it is of a newer schema.
    """
    try:
        return decode(data)
    except REFUSALS as error:
        raise _refusal(what, error, _newer("schema_version", _msgpack_version.decode, data)) from None


def from_row(decode: Callable[[bytes], Decoded], row: bytes, what: str) -> Decoded:
    """What `decode` makes of a stored msgpack row; raises as from_msgpack does."""
    try:
        return decode(row)
    except REFUSALS as error:
        raise _refusal(what, error, _newer("version", _row_version.decode, row)) from None


def from_json(decode: Callable[[bytes], Decoded], data: bytes, what: str) -> Decoded:
    """What `decode` makes of a JSON message; raises as from_msgpack does."""
    try:
        return decode(data)
    except REFUSALS as error:
        raise json_refusal(what, error, data) from None


def json_refusal(what: str, error: Exception, data: bytes) -> SchemaError:
    """The error to raise when `error`, one of REFUSALS, came of decoding this JSON message."""
    if data[:1] == _REGISTRY_MARK:
        return ContentTypeError(
            f"not {what}: it begins with a zero byte, as what a schema registry's serializer writes: send plain JSON"
        )
    return _refusal(what, error, _newer("schema_version", _json_version.decode, data))


def _newer(field: str, decode: Callable[[bytes], _Message | _Row], data: bytes) -> str | None:
    try:
        found = decode(data).schema_version
    except REFUSALS:
        return None
    return f"`$.{field}` is {found}, known are versions up to {_KNOWN}" if found > _KNOWN else None


def _refusal(what: str, error: Exception, newer: str | None) -> SchemaError:
    if newer:
        return UnknownVersionError(f"not {what} that this program can read: {newer}; run the newer program on it")
    if isinstance(error, UnicodeDecodeError):
        return SchemaError(f"not {what}: not UTF-8 ({error.reason})")
    if isinstance(error, RecursionError):
        return SchemaError(f"not {what}: it is nested too deeply")
    return SchemaError(f"not {what}: {_shortened(str(error))}")


def _shortened(message: str) -> str:
    """The message without the middle of a long value; its end names the field."""
    return message if len(message) <= 2 * _SHOWN else f"{message[:_SHOWN]} … {message[-_SHOWN:]}"
