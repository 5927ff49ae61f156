"""Items: what can be recommended, as services produce it (JSON), and its vector as the encoder publishes it."""

from typing import Annotated, Literal

import msgspec

from schemas.errors import SchemaError
from schemas.ids import Id
from schemas.vectors import DIMENSIONS, VECTOR_BYTES


class Item(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One item of the catalog, keyed by its id; a null value deletes it."""

    id: Id
    title: str = ""
    text: Annotated[str, msgspec.Meta(max_length=1_000_000)] = ""
    categories: Annotated[tuple[str, ...], msgspec.Meta(max_length=16)] = ()
    tags: Annotated[tuple[str, ...], msgspec.Meta(max_length=256)] = ()
    attributes: dict[str, str | float | bool] = {}
    available: bool = True
    published_at: int | str | None = None
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
    try:
        item = _item_decoder.decode(data)
    except msgspec.DecodeError as error:
        raise SchemaError(f"not an item: {error}") from None
    except UnicodeDecodeError as error:
        raise SchemaError(f"not an item: not UTF-8 ({error.reason})") from None
    if item.vector is not None and len(item.vector) != DIMENSIONS:
        raise SchemaError(f"not an item: its vector has {len(item.vector)} numbers, {DIMENSIONS} are needed")
    return item


def encode_item(item: Item) -> bytes:
    """The item as JSON."""
    return _json.encode(item)


def decode_item_vector(data: bytes) -> ItemVector:
    """An item's vector from its msgpack. Raises SchemaError when it does not fit."""
    try:
        item = _vector_decoder.decode(data)
    except msgspec.DecodeError as error:
        raise SchemaError(f"not an item vector: {error}") from None
    if item.vector is not None and len(item.vector) != VECTOR_BYTES:
        raise SchemaError(f"not an item vector: {len(item.vector)} bytes where {VECTOR_BYTES} are needed")
    return item


def encode_item_vector(item: ItemVector) -> bytes:
    """The item's vector as msgpack."""
    return _msgpack.encode(item)
