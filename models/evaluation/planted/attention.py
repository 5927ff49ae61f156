"""Attention: what weighing interests by their context earns over weighing them by mass, and what each part earns."""

from collections.abc import Iterator

import numpy as np

from models.evaluation.ablations import MEAN_POOLING, WHOLE, ablations
from models.evaluation.comparison import PLAIN_MEAN, RECENTS, TOGETHER, Trial, plain_means, recents, together, tried
from models.evaluation.metrics import clustered_error, gain
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.shop import Shop, simulated
from models.evaluation.protocol import histories_of, targets_of
from schemas.behaviors import TYPE_CODES

TARGETS = 3000
GAIN = 0.10
LEAST = 1e-9


def attention(setup: Setup) -> Iterator[Line]:
    """NDCG@10 of the next wanted item of users with several interests, in the contexts that were planted."""
    shop = Shop(
        simulated(setup, users=100, days=40, contexts=0.5, seasons=0.3, choosers=0.5, shown=6, refusals=0.1), setup
    )
    trial = trial_of(shop, setup.many(TARGETS))
    several = np.array([len(user.phases[0].interests) > 1 for user in shop.users])
    owners = {user.id: number for number, user in enumerate(shop.users)}
    chosen = several[[owners[owner] for owner in trial.log.owners]][trial.log.users[trial.targets.events]]
    ranks = {one.name: tried(trial, setup.options, one) for one in ablations(setup.options.interests)}
    ranks[PLAIN_MEAN] = trial.ranks(plain_means(trial, setup.options.interests))
    late = recents(trial)
    ranks[RECENTS] = trial.ranks(late)
    ranks[TOGETHER] = together(trial, setup.options, late)
    gains = {name: gain(found.ranks)[chosen] for name, found in ranks.items()}
    users = trial.log.users[trial.targets.events][chosen]
    whole = gains[WHOLE]
    won = float(whole.mean()) / max(float(gains[MEAN_POOLING].mean()), LEAST) - 1.0
    yield Line(
        "attention over mean pooling, NDCG@10 of several interests",
        won,
        at_least=GAIN,
        percent=True,
        note=f"{int(chosen.sum()):,} targets",
    )
    for name, values in gains.items():
        scale = max(float(whole.mean()), LEAST)
        difference, error = float((values - whole).mean()) / scale, clustered_error(values - whole, users) / scale
        note = "" if name == WHOLE else f"{difference:+.1%} ± {error:.1%}"
        yield Line(f"  NDCG@10, {name}", float(values.mean()), note=note)


def trial_of(shop: Shop, limit: int) -> Trial:
    """The shop's log, in which what users wanted is to be foretold."""
    log = shop.log
    speaks = shop.setup.options.interests.wanted()
    codes = [TYPE_CODES[one.behavior.type] for one in shop.labeled]
    wanted = speaks[codes] & np.array([one.cause == "interest" for one in shop.labeled], np.bool_)
    histories = histories_of(log)
    return Trial(log, histories, targets_of(log, histories, limit, wanted), shop.catalog, shop.setup.vectors)
