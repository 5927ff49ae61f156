"""Foretelling: users live through a log as the worker has them, and are asked before what is to be foretold."""

from dataclasses import replace

import numpy as np
import pytest

from models.encoder.fake import FakeEncoder
from models.evaluation.ablations import WHOLE, ablations
from models.evaluation.catalogs import TextVectors
from models.evaluation.comparison import PLAIN_MEAN, RECENTS, TOGETHER, compare, tried
from models.evaluation.metrics import gain
from models.evaluation.planted.attention import trial_of
from models.evaluation.planted.line import Setup
from models.evaluation.planted.shop import Shop, simulated
from models.evaluation.population import Population
from models.evaluation.worth import UNITS, Worth
from models.interests.options import InterestOptions
from models.ranking.kernels.types import ALWAYS, LIKE_FOCUS
from models.ranking.options import RankingOptions
from models.ranking.rank import rank
from models.step import StepOptions
from schemas.behaviors import Behavior
from tests.models.builders import state_of

# By so much at most a cosine is off for which every part of an item's vector is rounded to a 127th of the greatest.
COARSE = 3e-3
SETUP = Setup(StepOptions(), TextVectors(FakeEncoder()))


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop(simulated(SETUP, users=12, days=12, shown=4, refusals=0.2, items=200), SETUP)


def test_a_population_lives_the_same_in_one_batch_and_one_by_one(shop: Shop) -> None:
    items_only = [one for one in shop.log.behaviors if one.text is None][:300]
    whole, single = shop.population(), shop.population()
    whole.live(items_only)
    for behavior in items_only:
        single.live([behavior])
    for user in shop.users:
        assert state_of(whole.arena, user.id) == state_of(single.arena, user.id)


def test_a_request_in_words_reaches_the_interests(shop: Shop) -> None:
    population = shop.lived()
    owner, at = shop.users[0].id, float(shop.log.at[-1]) + 60.0
    said = Behavior(event_id="said", type="request", occurred_at=round(at * 1000), user_id=owner, text="more fishing")
    before = population.attention(population.slots[:1]).shares[0]
    population.live([said])
    after = population.attention(population.slots[:1])
    assert not np.allclose(before, after.shares[0])
    wanted = SETUP.vectors(["fishing"])[0]
    assert after.units[0, int(np.argmax(after.shares[0]))] @ wanted > 0.3


def test_worth_orders_items_as_the_worker_ranks_them_by_interests_alone(shop: Shop) -> None:
    interests = InterestOptions(alpha=0.0)
    ranking = RankingOptions(learning_rate=0.0, length=10)
    population = Population(
        [user.id for user in shop.users], shop.catalog, StepOptions(interests, ranking), SETUP.vectors
    )
    population.arena.mixers["weights"] = 0.0
    population.arena.mixers["weights"][0, LIKE_FOCUS, ALWAYS] = UNITS
    population.live(shop.log.behaviors)
    worth = Worth(shop.catalog)
    scores = worth.scores(worth.wishes(population, population.slots), population)
    rules = population.options.laws_in(shop.catalog).rules
    lists = rank(population.arena, population.slots, shop.catalog, interests, rules, ranking)
    for user in range(len(shop.users)):
        rows = lists.items[user][lists.items[user] >= 0]
        np.testing.assert_allclose(UNITS * scores[user, rows], lists.scores[user, : len(rows)], atol=UNITS * COARSE)


def test_the_category_view_moves_scores_toward_the_categories_that_were_looked_at(shop: Shop) -> None:
    worth = Worth(shop.catalog)
    scores = []
    for alpha in (0.0, 1.0):
        options = StepOptions(replace(SETUP.options.interests, alpha=alpha), RankingOptions(unwanted=0.0))
        population = Population([user.id for user in shop.users], shop.catalog, options, SETUP.vectors)
        population.live(shop.log.behaviors)
        scores.append(worth.scores(worth.wishes(population, population.slots), population))
    assert not np.allclose(scores[0], scores[1])
    assert -1e-6 < scores[1].min() < scores[1].max() < 1.0 + 1e-6


def test_what_a_state_learned_before_a_target_is_all_that_foretells_it(shop: Shop) -> None:
    trial = trial_of(shop, limit=40)
    whole = ablations(SETUP.options.interests)[0]
    assert whole.name == WHOLE
    found = tried(trial, SETUP.options, whole)
    cut = int(trial.targets.events[-1])
    lived = np.arange(len(trial.log)) < cut
    again = tried(trial, SETUP.options, whole, lived=lived)
    assert found.ranks.tolist() == again.ranks.tolist()
    nothing = tried(trial, SETUP.options, whole, lived=np.zeros(len(trial.log), np.bool_))
    assert gain(nothing.ranks).mean() < gain(found.ranks).mean()


def test_a_comparison_tells_each_variant_once_with_both_parts(shop: Shop) -> None:
    trial = trial_of(shop, limit=60)
    told: list[str] = []
    variants = ablations(SETUP.options.interests)[:2]
    scored = list(compare(trial, SETUP.options, variants, lambda name, done: told.append(name)))
    assert [one.variant for one in scored] == [variants[0].name, variants[1].name, PLAIN_MEAN, RECENTS, TOGETHER]
    assert set(told) == {variants[0].name, variants[1].name}
    for one in scored:
        assert one.dev.targets + one.test.targets == len(trial.targets.events)
        assert 0.0 <= one.test.ndcg <= one.test.hr <= 1.0
