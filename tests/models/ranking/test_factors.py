"""Factors: they say and learn what the slow twin does, and find what goes together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.factors.kernels import begin
from models.factors.tables import FactorTables
from models.interests.arena import UserArena
from models.ranking.kernels.factors import LEAST, add_factors, climb_factors, thin_slopes
from models.ranking.kernels.types import scratch_for
from models.ranking.options import RankingOptions
from models.ranking.variants import Variant
from models.step import StepOptions, recommend
from schemas.recommendations import decode_recommendations
from tests.models.builders import HOUR, deliver, unit_vectors
from tests.models.ranking.made import ANN, ITEMS, acts, ranked, shop, user_after
from tests.models.ranking.slow_factors import Items, items_in, items_of, step

PRINTS = np.array([1_000_003 * (n + 1) % 2**32 for n in range(60)], np.uint32)
STEP = StepOptions(ranking=RankingOptions(length=40))
WITHOUT = StepOptions(ranking=RankingOptions(length=40, factor_rate=0.0))
RATE = 0.25


def first_vectors() -> dict[int, np.ndarray]:
    """What each item begins with, by print."""
    tables = FactorTables(1)
    for item in PRINTS:
        begin(item, tables.arrays.rows[0], tables.arrays.counts)
    return {item: one.vector for item, one in items_in(tables.rows_of(0)).known.items()}


FIRST = first_vectors()


class Walk:
    """A table and its slow twin, which learn from the same choices."""

    def __init__(self, seed: int) -> None:
        self.chance, self.tables, self.twin, self.number = np.random.default_rng(seed), FactorTables(1), Items(), 0
        self.desk = scratch_for(1).desk[0]

    def step(self) -> None:
        """One choice among some candidates after some recent items, told by slopes that are not thinned."""
        count, recent = int(self.chance.integers(2, 12)), int(self.chance.integers(0, 7))
        rows = self.chance.permutation(len(PRINTS))[: count + recent]
        attention = self.chance.dirichlet(np.ones(recent)) if recent else np.zeros(0)
        slopes = self.chance.choice([0.0, LEAST, 0.5, -LEAST, -0.75], count)
        desk, self.number = self.desk, self.number + 1
        desk["rows"][:count], desk["recent_rows"][:recent] = rows[:count], rows[count:]
        desk["recents"], desk["attention"][:recent] = recent, attention
        desk["scores"][:count] = 0.0
        add_factors(count, PRINTS, self.tables.arrays.rows[0], desk)
        recents = [(int(PRINTS[row]), share) for row, share in zip(rows[count:], attention, strict=True)]
        said = np.array([self.twin.said(recents, int(PRINTS[row])) for row in rows[:count]])
        np.testing.assert_allclose(desk["scores"][:count], said.sum(1), atol=0.02)
        np.testing.assert_allclose(desk["related"][:count], said[:, 0], atol=0.02)
        np.testing.assert_allclose(desk["biases"][:count], said[:, 1], atol=1e-4)
        desk["shares"][:count] = slopes
        climb_factors(count, np.uint64(self.number), RATE, PRINTS, self.tables.arrays, 0, desk)
        told = {int(PRINTS[row]): float(slope) for row, slope in zip(rows[:count], slopes, strict=True) if slope}
        step(self.twin, FIRST, recents, told, RATE)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 25))
def test_scores_and_steps_are_those_of_the_slow_twin(seed, steps):
    walk = Walk(seed)
    for _ in range(steps):
        walk.step()
    found, wanted = items_in(walk.tables.rows_of(0)).known, walk.twin.known
    assert set(found) == set(wanted)
    for item, one in found.items():
        np.testing.assert_allclose(one.vector, wanted[item].vector, atol=0.02)
        for name in ("bias", "bias_square", "square"):
            assert getattr(one, name) == pytest.approx(getattr(wanted[item], name), rel=0.02, abs=1e-4), name


def test_what_moved_is_what_is_written():
    walk = Walk(3)
    for _ in range(30):
        before = {row["print"]: row.tobytes() for row in walk.tables.rows_of(0)}
        walk.step()
        after = {row["print"]: row.tobytes() for row in walk.tables.rows_of(0)}
        written = {item: row for _, item, row in walk.tables.take()}
        assert {item: row for item, row in after.items() if before.get(item) != row}.items() <= written.items()


def test_thinned_slopes_keep_their_mean_and_great_ones_are_as_they_were():
    slopes = np.array([0.001, -0.01, 0.1, -0.2, 0.0, 0.9, -0.3], np.float32)
    total, kinds = np.zeros(7), [set[float]() for _ in slopes]
    for seed in range(20_000):
        thinned = slopes.copy()
        thin_slopes(7, np.uint64(seed), thinned)
        total += thinned
        for place, slope in enumerate(thinned.tolist()):
            kinds[place].add(abs(slope))
    np.testing.assert_allclose(total / 20_000, slopes, atol=0.003)
    assert kinds[:5] == [{0.0, LEAST}] * 4 + [{0.0}]
    assert kinds[5:] == [{float(slopes[5])}, {abs(float(slopes[6]))}]


def pairs(user: int) -> list[int]:
    """A user has to do with two of three items that go together, in any order."""
    chance = np.random.default_rng(user)
    group = int(chance.integers(ITEMS // 3))
    return (3 * group + chance.permutation(3)[:2]).tolist()


def test_what_goes_together_is_found_without_any_other_feature():
    everything = ("interest", "neighbors", "popularity", "novelty")
    options = StepOptions(ranking=RankingOptions(length=40, newest=64, without=everything, hidden_rate=0.0))
    catalog, arena = shop(vectors=unit_vectors(ITEMS)), UserArena(1)
    for user in range(3_000):
        first, second = pairs(user)
        deliver(arena, catalog, acts([("view", first, 0.0), ("view", second, HOUR)], f"user-{user}"), options)
    places = []
    for group in range(ITEMS // 3):
        slots = arena.add([f"new-{group}"])
        deliver(arena, catalog, acts([("view", 3 * group, 0.0)], f"new-{group}"), options)
        rows = ranked(arena, slots, catalog, options).items[0].tolist()
        places += [rows.index(3 * group + k) for k in (1, 2)]
    assert np.mean(np.array(places) < 3) > 0.9


def test_what_factors_say_is_owed_to_what_comes_next_and_to_what_is_popular():
    catalog, options = shop(vectors=unit_vectors(ITEMS)), StepOptions(ranking=RankingOptions(length=5, newest=64))
    for related, kind in ((0.5, "neighbors"), (0.0, "popularity")):
        arena = user_after(catalog, [("view", 3, 0.0)], options)
        arena.mixers["weights"] = arena.mixers["output"] = 0.0
        rows, index = arena.factors.arrays.rows[0], catalog.print_index.prints
        for item, size, bias in ((3, 1.0, 0.0), (9, related, 0.0 if related else 2.0)):
            arena.factors.reserve(10, catalog.print_index)
            place = begin(index[item], rows, arena.factors.arrays.counts)
            rows[place]["vector"], rows[place]["bias"] = int(8192 * size), bias
        found = decode_recommendations(recommend(arena, ANN, catalog, options)[0])
        assert found.items[0].item_id == "item-9"
        assert found.items[0].reasons[0].kind == kind


def test_nothing_is_learned_or_said_at_a_rate_of_zero():
    catalog, history = shop(), [("view", 3, 0.0), ("view", 4, HOUR), ("view", 5, HOUR)]
    arena = user_after(catalog, history, WITHOUT)
    assert len(arena.factors.rows_of(0)) == 0
    taught = user_after(catalog, history, STEP)
    assert len(taught.factors.rows_of(0)) > 3
    taught.mixers[:] = arena.mixers
    lists = [ranked(one, ANN, catalog, WITHOUT) for one in (arena, taught)]
    assert lists[0].scores.tobytes() == lists[1].scores.tobytes()
    assert ranked(taught, ANN, catalog, STEP).scores.tobytes() != lists[0].scores.tobytes()


def test_each_variant_learns_its_own():
    slow = Variant("slow", 0.5, RankingOptions(factor_rate=0.01))
    none = Variant("none", 0.0, RankingOptions(factor_rate=0.0))
    options, arena = StepOptions(others=(slow, none)), UserArena(1, 3)
    arena.add(["ann"])
    deliver(arena, shop(), acts([("view", 3, 0.0), ("view", 4, HOUR), ("view", 5, HOUR)]), options)
    base, other = (np.sort(arena.factors.rows_of(place), order="print") for place in (0, 1))
    assert (base["print"] == other["print"]).mean() > 0.5 or len(base) != len(other)
    assert np.abs(base["bias"]).max() > 5 * np.abs(other["bias"]).max() > 0.0
    assert len(arena.factors.rows_of(2)) == 0


def test_a_duplicate_teaches_nothing_again():
    catalog, arena = shop(), UserArena(1)
    arena.add(["ann"])
    views = acts([("view", 3, 0.0), ("view", 4, HOUR)])
    deliver(arena, catalog, views, STEP)
    once = items_of(arena).known.keys(), arena.factors.rows_of(0).tobytes()
    deliver(arena, catalog, views, STEP)
    assert (items_of(arena).known.keys(), arena.factors.rows_of(0).tobytes()) == once
