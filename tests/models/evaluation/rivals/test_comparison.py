"""Comparison: every rival by its name, each with the settings that foretell dev best."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from models.evaluation.comparison import Trial
from models.evaluation.rivals.comparison import RivalError, compare, require_known
from models.evaluation.rivals.rival import Axes, Said, foretold
from tests.models.evaluation.rivals.logs import chain_acts, random_trial, trial_of


class Steps(NamedTuple):
    ahead: int = 5
    beyond: float = 2.0


class Ahead:
    """Takes the item that comes so many numbers after the user's last for likely, and the one beyond it."""

    first = Steps()
    axes: Axes = (("ahead", (1, 2)), ("beyond", (1.5, 0.5)))

    def prepared(self, trial: Trial, said: Said) -> Callable[[Steps], "AheadScores"]:
        return lambda settings: AheadScores(trial, settings)


class AheadScores:
    def __init__(self, trial: Trial, settings: Steps) -> None:
        self._trial, self._settings = trial, settings

    def scores(self, events: NDArray[np.int64]) -> NDArray[np.float32]:
        last = self._trial.histories.items[self._trial.histories.places[events] - 1]
        scores = np.zeros((len(events), len(self._trial.catalog)), np.float32)
        scores[np.arange(len(events)), (last + self._settings.ahead) % scores.shape[1]] = 1.0
        scores[np.arange(len(events)), (last + self._settings.ahead + 1) % scores.shape[1]] = self._settings.beyond
        return scores


def test_settings_are_those_that_foretell_dev_best_and_are_told() -> None:
    said: list[str] = []
    ranks = foretold(Ahead(), trial_of(chain_acts(users=60, items=20, steps=12)), said.append)
    assert said[-1] == "chosen Steps(ahead=1, beyond=0.5)"
    assert np.mean(ranks.ranks == 1.0) > 0.7


def test_the_classical_rivals_find_what_follows_what_where_there_is_something_to_find() -> None:
    trial = trial_of(chain_acts(users=120, items=20, steps=12))
    told: list[str] = []
    names = ("popularity", "recent", "cooccurrence", "text")
    found = {one.variant: one for one in compare(trial, names, lambda name, line: told.append(name))}
    assert tuple(found) == names and set(told) == {"recent", "cooccurrence", "text"}
    assert found["cooccurrence"].test.ndcg > 0.6 > 1.5 * found["popularity"].test.ndcg
    assert found["cooccurrence"].dev.targets == int((~trial.targets.test).sum())


def test_a_log_without_targets_has_nothing_to_tune_on() -> None:
    for one in compare(random_trial(count=4), ("recent", "cooccurrence", "text", "gru4rec", "sasrec")):
        assert one.test.targets == one.dev.targets == 0


def test_an_unknown_rival_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(RivalError, match="bert4rec: name some of popularity, recent"):
        require_known(["popularity", "bert4rec"])
