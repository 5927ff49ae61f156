"""Factors: they say and learn what the slow twin does, and find what goes together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalog.catalog import Catalog
from models.factors.tables import GradientTable, ItemFactors
from models.interests.arena import UserArena
from models.ranking.kernels.factors import LEAST, add_factors, note_slopes, thin_slopes
from models.ranking.options import RankingOptions
from models.ranking.shop import shop_of
from models.ranking.variants import Variant
from models.step import StepOptions, recommend
from schemas.behaviors import Behavior
from schemas.recommendations import decode_recommendations
from schemas.rows.factors import FACTORS
from tests.models.builders import HOUR, deliver, item, unit_vectors
from tests.models.ranking.made import ANN, ITEMS, acts, ranked, shop, user_after
from tests.models.ranking.slow_factors import Items, items_of, step

CATALOG = 60
STEP = StepOptions(ranking=RankingOptions(length=40))
WITHOUT = StepOptions(ranking=RankingOptions(length=40, factor_rate=0.0))
RATE = 0.25


class Walk:
    """A catalog's factors and their slow twin, which learn from the same choices."""

    def __init__(self, seed: int) -> None:
        self.chance, self.table, self.items, self.twin = (
            np.random.default_rng(seed),
            GradientTable(),
            ItemFactors(),
            Items(),
        )
        self.catalog = Catalog()
        for number in range(CATALOG):
            self.catalog.put(item(f"item-{number}"))
        self.shop = shop_of(self.catalog, np.ones(16, np.bool_))
        self.number = 0

    def step(self) -> None:
        """One choice among some candidates after some recent items, told by slopes that are not thinned."""
        count, recent = int(self.chance.integers(2, 12)), int(self.chance.integers(0, 7))
        rows = self.chance.permutation(CATALOG)[: count + recent]
        attention = self.chance.dirichlet(np.ones(recent)) if recent else np.zeros(0)
        slopes = self.chance.choice([0.0, LEAST, 0.5, -LEAST, -0.75], count)
        desk, self.number = self.shop.scratch.desk[0], self.number + 1
        desk["rows"][:count], desk["recent_rows"][:recent] = rows[:count], rows[count:]
        desk["recents"], desk["attention"][:recent] = recent, attention
        desk["scores"][:count] = 0.0
        add_factors(count, self.catalog.factors, desk)
        prints = self.catalog.prints
        recents = [(int(prints[row]), share) for row, share in zip(rows[count:], attention, strict=True)]
        said = np.array([self.twin.said(recents, int(prints[row])) for row in rows[:count]])
        np.testing.assert_allclose(desk["scores"][:count], said.sum(1), atol=0.02)
        np.testing.assert_allclose(desk["related"][:count], said[:, 0], atol=0.02)
        np.testing.assert_allclose(desk["biases"][:count], said[:, 1], atol=1e-4)
        desk["shares"][:count] = slopes
        note_slopes(count, np.uint64(self.number), self.shop.goods, self.table.arrays, desk)
        told = {int(prints[row]): float(slope) for row, slope in zip(rows[:count], slopes, strict=True) if slope}
        step(self.twin, recents, told, RATE)
        self.items.apply(self.table.take(), RATE)
        self.catalog.put_trends([row for _, row in self.items.take()])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 25))
def test_scores_and_steps_are_those_of_the_slow_twin(seed, steps):
    walk = Walk(seed)
    for _ in range(steps):
        walk.step()
    found, wanted = items_of(walk.catalog).known, walk.twin.known
    assert set(found) == set(wanted)
    for value, one in found.items():
        np.testing.assert_allclose(one.vector, wanted[value].vector, atol=0.02)
        for name in ("bias", "bias_square", "square"):
            assert getattr(one, name) == pytest.approx(getattr(wanted[value], name), rel=0.02, abs=1e-4), name


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


