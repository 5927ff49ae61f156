"""Items: what can be recommended, as services produce it (JSON), and its vector as the encoder publishes it."""

from typing import Annotated, Literal

import msgspec

from schemas.decoding import from_json, from_msgpack
from schemas.errors import SchemaError
from schemas.ids import Id
from schemas.times import WrittenTime
from schemas.vectors import DIMENSIONS, LARGEST, check_vector


class Item(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One item of the catalog, keyed by its id; a null value deletes it.

    published_at: epoch milliseconds, or RFC 3339 with its offset. vector: 128 numbers that float16 can hold, from a
    shop that has vectors of its own.
    """

    id: Id
    title: str = ""
    text: Annotated[str, msgspec.Meta(max_length=1_000_000)] = ""
    categories: Annotated[tuple[str, ...], msgspec.Meta(max_length=16)] = ()
    tags: Annotated[tuple[str, ...], msgspec.Meta(max_length=256)] = ()
    attributes: dict[str, str | float | bool] = {}
    available: bool = True
    published_at: WrittenTime | None = None
    media: tuple[str, ...] = ()
    vector: tuple[float, ...] | None = None
    schema_version: Literal[1] = 1


class ItemVector(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An item as workers need it: its vector (None when it has no text) and what ranking and reasons show.

    vector: 256 bytes of float16, of the encoder version named by `encoder`.
    """

    item_id: Id
    encoder: str
    vector: bytes | None = None
    title: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    available: bool = True
    published_at: float | None = None
    schema_version: Literal[1] = 1


_item_decoder = msgspec.json.Decoder(Item)
_vector_decoder = msgspec.msgpack.Decoder(ItemVector)
_json = msgspec.json.Encoder()
_msgpack = msgspec.msgpack.Encoder()


def decode_item(data: bytes) -> Item:
    """An item from its JSON. Raises SchemaError that names the field and the mend."""
    item = from_json(_item_decoder.decode, data, "an item")
    if item.vector is not None:
        _require_half(item.vector)
    return item


def encode_item(item: Item) -> bytes:
    """The item as JSON."""
    return _json.encode(item)


def decode_item_vector(data: bytes) -> ItemVector:
    """An item's vector from its msgpack. Raises SchemaError when it does not fit."""
    item = from_msgpack(_vector_decoder.decode, data, "an item vector")
    check_vector(item.vector, "an item vector: `$.vector`")
    return item


def encode_item_vector(item: ItemVector) -> bytes:
    """The item's vector as msgpack."""
    return _msgpack.encode(item)


def _require_half(vector: tuple[float, ...]) -> None:
    if len(vector) != DIMENSIONS:
        raise SchemaError(f"not an item: `$.vector` has {len(vector)} numbers, {DIMENSIONS} are needed")
    if max(map(abs, vector)) > LARGEST:
        raise SchemaError(f"not an item: `$.vector` has a number beyond {LARGEST:.0f}, the largest that float16 holds")
