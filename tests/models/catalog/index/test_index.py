"""The index: what is in it is found, what is not is not, whatever came and went before."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.index.arrays import LISTS
from models.catalog.index.index import VectorIndex
from models.catalog.index.search import EXACT, FLAT
from tests.models.builders import unit_vectors
from tests.models.catalog.index.made import index_of, item_vectors, queries_near, recall, search, sorted_rows

SIZES = [EXACT - 100, FLAT - 500, FLAT + 10, 9_000]


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("seed", [1, 2])
def test_recall_at_100_is_at_least_95_percent(count: int, seed: int) -> None:
    vectors = item_vectors(count, seed)
    queries = queries_near(vectors, 100, seed)
    everything = np.ones(count, np.bool_)
    found = search(index_of(vectors), queries, 100, everything)
    assert {len(one) for one in found} == {100}
    assert recall(found, sorted_rows(vectors, queries, 100, everything)) >= 0.95


def test_a_large_index_is_made_of_many_lists_none_of_which_is_long() -> None:
    arrays = index_of(item_vectors(12_000, 3)).arrays()
    lists = int(arrays.counters[LISTS])
    assert 12_000**0.5 < lists < 8 * 12_000**0.5
    assert arrays.sizes[:lists].sum() == 12_000
    assert arrays.sizes[:lists].max() < 12_000**0.5


@pytest.mark.parametrize("count", SIZES)
def test_scores_are_the_exact_inner_products(count: int) -> None:
    vectors = item_vectors(count, 4)
    queries = queries_near(vectors, 20, 4)
    for query, found in zip(queries, search(index_of(vectors), queries, 30, np.ones(count, np.bool_)), strict=True):
        np.testing.assert_allclose(list(found.values()), vectors[list(found)] @ query, atol=1e-5)


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize(("share", "least"), [(0.9, 0.95), (0.5, 0.9), (0.1, 0.8)])
def test_what_is_not_allowed_is_never_found_and_hides_little_else(count: int, share: float, least: float) -> None:
    vectors = item_vectors(count, 5)
    queries = queries_near(vectors, 60, 5)
    allowed = np.random.default_rng(5).random(count) < share
    found = search(index_of(vectors), queries, 20, allowed)
    assert all(allowed[list(one)].all() for one in found)
    assert recall(found, sorted_rows(vectors, queries, 20, allowed)) >= least


def test_exact_search_finds_what_sorting_finds() -> None:
    vectors = item_vectors(700, 6)
    queries = queries_near(vectors, 30, 6)
    allowed = np.random.default_rng(6).random(700) < 0.7
    found = search(index_of(vectors), queries, 50, allowed, exact=True)
    assert [set(one) for one in found] == [set(one) for one in sorted_rows(vectors, queries, 50, allowed)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 59), st.sampled_from(["put", "move", "remove"])), max_size=120),
    st.integers(0, 2**32 - 1),
)
def test_an_index_holds_what_was_put_and_not_removed_with_its_latest_vector(
    changes: list[tuple[int, str]], seed: int
) -> None:
    chance = np.random.default_rng(seed)
    vectors = unit_vectors(60, seed=seed)
    index, held = VectorIndex(vectors), set()
    for row, kind in changes:
        if kind == "move":
            vectors[row] = unit_vectors(1, seed=int(chance.integers(2**31)))[0]
        if kind == "remove":
            index.remove(row)
            held.discard(row)
        else:
            index.put(row)
            held.add(row)
    found = search(index, vectors[:5], 60, np.ones(60, np.bool_))
    assert len(index) == len(held)
    for query, one in zip(vectors[:5], found, strict=True):
        assert set(one) == held
        np.testing.assert_allclose(list(one.values()), vectors[list(one)] @ query, atol=1e-5)


def test_items_that_come_go_and_change_in_a_large_index_are_found_as_they_are_now() -> None:
    chance = np.random.default_rng(7)
    vectors = item_vectors(7_000, 7)
    index = index_of(vectors)
    gone = chance.permutation(7_000)[:2_500]
    changed = np.setdiff1d(chance.permutation(7_000)[:1_500], gone)
    vectors[changed] = item_vectors(len(changed), 8)
    for row in gone:
        index.remove(row)
    for row in changed:
        index.put(row)
    allowed = np.ones(7_000, np.bool_)
    assert not set(gone.tolist()) & set().union(*search(index, vectors[gone[:100]], 20, allowed))
    assert all(int(row) in one for row, one in zip(changed, search(index, vectors[changed], 20, allowed), strict=True))
    here = allowed.copy()
    here[gone] = False
    queries = queries_near(vectors[here], 100, 9)
    assert recall(search(index, queries, 100, allowed), sorted_rows(vectors, queries, 100, here)) >= 0.95
    for row in gone:
        index.put(row)
    assert len(index) == 7_000
    assert recall(search(index, queries, 100, allowed), sorted_rows(vectors, queries, 100, allowed)) >= 0.95


def test_a_large_index_that_loses_all_its_items_has_nothing_to_find_and_may_fill_again() -> None:
    vectors = item_vectors(FLAT + 500, 10)
    index = index_of(vectors)
    for row in range(len(vectors)):
        index.remove(row)
    allowed = np.ones(len(vectors), np.bool_)
    assert search(index, vectors[:2], 5, allowed) == [{}, {}]
    assert int(index.arrays().counters[LISTS]) == 1
    for row in range(len(vectors)):
        index.put(row)
    assert all(row in one for row, one in enumerate(search(index, vectors[:300], 5, allowed)))


def test_new_items_are_found_at_once_also_while_the_catalogs_arrays_grow() -> None:
    vectors = item_vectors(6_000, 11)
    index = VectorIndex(vectors[:1_000])
    for row in range(6_000):
        if row in (1_000, 2_000, 4_000):
            index.move(vectors[: min(2 * row, 6_000)])
        index.put(row)
        if row % 500 == 250:
            (found,) = search(index, vectors[row : row + 1], 3, np.ones(row + 1, np.bool_))
            assert row in found


def test_equal_vectors_may_be_many() -> None:
    vectors = np.repeat(item_vectors(3, 12, topics=3), 2_000, axis=0)
    (found,) = search(index_of(vectors), vectors[:1], 50, np.ones(6_000, np.bool_))
    assert len(found) == 50
    assert max(found) < 2_000


@pytest.mark.parametrize("count", [300, 7_000])
def test_the_same_changes_in_the_same_order_make_the_same_index(count: int) -> None:
    vectors = item_vectors(count, 13)
    one, other = index_of(vectors), VectorIndex(vectors)
    for row in range(count):
        other.put(row)
        if row % 1_000 == 0:
            other.arrays()
    queries = queries_near(vectors, 20, 13)
    allowed = np.ones(count, np.bool_)
    assert search(one, queries, 40, allowed) == search(other, queries, 40, allowed)


def test_an_empty_index_has_nothing_to_find() -> None:
    index = VectorIndex(unit_vectors(5))
    assert search(index, unit_vectors(2), 3, np.ones(5, np.bool_)) == [{}, {}]
    assert search(index, unit_vectors(2), 3, np.ones(5, np.bool_), exact=True) == [{}, {}]
