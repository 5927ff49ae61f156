"""Prequential: users live through a log, and right before each target its item is searched for."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.evaluation.log import Log
from models.evaluation.population import Population
from models.evaluation.protocol import Histories
from models.evaluation.ranks import Ranks, joined, ranked
from models.evaluation.worth import Wishes, Worth
from schemas.behaviors import Behavior

BLOCK = 256
Told = Callable[[int], None]


def foretell(
    log: Log,
    histories: Histories,
    events: NDArray[np.int64],
    population: Population,
    worth: Worth,
    told: Told = lambda done: None,
    lived: NDArray[np.bool_] | None = None,
    beside: NDArray[np.float32] | None = None,
) -> Ranks:
    """The ranks of the items of `events` (t,), places in the log, by what their users want right before.

    Args:
        told: called now and then with how many behaviors are done.
        lived: which behaviors (n,) the users live through, None for all.
        beside: further queries (t, 128) of unit length, items' likeness to which counts as much; None for none.
    """
    parts = []
    done = 0
    for start in range(0, len(events), BLOCK):
        block = events[start : start + BLOCK]
        wishes = []
        for event in block.tolist():
            population.live(_lived(log, done, event, lived))
            done = event
            wishes.append(worth.wishes(population, population.slots[log.users[event : event + 1]]))
        together = Wishes(*(np.concatenate(column) for column in zip(*wishes, strict=True)))
        scores = worth.scores(together, population)
        if beside is not None:
            scores += beside[start : start + BLOCK] @ worth.vectors.T
        parts.append(ranked(scores, log, histories, block))
        told(done)
    return joined(parts)


def _lived(log: Log, start: int, end: int, lived: NDArray[np.bool_] | None) -> list[Behavior]:
    part = list(log.behaviors[start:end])
    return part if lived is None else [one for one, kept in zip(part, lived[start:end], strict=True) if kept]
