"""Neural rivals: they learn what follows what, from the past alone."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluation.comparison import Trial
from models.evaluation.metrics import gain
from models.evaluation.rivals.courses import courses_of
from models.evaluation.rivals.fitting import Fit, Fitted
from models.evaluation.rivals.gru4rec import GRU4Rec, gru4rec
from models.evaluation.rivals.network import Network
from models.evaluation.rivals.popularity import Popularity
from models.evaluation.rivals.rival import Rival, foretold
from models.evaluation.rivals.sasrec import sasrec
from models.evaluation.rivals.softmax import next_loss
from models.evaluation.rivals.windows import Windows, batches_of, latest, windows_before
from tests.models.evaluation.rivals.logs import chain_acts, random_trial, trial_of
from tests.models.evaluation.rivals.twins import items_before

SMALL = Fit(width=16, drop=0.1, length=8, rate=0.02, batch=8, epochs=8)
CHAIN = chain_acts(users=60, items=20, steps=12)


def quality(rival: Rival, trial: Trial) -> float:
    return float(gain(foretold(rival, trial, lambda line: None).ranks).mean())


@pytest.mark.parametrize("make", [gru4rec, sasrec])
@pytest.mark.parametrize("drawn", [20, 10])
def test_a_network_learns_what_follows_what_where_all_is_equally_popular(make: type, drawn: int) -> None:
    trial = trial_of(CHAIN)
    rival = make(SMALL._replace(drawn=drawn), ())
    assert quality(rival, trial) > 0.6 > 1.5 * quality(Popularity(), trial)


@pytest.mark.parametrize("make", [gru4rec, sasrec])
def test_dev_is_foretold_the_same_whatever_comes_in_test(make: type) -> None:
    cut = int(0.8 * len(CHAIN))
    trials = [trial_of(CHAIN), trial_of(CHAIN[:cut] + [(user, 3, hour) for user, _, hour in CHAIN[cut:]])]
    events = trials[0].targets.events[~trials[0].targets.test]
    scores = [dev_scores(make(SMALL._replace(epochs=2), ()), trial, events) for trial in trials]
    np.testing.assert_array_equal(*scores)


def dev_scores(rival: Fitted, trial: Trial, events: np.ndarray) -> np.ndarray:
    return rival.prepared(trial, lambda line: None)(rival.first).scores(events)


def test_a_network_is_fitted_once_with_settings_that_are_tried_and_then_chosen() -> None:
    trial = trial_of(CHAIN)
    said: list[str] = []
    foretold(gru4rec(SMALL._replace(epochs=1), (("drop", (0.9,)),)), trial, said.append)
    begun = [line for line in said if line.startswith("fitting")]
    dev, test = (f"fitting to {int(part * len(CHAIN)):,} behaviors, epoch 1 of 1" for part in (0.6, 0.8))
    assert begun == [dev, dev, test]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 99), rows=st.integers(0, 9), length=st.integers(1, 7))
def test_the_loss_and_its_slopes_are_those_of_a_softmax_over_items_the_user_has_not_had(
    seed: int, rows: int, length: int
) -> None:
    torch.manual_seed(seed)
    network = GRU4Rec(9, 4, 0.0)
    inputs, targets = torch.randint(9, (2, rows, length))
    targets[torch.rand(rows, length) < 0.3] = -1
    found = slopes_of(network, next_loss(network, inputs, targets, drawn=9))
    slow = slopes_of(network, slow_loss(network, inputs, targets))
    for one, other in zip(found, slow, strict=True):
        torch.testing.assert_close(one, other)


def slow_loss(network: Network, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    losses = []
    logits = network.logits(network(inputs)) if len(inputs) else torch.zeros(0)
    for row, line in enumerate(targets.tolist()):
        for place, target in enumerate(line):
            had = inputs[row, : place + 1].tolist()
            if target >= 0 and target not in had:
                open_to = [item for item in range(network.count) if item not in had]
                losses.append(logits[row, place, open_to].logsumexp(0) - logits[row, place, target])
    return torch.stack(losses).mean() if losses else 0.0 * network.items.weight.sum()


def slopes_of(network: Network, loss: torch.Tensor) -> list[torch.Tensor]:
    network.zero_grad()
    loss.backward()
    return [loss, *(torch.zeros_like(one) if one.grad is None else one.grad.clone() for one in network.parameters())]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 99), size=st.integers(1, 5))
def test_batches_hold_each_window_once_and_are_cut_behind_the_longest(seed: int, size: int) -> None:
    chance = np.random.default_rng(seed)
    windows = windows_before(courses_of(random_trial(seed, 80).histories), 80, 6, chance)
    batches = batches_of(windows, size, chance)
    found = [pair for batch in batches for pair in pairs_in(batch)]
    assert sorted(found) == sorted(pairs_in(windows))
    for batch in batches:
        assert len(batch.inputs) <= size and (batch.inputs[:, -1] >= 0).any()


def pairs_in(windows: Windows) -> list[tuple[list[int], list[int]]]:
    lines = zip(windows.inputs.tolist(), windows.targets.tolist(), strict=True)
    return [([item for item in a if item >= 0], [item for item in b if item >= 0]) for a, b in lines]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 99), count=st.integers(0, 80), length=st.integers(1, 9), part=st.floats(0, 1))
def test_windows_hold_each_step_of_the_past_once(seed: int, count: int, length: int, part: float) -> None:
    trial = random_trial(seed, count)
    until = int(part * count)
    windows = windows_before(courses_of(trial.histories), until, length, np.random.default_rng(seed))
    wanted = []
    for user in range(len(trial.log.owners)):
        items = items_before(trial.log, until, user)
        wanted += list(pairwise(items))
    inside = windows.inputs >= 0
    assert sorted(zip(windows.inputs[inside].tolist(), windows.targets[inside].tolist(), strict=True)) == sorted(wanted)
    for inputs, targets in zip(*windows, strict=True):
        size = int((inputs >= 0).sum())
        assert size and (inputs[:size] >= 0).all() and (inputs[1:size] == targets[: size - 1]).all()


def test_a_network_sees_the_users_last_items_in_order() -> None:
    trial = random_trial(seed=5)
    events = np.arange(len(trial.log))
    found = latest(courses_of(trial.histories), events, 6)
    for event, line in zip(events.tolist(), found, strict=True):
        items = items_before(trial.log, event, int(trial.log.users[event]))[-6:]
        assert line.tolist() == items + [-1] * (6 - len(items))