def learned(catalog: Catalog, arena: UserArena, behaviors: list[Behavior], options: StepOptions) -> None:
    """Behaviors, one after the other, and what they say of items becomes the catalog's."""
    items = ItemFactors()
    for one in behaviors:
        deliver(arena, catalog, [one], options)
        items.apply(arena.gradients.take(), options.ranking.factor_rate)
        catalog.put_trends([row for _, row in items.take()])


def test_what_goes_together_is_found_without_any_other_feature():
    everything = ("interest", "neighbors", "popularity", "novelty")
    options = StepOptions(ranking=RankingOptions(length=40, newest=64, without=everything, hidden_rate=0.0))
    catalog, arena = shop(vectors=unit_vectors(ITEMS)), UserArena(1)
    chosen = [(f"user-{user}", *pairs(user)) for user in range(3_000)]
    behaviors = [one for user, a, b in chosen for one in acts([("view", a, 0.0), ("view", b, HOUR)], user)]
    learned(catalog, arena, behaviors, options)
    places = []
    for group in range(ITEMS // 3):
        slots = arena.add([f"new-{group}"])
        deliver(arena, catalog, acts([("view", 3 * group, 0.0)], f"new-{group}"), options)
        rows = ranked(arena, slots, catalog, options).items[0].tolist()
        places += [rows.index(3 * group + k) for k in (1, 2)]
    assert np.mean(np.array(places) < 3) > 0.9


def test_what_factors_say_is_owed_to_what_comes_next_and_to_what_is_popular():
    catalog, options = shop(vectors=unit_vectors(ITEMS)), StepOptions(ranking=RankingOptions(length=5, newest=64))
    for related, bias, kind in ((0.5, 0.0, "neighbors"), (0.0, 2.0, "popularity")):
        arena = user_after(catalog, [("view", 3, 0.0)], options)
        arena.mixers["weights"] = arena.mixers["output"] = 0.0
        rows = np.zeros(2, FACTORS)
        rows["version"], rows["print"] = 1, catalog.prints[[3, 9]]
        rows["vector"], rows["bias"] = [[8192], [int(8192 * related)]], [0.0, bias]
        catalog.put_trends([row.tobytes() for row in rows])
        found = decode_recommendations(recommend(arena, ANN, catalog, options)[0])
        assert found.items[0].item_id == "item-9"
        assert found.items[0].reasons[0].kind == kind


def test_nothing_is_learned_or_said_at_a_rate_of_zero():
    history = acts([("view", 3, 0.0), ("view", 4, HOUR), ("view", 5, HOUR)])
    catalog, arena = shop(), UserArena(1)
    arena.add(["ann"])
    deliver(arena, catalog, history, WITHOUT)
    assert len(arena.gradients.take()) == 0
    before = ranked(arena, ANN, catalog, WITHOUT).scores.tobytes()
    learned(catalog, UserArena(1), history, STEP)
    assert len(items_of(catalog).known) > 3
    assert ranked(arena, ANN, catalog, WITHOUT).scores.tobytes() == before
    assert ranked(arena, ANN, catalog, STEP).scores.tobytes() != before


def test_factors_are_learned_from_what_the_base_ranks():
    history = acts([("view", 3, 0.0), ("view", 4, HOUR), ("view", 5, HOUR)])
    other = Variant("other", 0.5, RankingOptions(learning_rate=0.9, hidden_rate=0.9, negatives=3))
    found = []
    for options, variants in ((StepOptions(), 1), (StepOptions(others=(other,)), 2)):
        arena = UserArena(1, variants)
        arena.add(["ann"])
        deliver(arena, shop(), history, options)
        found.append(arena.gradients.take().tobytes())
    assert found[0] == found[1] != b""


def test_a_duplicate_teaches_nothing_again():
    catalog, arena = shop(), UserArena(1)
    arena.add(["ann"])
    views = acts([("view", 3, 0.0), ("view", 4, HOUR)])
    deliver(arena, catalog, views, STEP)
    assert len(arena.gradients.take()) > 0
    deliver(arena, catalog, views, STEP)
    assert len(arena.gradients.take()) == 0
