"""Unwanted: what speaks against an item for a user who turned something away, or muted it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.types import Rules, User
from models.interests.turned import strength
from models.kernels.vectors import product
from models.ranking.kernels.types import Goods
from schemas.rows.user import MUTED, SLOTS, TURNED


@kernel
def weigh_unwanted(user: User, at: float, rules: Rules, desk: Any) -> bool:
    """Fills against and named, 0 to 1: how strongly each interest, and each item or category, was turned away.

    Whether there is anything, mutes included.
    """
    against, named = desk.against, desk.named
    any_ = False
    for s in range(SLOTS):
        against[s] = 0.0
        if user.head.used >> s & 1:
            interest = user.interests[s]
            left = interest.turned * np.exp2(min(interest.at - at, 0.0) / rules.turned_half_life)
            against[s] = strength(left, rules.turned_limit)
            any_ |= against[s] > 0.0 or interest.flags & MUTED != 0
    faded = np.exp2(min(user.feedback.turned_at - at, 0.0) / rules.turned_half_life)
    for k in range(TURNED):
        named[k] = 0.0
        if user.feedback.turned[k]:
            named[k] = strength(user.feedback.turned_mass[k] * faded, rules.turned_limit)
            any_ |= named[k] > 0.0
    return any_


@kernel
def lower_unwanted(user: User, count: int, weight: float, capture: float, goods: Goods, desk: Any) -> None:
    """Takes from the scores of the candidates what speaks against them; -inf for what belongs to a muted interest."""
    scores, rows = desk.scores, desk.rows
    for j in range(count):
        row = rows[j]
        most = _named(user.feedback.turned, desk.named, goods.prints[row], goods.categories[row])
        if goods.has_vector[row]:
            most = max(most, _against(user, goods.vectors[row], capture, desk))
        scores[j] = -np.inf if most == np.inf else scores[j] - weight * most


@kernel
def _against(user: User, vector: NDArray[np.float32], capture: float, desk: Any) -> float:
    """Similarity to the interest turned away most; infinite for what is as near to a muted one as its own items are."""
    most = 0.0
    for s in range(SLOTS):
        muted = user.head.used >> s & 1 and user.interests[s].flags & MUTED
        if muted or desk.against[s] > 0.0:
            similar = product(vector, desk.units[s])
            if muted and similar >= capture:
                return np.inf
            most = max(most, desk.against[s] * similar)
    return most


@kernel
def _named(turned: NDArray[np.uint32], strengths: NDArray[np.float64], item: int, category: int) -> float:
    """How strongly the item itself or its category was turned away."""
    most = 0.0
    for k in range(TURNED):
        if turned[k] != 0 and (turned[k] == item or turned[k] == category):
            most = max(most, strengths[k])
    return most
