"""Clusters: agreement of two groupings, each measure beside its definition."""

import math
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.calibration import calibration_of
from models.evaluation.clusters import macro_f1, matched, normalized_information, purity

PAIRS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), min_size=1, max_size=40)


@given(PAIRS)
def test_purity_is_the_share_of_the_largest_class_of_each_group(pairs: list[tuple[str, int]]) -> None:
    found, planted = [one for one, _ in pairs], [one for _, one in pairs]
    largest = [max(Counter(p for f, p in pairs if f == group).values()) for group in set(found)]
    assert purity(found, planted) == pytest.approx(sum(largest) / len(pairs))


@given(PAIRS)
def test_information_is_shared_entropy_over_the_mean_of_both(pairs: list[tuple[str, int]]) -> None:
    def entropy(things: list) -> float:
        return -sum(n / len(things) * math.log(n / len(things)) for n in Counter(things).values())

    found, planted = [one for one, _ in pairs], [one for _, one in pairs]
    both = entropy(found) + entropy(planted)
    wanted = 2 * (both - entropy(pairs)) / both if both > 0 else 1.0
    assert normalized_information(found, planted) == pytest.approx(wanted, abs=1e-9)


def test_groupings_that_differ_only_in_names_agree_wholly() -> None:
    assert purity("aabbc", [1, 1, 2, 2, 3]) == 1.0
    assert normalized_information("aabbc", [1, 1, 2, 2, 3]) == pytest.approx(1.0)
    assert normalized_information("abab", [1, 1, 2, 2]) == pytest.approx(0.0)


@given(PAIRS)
def test_macro_f1_is_the_mean_harmonic_mean_of_precision_and_recall(pairs: list[tuple[str, int]]) -> None:
    found, planted = [int(ord(one) - ord("a")) for one, _ in pairs], [one for _, one in pairs]
    scores = []
    for kind in set(planted):
        right = sum(f == p == kind for f, p in zip(found, planted, strict=True))
        told, there = found.count(kind), planted.count(kind)
        precision, recall = right / told if told else 0.0, right / there
        scores.append(2 * precision * recall / (precision + recall) if right else 0.0)
    assert macro_f1(found, planted) == pytest.approx(sum(scores) / len(scores))


@given(st.integers(1, 3), st.integers(0, 4), st.integers(0, 99))
def test_matching_is_one_to_one_and_of_the_greatest_sum(wanted: int, found: int, seed: int) -> None:
    cosines = np.random.default_rng(seed).random((wanted, found))
    places = matched(cosines)
    kept = [place for place in places if place >= 0]
    assert len(set(kept)) == len(kept) == min(wanted, found)
    best = max(
        (sum(cosines[row, place] for row, place in zip(rows, columns, strict=True)))
        for rows in permutations(range(wanted), min(wanted, found))
        for columns in permutations(range(found), min(wanted, found))
    )
    assert sum(cosines[row, place] for row, place in enumerate(places) if place >= 0) == pytest.approx(best)


def test_chances_that_come_true_as_often_as_told_are_calibrated() -> None:
    chances = np.repeat(np.arange(0.05, 1.0, 0.1), 100)
    chance = np.random.default_rng(0)
    assert calibration_of(chances, chance.random(1000) < chances).error < 0.05
    assert calibration_of(chances, chance.random(1000) < 1.0 - chances).error > 0.4


def test_the_calibration_error_is_the_mean_distance_of_bins_of_equally_many() -> None:
    chances = np.array([0.1] * 10 + [0.9] * 10)
    happened = np.array([False] * 8 + [True] * 2 + [True] * 10)
    found = calibration_of(chances, happened)
    slow = np.mean([abs(chances[k : k + 2].mean() - happened[k : k + 2].mean()) for k in range(0, 20, 2)])
    assert found.error == pytest.approx(slow)
    assert found.distance == pytest.approx(np.mean(np.abs(chances - happened)))
