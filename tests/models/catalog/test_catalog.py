"""The catalog: items keep their rows, whatever happens to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.catalog.errors import CatalogError
from models.catalog.prints import PrintIndex, item_print
from schemas.ids import fingerprint
from schemas.items import ItemVector
from schemas.rows.factors import FACTORS
from schemas.vectors import DIMENSIONS, to_bytes
from tests.models.builders import catalog_of, item, unit_vectors
from tests.models.catalog.index.made import search
from tests.models.trends.made import Act, statistics_after

VECTORS = unit_vectors(50)


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


def test_every_change_counts():
    catalog = Catalog()
    versions = [catalog.version]
    for change in (
        lambda: catalog.put(item("a", VECTORS[0])),
        lambda: catalog.put_trends([row for _, row in statistics_after([Act(item_print("a"))]).take()]),
        lambda: catalog.delete("a"),
    ):
        change()
        versions.append(catalog.version)
    assert versions == sorted(set(versions))


def test_an_items_print_is_never_the_mark_of_an_empty_place():
    assert item_print("item-1") == fingerprint("item-1") & 0xFFFFFFFF
    assert all(item_print(str(n)) > 0 for n in range(1000))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=40))
def test_every_row_is_found_by_its_print_also_when_prints_are_equal(prints):
    index = PrintIndex(1)
    for row, value in enumerate(prints):
        if row == len(index.prints):
            index.grow(2 * row)
        index.add(row, value)
    for value in range(15):
        assert rows_of(index, value) == [row for row, print_ in enumerate(prints) if print_ == value]


def rows_of(index: PrintIndex, value: int) -> list[int]:
    """The rows of a print, found as its table is meant to be read."""
    mask, rows = len(index.table) - 1, []
    place = value & mask
    while index.table[place] >= 0:
        row = int(index.table[place])
        rows += [row] if index.prints[row] == value else []
        place = (place + 1) & mask
    return sorted(rows)


def found(catalog: Catalog, vector: np.ndarray) -> set[int]:
    """All rows that the catalog's index finds."""
    return set(search(catalog.index, vector[None], 60, np.ones(len(catalog.vectors), np.bool_))[0])


def test_the_index_finds_exactly_what_may_be_on_a_list_and_has_a_vector():
    catalog = catalog_of(VECTORS)
    assert found(catalog, VECTORS[0]) == set(range(50))
    catalog.delete("item-1")
    catalog.put(item("item-2", VECTORS[2], available=False))
    catalog.put(item("item-3"))
    new = catalog.put(item("new", VECTORS[4]))
    assert found(catalog, VECTORS[0]) == set(range(50)) - {1, 2, 3} | {new}
    catalog.put(item("item-1", VECTORS[1]))
    catalog.put(item("item-2", VECTORS[2]))
    catalog.put(item("item-3", VECTORS[3]))
    assert found(catalog, VECTORS[0]) == {*range(50), new}


def test_factors_are_put_on_their_item_also_when_they_come_first():
    early, later = factors_of("a", 1), factors_of("a", 2)
    catalog = Catalog(1)
    catalog.put_trends([early, factors_of("b", 3)])
    assert not catalog.factors["version"].any()
    catalog.put(item("c", VECTORS[0]))
    catalog.put(item("a", VECTORS[1]))
    assert catalog.factors[catalog.rows["a"]].tobytes() == early
    catalog.put_trends([later])
    catalog.put(item("b", VECTORS[2]))
    biases = {name: catalog.factors["bias"][row] for name, row in catalog.rows.items()}
    assert biases == {"a": 2.0, "b": 3.0, "c": 0.0}


def factors_of(name: str, bias: float) -> bytes:
    row = np.zeros((), FACTORS)
    row["version"], row["print"], row["bias"] = 1, item_print(name), bias
    return row.tobytes()
