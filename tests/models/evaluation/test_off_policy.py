"""Off-policy estimates: within their intervals of the truth of a simulated click model."""

import numpy as np
import pytest

from models.catalog.facets import FACETS
from models.evaluation.metrics import clustered_error
from models.evaluation.off_policy import Estimate, inverse_propensity, self_normalized, weights_of
from models.ranking.choosing import BY_SCORE, Places, Scored, choose
from models.ranking.diversity import Shelf

USERS = 400
ITEMS = 12
LENGTH = 4
FRESH = 5
SEEN = 0.8 ** np.arange(LENGTH)


class Clicks:
    """Users who look at a place the less, the further down it is, and click what they like: fresh items less."""

    def __init__(self, seed: int) -> None:
        chance = np.random.default_rng(seed)
        self.taste = chance.beta(1.0, 3.0, (USERS, ITEMS)) * np.where(np.arange(ITEMS) < ITEMS - FRESH, 1.0, 0.4)
        known = self.taste + chance.normal(0.0, 0.2, self.taste.shape)
        self.scores = np.where(np.arange(ITEMS) >= ITEMS - FRESH, 0.0, known).astype(np.float32)

    def lists(self, users: np.ndarray, exploration: float, seed: int) -> Places:
        rows = np.tile(np.arange(ITEMS, dtype=np.int32), (len(users), 1))
        keys = np.random.default_rng(seed).integers(0, 2**64, len(users), np.uint64)
        none = np.zeros(ITEMS, np.bool_)
        shelf = Shelf(~none, np.zeros((ITEMS, 128), np.float32), none, np.zeros((ITEMS, FACETS), np.uint32))
        scored = Scored(rows, self.scores[users], rows >= ITEMS - FRESH, keys)
        return choose(scored, shelf, LENGTH, exploration=exploration)

    def chances(self, users: np.ndarray, places: Places) -> np.ndarray:
        return SEEN * self.taste[users[:, None], places.chosen]

    def truth(self, exploration: float) -> float:
        """What a list of the policy itself earns on average: exact, or of 16,000 where something is left to chance."""
        users = np.arange(USERS).repeat(40 if exploration else 1)
        return float(self.chances(users, self.lists(users, exploration, seed=99)).sum(1).mean())


def wanted_chances(places: Places, exploration: float) -> np.ndarray:
    """The chance of what stands at each place if so much were explored, given the places before."""
    fresh = places.chosen >= ITEMS - FRESH
    left = FRESH - np.cumsum(fresh, axis=1) + fresh
    chances = (places.ways == BY_SCORE) * (1.0 - exploration) + fresh * exploration / np.maximum(left, 1)
    chances[:, 0] = 1.0
    return np.where(left > 0, chances, 1.0)


def estimates(seed: int, ran: float, wanted: float, lists: int = 20) -> tuple[float, Estimate, Estimate]:
    """The truth of the wanted policy, and both estimates from lists of the one that ran."""
    clicks = Clicks(seed)
    users = np.arange(USERS).repeat(lists)
    places = clicks.lists(users, ran, seed)
    rewards = (np.random.default_rng(seed + 1).random(places.chosen.shape) < clicks.chances(users, places)).astype(
        float
    )
    weights = weights_of(wanted_chances(places, wanted), places.propensities)
    return clicks.truth(wanted), inverse_propensity(rewards, weights, users), self_normalized(rewards, weights, users)


def covers(estimate: Estimate, truth: float) -> bool:
    low, high = estimate.interval
    return low <= truth <= high


@pytest.mark.parametrize("wanted", [0.0, 0.6], ids=["without exploration", "with more of it"])
def test_estimates_of_another_policy_are_within_their_intervals_of_the_truth(wanted: float) -> None:
    """Of forty simulations some thirty-eight cover it; below thirty-four would be a chance of one in two hundred."""
    runs = [estimates(seed, 0.25, wanted) for seed in range(40)]
    for which in (1, 2):
        assert sum(covers(run[which], run[0]) for run in runs) >= 34
        mean = np.mean([run[which].value - run[0] for run in runs])
        error = np.mean([run[which].error for run in runs]) / np.sqrt(40)
        assert abs(mean) < 3.0 * error


def test_the_interval_tells_policies_apart_that_a_plain_mean_does_not() -> None:
    """The policy that ran gives good places away; what the lists earned is not what the other would have."""
    truth, weighted, _ = estimates(7, 0.5, 0.0)
    ran = Clicks(7).truth(0.5)
    assert covers(weighted, truth) and not covers(weighted, ran) and truth > ran


def test_the_propensities_of_the_records_are_those_that_the_policy_itself_would_give() -> None:
    clicks = Clicks(0)
    places = clicks.lists(np.arange(USERS), 0.25, seed=1)
    weights = weights_of(wanted_chances(places, 0.25), places.propensities)
    assert weights == pytest.approx(np.ones_like(weights))


def test_normalizing_lowers_the_error_of_rewards_that_are_nearly_the_same() -> None:
    clicks = Clicks(3)
    users = np.arange(USERS)
    places = clicks.lists(users, 0.4, seed=2)
    weights = weights_of(wanted_chances(places, 0.0), places.propensities)
    rewards = 1.0 + 0.01 * clicks.chances(users, places)
    plain, normal = (estimate(rewards, weights, users) for estimate in (inverse_propensity, self_normalized))
    assert normal.error < 0.1 * plain.error and normal.value == pytest.approx(LENGTH, rel=0.01)


def test_an_unweighted_estimate_is_the_mean_with_its_clustered_error() -> None:
    chance = np.random.default_rng(0)
    users, rewards = np.arange(60) // 3, chance.random((60, 2))
    for estimate in (inverse_propensity, self_normalized):
        found = estimate(rewards, np.ones((60, 2)), users)
        assert found.value == pytest.approx(rewards.sum(1).mean())
        assert found.error == pytest.approx(clustered_error(rewards.sum(1), users))
        assert found.effective == pytest.approx(60.0)


def test_a_propensity_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        weights_of(np.ones((1, 2)), np.array([[1.0, 0.0]]))
