"""Few labels: how much is foretold when only some of the behaviors are known."""

from collections.abc import Iterator

import numpy as np

from models.evaluation.ablations import WHOLE, Variant
from models.evaluation.comparison import tried
from models.evaluation.metrics import gain
from models.evaluation.planted.attention import trial_of
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated

SHARES = (0.01, 0.1, 1.0)
TARGETS = 1500


def few_labels(setup: Setup) -> Iterator[Line]:
    """NDCG@10 of the same targets after 1, 10 and 100 % of the behaviors."""
    trial = trial_of(Shop(simulated(setup, users=100, days=40), setup), setup.many(TARGETS))
    chance = np.random.default_rng(0).random(len(trial.log))
    for share in SHARES:
        found = tried(trial, setup.options, Variant(WHOLE, setup.options.interests), lived=chance < share)
        note = f"{len(trial.targets.events):,} targets" if share == 1.0 else ""
        yield Line(f"NDCG@10 with {share:.0%} of the feedback", float(gain(found.ranks).mean()), note=note)
