"""Items and their vectors: what a catalog may say."""

import json
from typing import Any

import pytest

from schemas.errors import SchemaError
from schemas.items import (
    Item,
    ItemVector,
    band_bounds,
    brand_of,
    decode_item,
    decode_item_vector,
    encode_item_vector,
    price_band_of,
)

WRONG_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"id": ""}, "$.id"),
    ({"id": "x" * 257}, "$.id"),
    ({"text": "x" * 1_000_001}, "$.text"),
    ({"categories": ["c"] * 17}, "$.categories"),
    ({"tags": ["t"] * 257}, "$.tags"),
    ({"attributes": {"size": [1]}}, "$.attributes[...]"),
    ({"attributes": {"size": None}}, "$.attributes[...]"),
    ({"available": 1}, "$.available"),
    ({"published_at": "May"}, "$.published_at"),
    ({"published_at": "2024-06-10T06:13:20"}, "$.published_at"),
    ({"published_at": 10**30}, "$.published_at"),
    ({"published_at": 1.5}, "$.published_at"),
    ({"vector": [0.5] * 127}, "$.vector"),
    ({"vector": []}, "$.vector"),
    ({"vector": [0.5] * 127 + [1e39]}, "$.vector"),
    ({"vector": [0.5] * 127 + ["1"]}, "$.vector[127]"),
]


def decoded(**changes: Any) -> Item:
    """An item with these fields, after its way over a topic."""
    return decode_item(json.dumps({"id": "i"} | changes).encode())


@pytest.mark.parametrize(("change", "place"), WRONG_FIELDS, ids=lambda part: str(part)[:40])
def test_a_wrong_field_is_refused_by_name(change: dict[str, Any], place: str):
    with pytest.raises(SchemaError) as caught:
        decoded(**change)
    assert f"`{place}`" in str(caught.value)


def test_an_id_is_enough():
    assert decoded() == Item(id="i")


def test_an_item_may_be_older_than_the_epoch():
    assert decoded(published_at="1922-03-04T00:00:00Z").published_at.year == 1922
    assert decoded(published_at=-1_509_000_000_000).published_at == -1_509_000_000_000


def test_numbers_in_attributes_become_floats_and_truth_stays_truth():
    assert decoded(attributes={"price": 12, "new": True, "brand": "Acme"}).attributes == {
        "price": 12.0,
        "new": True,
        "brand": "Acme",
    }


@pytest.mark.parametrize("size", [0, 255, 257, 512])
def test_a_vector_of_another_size_is_refused(size: int):
    with pytest.raises(SchemaError, match=rf"`\$\.vector` has {size} bytes, 256 of float16 are needed"):
        decode_item_vector(encode_item_vector(ItemVector(item_id="i", encoder="e", vector=bytes(size))))


@pytest.mark.parametrize(
    ("price", "band"), [(1, 0), (1.42, 1), (1.99, 1), (2, 2), (12.5, 7), (16, 8), (0.7, -2), (0.01, -14), (0, -14)]
)
def test_two_price_bands_make_a_doubling(price: float, band: int):
    assert price_band_of(decoded(attributes={"price": price})) == band
    low, high = band_bounds(band)
    assert low <= max(price, 0.01) < high


@pytest.mark.parametrize("attributes", [{}, {"price": -1}, {"price": "12.5"}, {"price": True}])
def test_what_is_no_price_has_no_band(attributes: dict[str, Any]):
    assert price_band_of(decoded(attributes=attributes)) is None


@pytest.mark.parametrize(
    ("attributes", "brand"), [({}, ""), ({"brand": " Acme "}, "Acme"), ({"brand": 4711}, ""), ({"brand": True}, "")]
)
def test_a_brand_is_text(attributes: dict[str, Any], brand: str):
    assert brand_of(decoded(attributes=attributes)) == brand
