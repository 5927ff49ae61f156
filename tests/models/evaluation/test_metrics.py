"""Metrics: each beside a slow twin that follows its definition word by word."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.metrics import clustered_error, quality_of
from models.evaluation.ranks import Ranks

RANKS = st.lists(st.integers(1, 30), min_size=1, max_size=40)


def ranked(ranks: list[int], shown: list[list[int]] | None = None) -> Ranks:
    rows = np.full((len(ranks), 10), -1, np.int32)
    for number, row in enumerate(shown or []):
        rows[number, : len(row)] = row
    return Ranks(np.array(ranks, np.float64), rows)


@given(RANKS)
def test_means_are_those_of_their_definitions(ranks: list[int]) -> None:
    users = np.arange(len(ranks))
    found = quality_of(ranked(ranks), users, np.zeros(len(ranks), np.bool_), 100)
    ideal = 1 / math.log2(2)
    assert found.targets == len(ranks)
    assert found.hr == pytest.approx(sum(rank <= 10 for rank in ranks) / len(ranks))
    assert found.mrr == pytest.approx(sum(1 / rank for rank in ranks if rank <= 10) / len(ranks))
    assert found.ndcg == pytest.approx(
        sum(1 / math.log2(rank + 1) / ideal for rank in ranks if rank <= 10) / len(ranks)
    )


def test_a_perfect_ranking_is_worth_one_and_a_hopeless_one_nothing() -> None:
    users, cold = np.zeros(3, np.int64), np.zeros(3, np.bool_)
    best = quality_of(ranked([1, 1, 1]), users, cold, 10)
    worst = quality_of(ranked([11, 12, 900]), users, cold, 10)
    assert (best.ndcg, best.hr, best.mrr) == (1.0, 1.0, 1.0)
    assert (worst.ndcg, worst.hr, worst.mrr) == (0.0, 0.0, 0.0)


def test_only_the_chosen_targets_count_and_cold_ones_also_on_their_own() -> None:
    cold = np.array([True, False, True, False])
    chosen = np.array([True, True, True, False])
    shown = [[0, 1], [1], [2], [3]]
    found = quality_of(ranked([1, 20, 20, 1], shown), np.arange(4), cold, 8, chosen)
    assert (found.targets, found.hr, found.cold, found.cold_hr) == (3, pytest.approx(1 / 3), 2, 0.5)
    assert found.coverage == 3 / 8
    assert quality_of(ranked([1]), np.zeros(1, np.int64), np.zeros(1, np.bool_), 8).cold_hr is None


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 6)), min_size=1, max_size=40))
def test_the_clustered_error_sums_residuals_by_cluster(pairs: list[tuple[float, int]]) -> None:
    values = np.array([value for value, _ in pairs])
    clusters = np.array([cluster for _, cluster in pairs])
    mean = sum(values) / len(values)
    groups = sorted(set(clusters.tolist()))
    squares = sum(sum(v - mean for v, c in pairs if c == group) ** 2 for group in groups)
    wanted = math.sqrt(squares * len(groups) / (len(groups) - 1)) / len(values) if len(groups) > 1 else 0.0
    assert clustered_error(values, clusters) == pytest.approx(wanted, abs=1e-12)


def test_one_users_targets_are_not_taken_for_independent() -> None:
    values = np.repeat([0.0, 1.0, 0.0, 1.0], 25)
    alone, together = np.arange(100), np.repeat(np.arange(4), 25)
    assert clustered_error(values, together) > 4 * clustered_error(values, alone)
