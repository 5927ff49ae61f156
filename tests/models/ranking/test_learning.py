"""Learning: each step climbs the likelihood of what was chosen, and with many the choices of others are foretold."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.kernels.learning import thin
from models.ranking.kernels.logarithms import exp2, log2
from models.ranking.kernels.mixing import climb, score
from models.ranking.kernels.types import scratch_for
from models.ranking.options import RankingOptions
from models.step import StepOptions
from schemas.rows.mixer import CONTEXTS, FEATURES, new_mixer
from tests.models.builders import HOUR, deliver, state_of
from tests.models.ranking.made import ITEMS, TOPICS, acts, ranked, shop
from tests.models.ranking.slow import Layers, likelihood, worths

POPULAR = range(4)
RULES = RankingOptions().rules()[0]
LAYERS = ("weights", "hidden", "output")
SQUARES_OF = {"weights": "squares", "hidden": "hidden_squares", "output": "output_squares"}
STEP = StepOptions(ranking=RankingOptions(length=100))


@settings(max_examples=200, deadline=None)
@given(st.floats(-99.0, 99.0))
def test_the_fast_logarithm_is_the_logarithm(exponent):
    value = np.float32(2.0**exponent)
    assert log2(value) == pytest.approx(np.log2(float(value)), abs=1e-4)


@settings(max_examples=200, deadline=None)
@given(st.floats(-125.0, 125.0))
def test_the_fast_power_is_the_power(exponent):
    assert exp2(np.float32(exponent)) == pytest.approx(2.0 ** float(np.float32(exponent)), rel=1e-6)


def test_a_power_too_small_for_its_bits_is_next_to_nothing():
    assert 0.0 <= exp2(np.float32(-1e30)) < 1e-37


def test_each_candidate_is_as_likely_learned_from_and_the_target_always():
    taken = np.zeros(40)
    for seed in range(2_000):
        desk = scratch_for(1).desk[0]
        desk["rows"][:40] = np.arange(40)
        left, place = thin(np.uint64(seed), 40, 7, 12, desk)
        rows = desk["rows"][:left].tolist()
        assert (left, rows[place], len(set(rows))) == (13, 7, 13)
        taken[rows] += 1
    assert taken[7] == 2_000
    np.testing.assert_allclose(np.delete(taken, 7) / 2_000, 12 / 39, atol=0.05)


def test_few_candidates_are_all_learned_from():
    desk = scratch_for(1).desk[0]
    desk["rows"][:5] = np.arange(5)
    assert thin(np.uint64(1), 5, 2, 4, desk) == (5, 2)
    assert desk["rows"][:5].tolist() == [0, 1, 2, 3, 4]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.sampled_from([0, 5]), st.sampled_from([1.0, 3.5]))
def test_a_step_follows_the_slope_of_the_likelihood(seed, near, drawn, rivals):
    chance, desk, count = np.random.default_rng(seed), scratch_for(1).desk[0], near + drawn
    mixers, target = new_mixer(), int(chance.integers(near))
    rules = RankingOptions(learning_rate=0.25, hidden_rate=0.125).rules()[0]
    context = chance.normal(size=CONTEXTS)
    features = chance.normal(size=(count, FEATURES)).astype(np.float32)
    for name in LAYERS:
        mixers[name] = chance.normal(size=mixers[name].shape)
        mixers[SQUARES_OF[name]] = 1e-20
    before = {name: mixers[name][0].astype(np.float64) for name in LAYERS}
    desk["features"][:, :count] = features.T
    desk["context"][:], desk["weights"][:] = context, before["weights"] @ context
    desk["grounds"][:] = context @ before["hidden"][FEATURES:]
    score(count, mixers[0], desk)
    np.testing.assert_allclose(desk["scores"][:count], worths(features, context, before), atol=1e-3)
    climb(target, near, count, rivals, 80.0, rules, mixers[0], desk)
    counts = np.where(np.arange(count) < near, rivals, 80.0)
    counts[target] = 1.0
    for name in LAYERS:
        slopes = slopes_along(
            name, before, lambda layers: likelihood(worths(features, context, layers), target, counts)
        )
        np.testing.assert_allclose(np.sqrt(mixers[SQUARES_OF[name]][0]), np.abs(slopes), atol=2e-3)
        clear = np.abs(slopes) > 0.02
        moved = (mixers[name][0] - before[name])[clear]
        rate = 0.25 if name == "weights" else 0.125
        np.testing.assert_allclose(moved, rate * np.sign(slopes[clear]), atol=1e-6)
    assert mixers["steps"][0] == 1


def slopes_along(name: str, layers: Layers, worth: Callable[[Layers], float]) -> np.ndarray:
    """Finite differences of what a function says of layers, by each number of one of them."""
    slopes = np.zeros_like(layers[name])
    for place in np.ndindex(slopes.shape):
        bump = np.zeros_like(slopes)
        bump[place] = 1e-6
        slopes[place] = worth({**layers, name: layers[name] + bump}) - worth({**layers, name: layers[name] - bump})
    return slopes / 2e-6


def test_what_takes_two_features_together_is_learned():
    """The odd one of two features: no sum of weights tells who is chosen, hidden units do."""
    chance, desk, mixers, right = np.random.default_rng(5), scratch_for(1).desk[0], new_mixer(), 0
    mixers["weights"] = 0.0
    desk["context"][:] = (1.0, 0.0, 0.0, 0.0, 0.0)
    for step in range(4_000):
        first, second = chance.integers(2, size=(2, 8))
        odd = np.flatnonzero(first != second)
        if len(odd) == 0:
            continue
        desk["features"][:] = 0.0
        desk["features"][0, :8], desk["features"][1, :8] = first, second
        desk["weights"][:] = mixers["weights"][0] @ desk["context"]
        desk["grounds"][:] = desk["context"] @ mixers["hidden"][0, FEATURES:]
        score(8, mixers[0], desk)
        right += step >= 3_000 and int(np.argmax(desk["scores"][:8])) in odd
        climb(int(odd[0]), 8, 8, 1.0, 1.0, RULES, mixers[0], desk)
    assert right > 950


def choices(number: int, taste: str) -> list[int]:
    """The items one user has to do with: popular ones, or ones of one topic."""
    chance = np.random.default_rng(number)
    among = list(POPULAR) if taste == "popular" else list(range(int(chance.integers(TOPICS)), ITEMS, TOPICS))
    return chance.permutation(among)[:3].tolist()


def population(catalog: Catalog, users: range, taste: str, options: StepOptions) -> UserArena:
    """Each of these users viewed three items."""
    arena = UserArena(1)
    for number in users:
        seen = [("view", item, HOUR) for item in choices(number, taste)]
        deliver(arena, catalog, acts(seen, f"user-{number}"), options)
    return arena


def foretold(catalog: Catalog, users: range, taste: str, mixer: np.ndarray) -> float:
    """Mean logarithm of how likely each user's third item was right after the second."""
    still, found = StepOptions(ranking=RankingOptions(length=100, learning_rate=0.0)), []
    for number in users:
        first, second, third = choices(number, taste)
        arena = UserArena(1)
        slots = arena.add(["ann"])
        deliver(arena, catalog, acts([("view", first, HOUR), ("view", second, HOUR)]), still)
        arena.mixers[:] = mixer
        lists = ranked(arena, slots, catalog, still)
        place = lists.items[0].tolist().index(third)
        worth = lists.scores[0][lists.items[0] >= 0].astype(np.float64)
        found.append(worth[place] - np.log(np.exp(worth).sum()))
    return float(np.mean(found))


