"""Logs for rivals: what users do at random, and what follows a rule that all users share."""

from collections.abc import Sequence

import numpy as np

from models.evaluation.comparison import Trial
from models.evaluation.protocol import histories_of, targets_of
from tests.models.evaluation.logs import Act, log_from, random_acts

ITEMS, STRANGE = 20, 3


def trial_of(acts: Sequence[Act], items: int = ITEMS) -> Trial:
    """A trial on these acts; the catalog has so many items."""
    log, catalog = log_from(acts, items)
    histories = histories_of(log)
    return Trial(log, histories, targets_of(log, histories), catalog)


def random_trial(seed: int = 0, count: int = 240) -> Trial:
    """Behaviors of five users on 23 items, of which the catalog has 20."""
    return trial_of(random_acts(count, users=5, items=ITEMS + STRANGE, seed=seed))


def chain_acts(users: int, items: int, steps: int, seed: int = 0) -> list[Act]:
    """Each user goes from item to item, mostly to the next number; users come one after the other."""
    chance = np.random.default_rng(seed)
    acts = []
    for user in range(users):
        item = int(chance.integers(items))
        for step in range(steps):
            acts.append((f"user-{user}", item, float(user) + step / 100))
            item = (item + 1) % items if chance.random() < 0.9 else int(chance.integers(items))
    return acts
