"""Hierarchy: category shares sum up the path, scores shrink towards the parent, and the blend moves one way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.facets import Path, category_print
from models.interests.hierarchy import (
    blended,
    category_scores,
    category_shares,
    category_tree,
    dimension_shares,
    first_levels,
)

MUGS, PLATES, LAMPS, GARDEN = ("Home", "Kitchen", "Mugs"), ("Home", "Kitchen", "Plates"), ("Home", "Lamps"), ("Garden",)
paths = st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map(tuple)
liked = st.dictionaries(paths, st.floats(0.01, 100), min_size=1, max_size=10)
rates = st.lists(st.floats(0, 1), min_size=1, max_size=3)


def shares_of(masses: dict[Path, float]) -> dict[Path, float]:
    tree = category_tree(masses)
    leaves = tree.nodes_of(np.array([[category_print(path) for path in masses]], np.uint32))
    shares = category_shares(tree, leaves, np.array([list(masses.values())]))
    return dict(zip(tree.paths, shares[0].tolist(), strict=True))


def scores_of(masses: dict[Path, float], by_level: list[float]) -> dict[Path, float]:
    tree, shares = category_tree(masses), shares_of(masses)
    scores = category_scores(tree, np.array([[shares[path] for path in tree.paths]]), by_level)
    return dict(zip(tree.paths, scores[0].tolist(), strict=True))


@settings(max_examples=50, deadline=None)
@given(liked)
def test_a_categorys_share_is_the_sum_of_all_that_lies_in_it(masses):
    total = sum(masses.values())
    for path, share in shares_of(masses).items():
        inside = sum(mass for leaf, mass in masses.items() if leaf[: len(path)] == path)
        assert share == pytest.approx(inside / total)


@settings(max_examples=50, deadline=None)
@given(liked)
def test_first_levels_share_one_whole(masses):
    tree, shares = category_tree(masses), shares_of(masses)
    found = first_levels(tree, np.array([[shares[path] for path in tree.paths]]))
    assert set(found) == {path[0] for path in masses}
    assert sum(share[0] for share in found.values()) == pytest.approx(1.0)


@settings(max_examples=50, deadline=None)
@given(liked, rates)
def test_a_score_lies_between_the_share_and_the_parents_score(masses, by_level):
    shares, scores = shares_of(masses), scores_of(masses, by_level)
    for path, score in scores.items():
        above = scores.get(path[:-1], 0.0)
        low, high = sorted((shares[path], above))
        rate = by_level[min(len(path), len(by_level)) - 1]
        assert low - 1e-12 <= score <= high + 1e-12
        assert score == pytest.approx(above + rate * (shares[path] - above))


def test_an_unknown_narrow_category_is_liked_nearly_as_its_parent():
    scores = scores_of({MUGS: 3.0, PLATES: 0.0, LAMPS: 1.0, GARDEN: 0.0}, [1.0, 0.5])
    assert scores[MUGS] > scores[PLATES] > scores[GARDEN] == 0.0
    assert scores["Home", "Kitchen"] == pytest.approx(0.875)
    assert scores[PLATES] == pytest.approx(0.4375)


def test_a_rate_of_one_knows_no_parent_and_a_rate_of_nought_nothing_else():
    masses = {MUGS: 3.0, LAMPS: 1.0}
    assert scores_of(masses, [1.0]) == pytest.approx(shares_of(masses))
    assert set(scores_of(masses, [1.0, 0.0]).values()) == {1.0}


def test_unknown_prints_and_empty_places_have_no_part():
    tree = category_tree([MUGS, GARDEN])
    prints = np.array([[category_print(GARDEN), 0, 99]], np.uint32)
    leaves = tree.nodes_of(prints)
    assert leaves[0, 1:].tolist() == [-1, -1]
    shares = category_shares(tree, leaves, np.array([[2.0, 7.0, 7.0]]))
    assert dict(zip(tree.paths, shares[0].tolist(), strict=True))[GARDEN] == 1.0


def test_a_user_without_categories_has_no_shares():
    tree = category_tree([MUGS])
    assert not category_shares(tree, np.full((1, 3), -1, np.int32), np.ones((1, 3))).any()


@settings(max_examples=50, deadline=None)
@given(st.floats(-10, 10), st.floats(-10, 10), st.lists(st.floats(0, 1), min_size=2, max_size=6))
def test_the_blend_moves_from_interest_to_category_and_never_back(interest, category, alphas):
    found = [float(blended(np.array(interest), np.array(category), alpha)) for alpha in (0.0, *sorted(alphas), 1.0)]
    assert (found[0], found[-1]) == pytest.approx((interest, category))
    steps = np.diff(found) * (1.0 if category >= interest else -1.0)
    assert (steps >= -1e-12).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=4, max_size=4))
def test_dimensions_that_speak_for_a_choice_share_one_whole(weights):
    shares = dimension_shares(np.array(weights))
    told = len({max(weight, 0.0) for weight in weights}) > 1
    assert (shares[np.array(weights) <= 0] == 0).all()
    assert shares.sum() == pytest.approx(1.0 if told else 0.0)
    assert not told or shares[int(np.argmax(weights))] == shares.max()


def test_before_the_first_choice_no_dimension_is_told():
    assert not dimension_shares(np.ones((2, 4), np.float32)).any()
