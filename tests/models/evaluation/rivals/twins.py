"""Twins: rivals' scores recomputed from nothing for each behavior, as slow as they are obvious."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.evaluation.log import Log
from models.evaluation.rivals.cooccurrence import FEW, RARE, REACH, SMALL, Transitions


def items_before(log: Log, event: int, user: int | None = None) -> list[int]:
    """Known items before a behavior, of all users or of one."""
    rows = zip(log.users[:event].tolist(), log.items[:event].tolist(), strict=True)
    return [item for owner, item in rows if item >= 0 and user in (None, owner)]


def fading_shares(log: Log, event: int, count: int, half_life: float) -> NDArray[np.float64]:
    """The share of each item in behaviors of which one of age n counts 2 ** (-n / half_life)."""
    shares = np.zeros(count)
    for behavior in range(event):
        if log.items[behavior] >= 0:
            shares[log.items[behavior]] += 2.0 ** (-(event - behavior) / half_life)
    return shares / max(shares.sum(), 1e-300)


def transition_scores(log: Log, event: int, count: int, settings: Transitions) -> NDArray[np.float64]:
    """The score of each item by all transitions so far."""
    forward, backward = np.zeros((count, count)), np.zeros((count, count))
    out, back, seen = np.zeros(count), np.zeros(count), np.zeros(count)
    known = len(items_before(log, event))
    for age, (earlier, item) in enumerate(_visits(log, event)):
        weight = 2.0 ** (-(known - 1 - age) / settings.half_life)
        seen[item] += weight
        for before in earlier[::-1][: settings.window]:
            if before != item:
                forward[before, item] += weight
                backward[item, before] += weight
                out[before] += weight
                back[item] += weight
            weight *= settings.decay
    scores = SMALL * seen
    for place, item in enumerate(items_before(log, event, int(log.users[event]))[::-1][:REACH]):
        weight = settings.fade**place
        scores += weight * forward[item] / (out[item] + FEW) ** settings.rows
        scores += settings.back * weight * backward[item] / (back[item] + FEW) ** settings.rows
    return scores / (seen + RARE) ** settings.lift


def _visits(log: Log, event: int) -> Iterator[tuple[list[int], int]]:
    """Each behavior on a known item, after what its user had before."""
    for behavior in range(event):
        if log.items[behavior] >= 0:
            yield items_before(log, behavior, int(log.users[behavior])), int(log.items[behavior])
