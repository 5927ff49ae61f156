"""Updates: behaviors change what a user wants, one after the other."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from models.interests.arena import UserArena
from models.interests.kernels.asking import ask_each
from models.interests.kernels.step import step_each
from models.interests.kernels.types import Clauses, Columns, Items, Laws, Rules, TypeRules
from models.interests.options import InterestOptions
from schemas.behaviors import TYPE_CODES

FORGETTING = 0.9999
LEAST_CAPTURE, MOST_CAPTURE = 0.05, 0.95


def laws_of(options: InterestOptions, had: Iterable[str]) -> Laws:
    """Options as kernels take them, without a catalog. Args: had: types after which an item counts as had."""
    seen = np.zeros(len(TYPE_CODES), np.bool_)
    seen[[TYPE_CODES[name] for name in had]] = True
    rules = Rules(
        half_life=float(options.half_life),
        adaptive=options.adaptive_half_life,
        short_half_life=float(options.short_half_life),
        turned_half_life=float(options.turned_half_life),
        turned_limit=float(options.turned_limit),
        turned_penalty=float(options.turned_penalty),
        capture=MOST_CAPTURE,
        near=float(options.near),
        asked=MOST_CAPTURE,
        asked_boost=float(options.asked_boost),
        asked_half_life=float(options.asked_half_life),
        proof=int(options.proof),
        proof_weight=float(options.proof_weight),
        probation=float(options.probation),
        floor=float(options.floor),
        session_gap=float(options.session_gap),
        burst=float(options.burst),
        refill=float(options.refill),
        repeat_span=float(options.repeat_span),
        ignored=float(options.ignored),
        learning_rate=float(options.learning_rate) if options.attention == "learned" else 0.0,
        forgetting=FORGETTING,
        context=options.context,
    )
    return Laws(TypeRules(options.half_lives(), seen), rules)


def captured(laws: Laws, options: InterestOptions, mean: float, deviation: float) -> Laws:
    """The laws for a catalog whose unrelated items have cosines of this mean and standard deviation."""
    capture = _clipped(mean + options.novelty * deviation)
    asked = _clipped(mean + options.asked * deviation)
    return laws._replace(rules=laws.rules._replace(capture=capture, asked=asked))


def apply(arena: UserArena, behaviors: Columns, laws: Laws, resolved: NDArray[np.bool_] | None = None) -> None:
    """Applies behaviors that were admitted, in order; those that are not resolved (n,) only move their users' times.

    Each counts, enters its type's mass (a late one with its own decayed share) and the recent ones. One with a vector
    and a positive weight makes the nearest interest stronger, or starts one when none is as near as rules.capture; if
    all places are taken, the weakest first merges into its nearest. A negative weight turns away. Masses decay lazily
    and in closed form, so the order of behaviors matters only to the choice of interest.
    """
    everything = np.ones(len(behaviors.slots), np.bool_)
    step_each(arena.arrays, behaviors, laws, everything if resolved is None else resolved, False, everything)
    arena.touch(behaviors.slots)


def admit_and_apply(arena: UserArena, behaviors: Columns, resolved: NDArray[np.bool_], laws: Laws) -> NDArray[np.bool_]:
    """Admits each behavior and, if admitted and resolved (n,), applies it before the next; returns admitted (n,).

    One pass, since a behavior may find a user faded or not by what the one before it did: so batches may be cut
    anywhere and give the same state.
    """
    admitted = np.empty(len(behaviors.slots), np.bool_)
    step_each(arena.arrays, behaviors, laws, resolved, True, admitted)
    arena.touch(behaviors.slots)
    return admitted


def ask(arena: UserArena, clauses: Clauses, items: Items, laws: Laws) -> None:
    """What users said in words changes their interests, clause by clause.

    Args: items of the catalog, for the categories of what is forgotten.
    """
    ask_each(arena.arrays, clauses, items, laws.rules)
    arena.touch(clauses.slots)


def _clipped(cosine: float) -> float:
    return min(max(cosine, LEAST_CAPTURE), MOST_CAPTURE)
