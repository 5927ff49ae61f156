"""Neighbors: the nearest items of an item, found when asked for and remembered."""

import numpy as np

from models.catalog.neighbors import NEIGHBORS, Neighbors
from tests.models.builders import catalog_of, item, unit_vectors
from tests.models.catalog.index.made import index_of, item_vectors


def nearest(vectors: np.ndarray, row: int) -> list[int]:
    """By sorting everything."""
    return [other for other in np.argsort(-(vectors @ vectors[row]), kind="stable").tolist() if other != row][
        :NEIGHBORS
    ]


def test_neighbors_are_the_nearest_other_items_best_first() -> None:
    vectors = item_vectors(300, 1)
    neighbors = Neighbors(index_of(vectors))
    for row in (0, 7, 299):
        assert neighbors.of(row).tolist() == nearest(vectors, row)
    assert (neighbors.rows()[1] == -1).all()


def test_an_item_among_few_has_few_neighbors_and_one_without_a_vector_none() -> None:
    catalog = catalog_of(unit_vectors(3))
    bare = catalog.put(item("bare"))
    assert set(catalog.neighbors.of(0)[:2].tolist()) == {1, 2}
    assert (catalog.neighbors.of(0)[2:] == -1).all()
    assert (catalog.neighbors.of(bare) == -1).all()


def test_a_call_looks_for_the_neighbors_of_a_bounded_number_of_items() -> None:
    neighbors = Neighbors(index_of(item_vectors(100, 2)))
    asked = np.arange(-1, 50, dtype=np.int32)
    assert [neighbors.fill(asked, limit=20) for _ in range(4)] == [20, 20, 10, 0]
    known = (neighbors.rows() >= 0).all(axis=1)
    assert known[:50].all()
    assert not known[50:].any()


def test_neighbors_are_found_anew_once_the_catalog_has_grown_by_more_than_an_eighth() -> None:
    vectors = unit_vectors(95)
    vectors[80:] = vectors[0]
    catalog = catalog_of(vectors[:80])
    first = catalog.neighbors.of(0).tolist()
    for row in range(80, 90):
        catalog.put(item(f"item-{row}", vectors[row]))
    assert catalog.neighbors.of(0).tolist() == first
    catalog.put(item("item-90", vectors[90]))
    assert set(range(80, 91)) <= set(catalog.neighbors.of(0).tolist())


def test_an_item_with_another_vector_has_other_neighbors_and_a_deleted_one_is_no_ones() -> None:
    vectors = item_vectors(200, 3)
    catalog = catalog_of(vectors)
    before = catalog.neighbors.of(5).tolist()
    catalog.put(item("item-5", vectors[100]))
    assert catalog.neighbors.of(5)[0] == 100
    catalog.put(item("item-5", vectors[5]))
    catalog.delete(f"item-{before[0]}")
    assert catalog.neighbors.of(5).tolist()[: NEIGHBORS - 1] == before[1:]


def test_neighbors_are_kept_while_the_catalogs_arrays_grow() -> None:
    vectors = unit_vectors(66)
    catalog = catalog_of(vectors[:64])
    first = catalog.neighbors.of(3).tolist()
    for row in (64, 65):
        catalog.put(item(f"item-{row}", vectors[row]))
    assert catalog.neighbors.rows()[3].tolist() == first
    assert len(catalog.neighbors.rows()) == len(catalog.vectors)
