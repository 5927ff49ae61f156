"""Exact search: the same rows as sorting everything."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.catalog import search
from models.catalog.search import take_best, top
from tests.models.builders import unit_vectors


def sorted_rows(scores: NDArray[np.float32], count: int) -> list[list[int]]:
    """The slow twin: rows by falling score, then by row; -1 where nothing above -inf is left."""
    found = []
    for line in scores.tolist():
        order = [row for row in sorted(range(len(line)), key=lambda r: (-line[r], r)) if line[row] > -np.inf]
        found.append((order + [-1] * count)[:count])
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(1, 12), st.integers(1, 40), st.integers(0, 2**32 - 1), st.booleans())
def test_search_finds_what_sorting_finds(items, queries, count, seed, rough):
    chance = np.random.default_rng(seed)
    vectors, asked = unit_vectors(items, seed=seed), unit_vectors(queries, seed=seed + 1)
    if rough:
        vectors, asked = np.sign(vectors), np.zeros_like(asked)
        asked[:, :3] = 1.0
    allowed = chance.random(items) < 0.8
    rows, scores = top(vectors, asked, allowed, count)
    wanted = asked @ vectors.T
    assert rows.tolist() == sorted_rows(np.where(allowed, wanted, -np.inf).astype(np.float32), count)
    found = rows >= 0
    lines = np.nonzero(found)[0]
    np.testing.assert_allclose(scores[found], wanted[lines, rows[found]], atol=1e-6)


def test_search_in_several_blocks_finds_what_one_block_finds(monkeypatch):
    vectors, asked = unit_vectors(300), unit_vectors(50, seed=1)
    allowed = np.ones(300, np.bool_)
    whole = top(vectors, asked, allowed, 10)
    monkeypatch.setattr(search, "SCORES", 7 * 300)
    cut = top(vectors, asked, allowed, 10)
    np.testing.assert_array_equal(whole[0], cut[0])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-3, 3, width=16), min_size=1, max_size=300), st.integers(1, 30))
def test_equal_scores_come_in_order_of_rows(values, count):
    products = np.array([values], np.float32)
    rows = np.full((1, count), -1, np.int32)
    take_best(products.copy(), np.zeros(len(values), np.float32), rows, np.empty((1, count), np.float32))
    assert rows.tolist() == sorted_rows(products, count)


def test_an_empty_catalog_has_nothing_to_find():
    rows, scores = top(unit_vectors(1)[:0], unit_vectors(2), np.zeros(0, np.bool_), 3)
    assert rows.tolist() == [[-1] * 3] * 2
    assert np.isneginf(scores).all()
