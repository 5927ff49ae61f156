"""Items: what can be recommended, as services produce it (JSON), and its vector as the encoder publishes it."""

import math
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

    vector: 256 bytes of float16, of the encoder version named by `encoder`. brand: "" when not known. price_band: as
    price_band gives it, None when not known.
    """

    item_id: Id
    encoder: str
    vector: bytes | None = None
    title: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    brand: str = ""
    price_band: int | None = None
    available: bool = True
    published_at: float | None = None
    schema_version: Literal[1] = 1


CHEAPEST = 0.01

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


def brand_of(item: Item) -> str:
    """The attribute "brand" without spaces around it, "" when it is no text."""
    brand = item.attributes.get("brand")
    return brand.strip() if isinstance(brand, str) else ""


def price_band_of(item: Item) -> int | None:
    """The band of the attribute "price", None when it is no price."""
    price = item.attributes.get("price")
    return None if price is None or isinstance(price, bool | str) else price_band(price)


def price_band(price: float) -> int | None:
    """The half power of two that a price falls into: floor(2 * log2(price)).

    Two bands to a doubling, so that prices in one band differ by at most 41 %. What is free is in the band of 0.01;
    a price below 0 or not finite has none.
    """
    if not 0.0 <= price < math.inf:
        return None
    return math.floor(2.0 * math.log2(max(price, CHEAPEST)))


def band_bounds(band: int) -> tuple[float, float]:
    """The lowest price of a band, and the price that the next one begins at."""
    return 2.0 ** (band / 2.0), 2.0 ** ((band + 1) / 2.0)


def _require_half(vector: tuple[float, ...]) -> None:
    if len(vector) != DIMENSIONS:
        raise SchemaError(f"not an item: `$.vector` has {len(vector)} numbers, {DIMENSIONS} are needed")
    if max(map(abs, vector)) > LARGEST:
        raise SchemaError(f"not an item: `$.vector` has a number beyond {LARGEST:.0f}, the largest that float16 holds")
