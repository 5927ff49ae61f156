"""Updates: behaviors change what a user wants, one after the other."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from models.interests import kernels
from models.interests.arena import UserArena
from models.interests.kernels import Columns, Rules
from models.interests.options import InterestOptions
from schemas.behaviors import TYPE_CODES


def rules_of(options: InterestOptions, had: Iterable[str]) -> Rules:
    """Options as kernels take them; had: behavior types after which an item counts as seen."""
    seen = np.zeros(len(TYPE_CODES), np.bool_)
    seen[[TYPE_CODES[name] for name in had]] = True
    return Rules(
        options.weights(), options.half_lives(), seen, float(options.half_life), float(options.novelty), options.floor
    )


def apply(arena: UserArena, behaviors: Columns, rules: Rules) -> None:
    """Applies behaviors that were admitted, in order.

    Each counts, enters its type's mass (a late one with its own decayed factor) and the ring of recent items. One with
    a vector and a positive weight moves the nearest interest, or starts one when none is as near as rules.novelty; if
    all places are taken, the weakest first merges into its nearest. A negative weight moves only what is unwanted.
    An interest is (mass, mean direction, time); decay is lazy and closed-form, so the order of behaviors matters only
    to the choice of interest.
    """
    everything = np.ones(len(behaviors.slots), np.bool_)
    kernels.step_each(arena.arrays, behaviors, rules, everything, False, everything)
    arena.touch(behaviors.slots)


def admit_and_apply(
    arena: UserArena, behaviors: Columns, resolved: NDArray[np.bool_], rules: Rules
) -> NDArray[np.bool_]:
    """Admits each behavior and, if admitted and resolved (n,), applies it before the next; returns admitted (n,).

    One pass, since a behavior may find a user faded or not by what the one before it did: so batches may be cut
    anywhere and give the same state.
    """
    admitted = np.empty(len(behaviors.slots), np.bool_)
    kernels.step_each(arena.arrays, behaviors, rules, resolved, True, admitted)
    arena.touch(behaviors.slots)
    return admitted
