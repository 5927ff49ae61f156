"""Classical rivals: each beside a slow twin, on logs with items that the catalog does not have."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.evaluation.comparison import Trial
from models.evaluation.rivals.cooccurrence import Cooccurrence, Transitions
from models.evaluation.rivals.popularity import Fading, Popularity
from models.evaluation.rivals.recent import Recent
from models.evaluation.rivals.rival import Rival
from models.evaluation.rivals.text import Fade, Text
from tests.models.evaluation.rivals.logs import ITEMS, random_trial
from tests.models.evaluation.rivals.twins import fading_shares, items_before, transition_scores


def scores(rival: Rival, tried: Trial, settings: Any, blocks: int = 1) -> NDArray[np.float32]:
    scorer = rival.prepared(tried, lambda line: None)(settings)
    return np.vstack([scorer.scores(block) for block in np.array_split(tried.targets.events, blocks)])


@pytest.mark.parametrize("half_life", [3.0, 50.0, np.inf])
def test_popularity_is_the_share_of_behaviors_that_fade_with_every_behavior_of_anybody(half_life: float) -> None:
    tried = random_trial(seed=1)
    found = scores(Recent(), tried, Fading(half_life), blocks=3)
    for event, line in zip(tried.targets.events.tolist(), found, strict=True):
        np.testing.assert_allclose(line, fading_shares(tried.log, event, ITEMS, half_life), rtol=1e-5, atol=1e-7)
    assert Popularity.first == Fading(np.inf)


def test_counts_stay_finite_when_what_faded_is_many_half_lives_old() -> None:
    tried = random_trial(seed=2, count=400)
    found = scores(Recent(), tried, Fading(0.5))
    for event, line in zip(tried.targets.events.tolist(), found, strict=True):
        np.testing.assert_allclose(line, fading_shares(tried.log, event, ITEMS, 0.5), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("keep", [0.0, 0.6, 1.0])
def test_text_is_the_likeness_to_the_fading_mean_of_the_users_items(keep: float) -> None:
    tried = random_trial(seed=3)
    found = scores(Text(), tried, Fade(keep))
    for event, line in zip(tried.targets.events.tolist(), found, strict=True):
        before = items_before(tried.log, event, int(tried.log.users[event]))[::-1]
        weights = np.array([keep**place for place in range(len(before))])
        np.testing.assert_allclose(line, weights @ tried.vectors[before] @ tried.vectors.T, atol=1e-4)


@pytest.mark.parametrize(
    "settings",
    [
        Transitions(),
        Transitions(window=1, decay=1.0, back=0.0, half_life=40.0),
        Transitions(window=3, fade=0.9, rows=1.0, lift=0.0, half_life=0.5),
    ],
)
def test_co_occurrence_sums_the_shares_of_transitions_from_the_users_last_items(settings: Transitions) -> None:
    tried = random_trial(seed=4)
    found = scores(Cooccurrence(), tried, settings, blocks=4)
    for event, line in zip(tried.targets.events.tolist(), found, strict=True):
        wanted = transition_scores(tried.log, event, ITEMS, settings)
        np.testing.assert_allclose(line, wanted, rtol=1e-4, atol=1e-6)
