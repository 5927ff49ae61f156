"""Baselines: right before a behavior, from the behaviors before it alone."""

import numpy as np

from models.evaluation.baselines import FADING, RECENTS, SHARPNESS, MeanOptions, decayed_means, recent_attention
from models.evaluation.protocol import histories_of, targets_of
from tests.models.builders import HOUR, unit_vectors
from tests.models.evaluation.logs import log_from, random_acts

ACTS = random_acts(300, users=5, items=20, seed=3)
VECTORS = unit_vectors(20)


def test_the_decayed_mean_is_the_sum_of_its_closed_form() -> None:
    log, _ = log_from(ACTS, items=20)
    events = targets_of(log, histories_of(log)).events
    weights = np.random.default_rng(0).random(len(log))
    found = decayed_means(log, VECTORS, events, MeanOptions(weights, 30 * HOUR))
    for number, event in enumerate(events.tolist()):
        before = [k for k in range(event) if log.users[k] == log.users[event]]
        last = max(log.at[k] for k in before)
        shares = [weights[k] * 2 ** ((log.at[k] - last) / (30 * HOUR)) for k in before]
        wanted = sum(share * VECTORS[log.items[k]] for share, k in zip(shares, before, strict=True))
        np.testing.assert_allclose(found[number], wanted, atol=1e-4)


def test_attention_over_recent_behaviors_weighs_by_place_and_likeness_to_the_last() -> None:
    log, _ = log_from(ACTS, items=20)
    histories = histories_of(log)
    events = targets_of(log, histories).events
    found = recent_attention(log, histories, VECTORS, events)
    for number, event in enumerate(events.tolist()):
        before = [int(log.items[k]) for k in range(event) if log.users[k] == log.users[event]][::-1][:RECENTS]
        likeness = VECTORS[before] @ VECTORS[before[0]]
        weights = FADING ** np.arange(len(before)) * np.exp(SHARPNESS * (likeness - 1))
        np.testing.assert_allclose(found[number], weights @ VECTORS[before], atol=1e-4)