@pytest.mark.parametrize("taste", ["popular", "alike"])
def test_what_many_users_choose_is_learned_and_foretells_what_others_choose(taste):
    catalog = shop([(n, 40.0 if n in POPULAR else 20.0, 1) for n in range(ITEMS)])
    arena = population(catalog, range(100), taste, STEP)
    assert 150 <= arena.mixers["steps"][0] <= 300
    begun = new_mixer()
    assert np.abs(arena.mixers["weights"] - begun["weights"]).max() > 0.1
    others = range(1_000, 1_020)
    assert foretold(catalog, others, taste, arena.mixers) > foretold(catalog, others, taste, begun) + 0.1


def test_nothing_is_learned_at_a_rate_of_zero():
    options = StepOptions(ranking=RankingOptions(learning_rate=0.0))
    arena = population(shop([(0, 5.0, 1)]), range(10), "alike", options)
    assert arena.mixers.tobytes() == new_mixer().tobytes()


def test_without_lists_nothing_of_ranking_is_learned_and_users_and_what_trends_hear_are_the_same():
    history = [("view", 3, 0.0), ("view", 4, HOUR), ("hide", 5, HOUR), ("purchase", 10, HOUR), ("view", 3, HOUR)]
    catalog, batch = shop([(n, 5.0, 1) for n in range(ITEMS)]), acts(history)
    found = []
    for lists in (True, False):
        arena = UserArena(1)
        resolution = deliver(arena, catalog, batch, StepOptions(lists=lists))
        found.append((state_of(arena, "ann"), resolution.traces.recents.tolist(), resolution.traces.counts.tolist()))
        assert (arena.mixers["steps"][0] > 0) == (len(arena.gradients.take()) > 0) == lists
    assert found[0] == found[1]


def test_attention_is_kept_at_a_rate_of_zero_and_moves_otherwise():
    catalog = shop([(n, 20.0, 1) for n in range(ITEMS)])
    for rate in (0.0, 0.05):
        options = StepOptions(ranking=RankingOptions(attention_rate=rate))
        arena = population(catalog, range(10), "alike", options)
        assert (arena.mixers["attention"] == new_mixer()["attention"]).all() == (rate == 0.0)


def test_an_item_seen_lately_had_deleted_or_unwanted_teaches_nothing():
    catalog = shop(withdrawn=[1])
    arena = UserArena(1)
    arena.add(["ann"])
    deliver(arena, catalog, acts([("purchase", 3, 0.0)]), STEP)
    once = arena.mixers.tobytes()
    assert arena.mixers["steps"][0] == 1
    for kind, number in (("view", 3), ("view", 1), ("impression", 5), ("hide", 6)):
        deliver(arena, catalog, acts([(kind, number, HOUR)]), STEP)
    assert arena.mixers.tobytes() == once


def test_a_behavior_that_came_before_teaches_nothing_again():
    catalog, arena = shop(), UserArena(1)
    arena.add(["ann"])
    views = acts([("view", 3, 0.0), ("view", 4, HOUR)])
    deliver(arena, catalog, views, STEP)
    once = arena.mixers.tobytes()
    deliver(arena, catalog, views, STEP)
    assert arena.mixers.tobytes() == once
