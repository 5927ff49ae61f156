"""The catalog: items keep their rows, whatever happens to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.catalog.errors import CatalogError
from models.catalog.prints import PrintIndex, exclude, item_print
from schemas.ids import fingerprint
from schemas.items import ItemVector
from schemas.trends import ItemTrend
from schemas.vectors import DIMENSIONS, to_bytes
from tests.models.builders import NOON, catalog_of, item, unit_vectors

VECTORS = unit_vectors(50)


def trend(name: str, popularity: float, at: float = NOON) -> ItemTrend:
    return ItemTrend(item_id=name, popularity=popularity, at=at, half_life=86_400.0, behaviors=1)


def test_items_keep_their_rows_and_vectors_as_the_catalog_grows():
    catalog = catalog_of(VECTORS)
    assert [catalog.rows[f"item-{n}"] for n in range(50)] == list(range(50))
    assert catalog.ids[49] == "item-49"
    np.testing.assert_allclose(catalog.vectors[:50], VECTORS, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(catalog.vectors[:50], axis=1), 1.0, rtol=1e-6)
    assert catalog.prints[:50].tolist() == [fingerprint(f"item-{n}") % 2**32 for n in range(50)]


def test_putting_an_item_again_replaces_it_in_its_row():
    catalog = catalog_of(VECTORS[:3])
    row = catalog.put(ItemVector(item_id="item-1", encoder="e", title="new", categories=("a", "b"), available=False))
    assert (row, len(catalog)) == (1, 3)
    assert (catalog.titles[1], catalog.categories[1]) == ("new", ("a", "b"))
    assert not catalog.has_vector[1]
    assert not catalog.vectors[1].any()
    assert catalog.recommendable().tolist() == [True, False, True]


@pytest.mark.parametrize("vector", [np.zeros(DIMENSIONS), np.full(DIMENSIONS, np.inf), np.full(DIMENSIONS, np.nan)])
def test_a_vector_without_direction_counts_as_none(vector):
    catalog = catalog_of(VECTORS[:1])
    row = catalog.put(item("flat", vector.astype(np.float32)))
    assert not catalog.has_vector[row]
    assert not catalog.vectors[row].any()


def test_a_vector_of_any_length_becomes_one_of_unit_length():
    catalog = Catalog()
    row = catalog.put(item("long", VECTORS[0] * 100))
    np.testing.assert_allclose(catalog.vectors[row], VECTORS[0], atol=1e-3)


def test_a_deleted_item_keeps_its_vector_and_may_come_back():
    catalog = catalog_of(VECTORS[:2])
    catalog.delete("item-0")
    catalog.delete("never seen")
    assert catalog.recommendable().tolist() == [False, True]
    assert catalog.has_vector[0]
    assert catalog.put(item("item-0", VECTORS[5])) == 0
    assert catalog.recommendable().tolist() == [True, True]


def test_an_item_of_another_encoder_is_refused_and_changes_nothing():
    catalog = catalog_of(VECTORS[:1])
    version = catalog.version
    stranger = ItemVector(item_id="x", encoder="other", vector=to_bytes(VECTORS[1]))
    with pytest.raises(CatalogError, match="encode all items with one version"):
        catalog.put(stranger)
    assert ("x" in catalog.rows, catalog.version) == (False, version)


def test_an_item_without_a_vector_may_be_of_any_encoder():
    catalog = Catalog()
    catalog.put(ItemVector(item_id="textless", encoder="old"))
    assert catalog.encoder == ""
    catalog.put(item("first", VECTORS[0]))
    assert catalog.encoder == "e"


def test_a_trend_is_kept_for_an_item_that_comes_later():
    catalog = Catalog()
    catalog.put_trend(trend("item-0", 3.0))
    catalog.put_trend(trend("item-0", 5.0, NOON + 1))
    row = catalog.put(item("item-0", VECTORS[0]))
    assert (catalog.popularity[row], catalog.popularity_at[row]) == (5.0, NOON + 1)
    assert catalog.popularity_half_life == 86_400.0


def test_every_change_counts():
    catalog = Catalog()
    versions = [catalog.version]
    for change in (
        lambda: catalog.put(item("a", VECTORS[0])),
        lambda: catalog.put_trend(trend("a", 1.0)),
        lambda: catalog.delete("a"),
    ):
        change()
        versions.append(catalog.version)
    assert versions == sorted(set(versions))


def test_an_items_print_is_never_the_mark_of_an_empty_place():
    assert item_print("item-1") == fingerprint("item-1") & 0xFFFFFFFF
    assert all(item_print(str(n)) > 0 for n in range(1000))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=40), st.lists(st.integers(0, 14), max_size=6))
def test_every_row_whose_print_was_had_is_excluded_also_when_prints_are_equal(prints, had):
    index = PrintIndex(1)
    for row, value in enumerate(prints):
        if row == len(index.prints):
            index.grow(2 * row)
        index.add(row, value)
    scores = np.zeros((1, len(prints)), np.float32)
    exclude(scores, np.array([had], np.uint32), index.prints, index.table)
    wanted = [-np.inf if value in had else 0.0 for value in prints]
    assert scores[0].tolist() == wanted
