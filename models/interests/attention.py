"""Attention: how much each interest counts now, in a context, and the one vector that follows from it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel, making_kernel
from models.interests.arena import UserArena
from models.interests.kernels.attention import CONTENT, features
from models.interests.kernels.attention import attend as share_out
from models.interests.kernels.masses import mass_at
from models.interests.kernels.types import FEATURES, Rows, Rules
from models.interests.options import InterestOptions
from models.kernels.vectors import product
from schemas.rows.user import SLOTS
from schemas.vectors import DIMENSIONS

MASS_ALONE = np.eye(FEATURES)[0]


class Context(NamedTuple):
    """The moment that attention is asked for.

    hours (m,) uint8: four-hour bin of the local day, 0 to 5. devices (m,) uint8: 0 unknown, 1 mobile, 2 desktop, 3
    other. content (m, 128) float32: unit vectors of what is looked at or asked for, or (0, 128) for nothing.
    """

    hours: NDArray[np.uint8]
    devices: NDArray[np.uint8]
    content: NDArray[np.float32]


class Attention(NamedTuple):
    """Users' interests as of the time of their latest behavior.

    used (m, 8) bool: which interests exist. masses, shorts, turned (m, 8) float64: decayed. shares (m, 8) float64: a
    softmax over the interests that have mass and are not muted, that sums to 1; all 0 for a user without any. units
    (m, 8, 128) float32: directions of unit length. ready (m, 128) float32: the sum of units by shares.
    """

    used: NDArray[np.bool_]
    masses: NDArray[np.float64]
    shorts: NDArray[np.float64]
    turned: NDArray[np.float64]
    shares: NDArray[np.float64]
    units: NDArray[np.float32]
    ready: NDArray[np.float32]


def attend(
    arena: UserArena,
    slots: NDArray[np.int64],
    options: InterestOptions,
    rules: Rules,
    context: Context | None = None,
) -> Attention:
    """The attention of these users: a softmax of theta . f over their interests.

    f of an interest is as kernels.attention.features gives it, and its cosine to the content; what else counts is said
    at kernels.attention.attend. theta is learned or, with options.attention "mass", makes shares of proven interests
    proportional to mass at temperature 1.

    Args: context: None for that of each user's latest behavior, without content.
    """
    theta = weights_of_features(arena, options)
    attention = empty_attention(len(slots))
    attend_each(arena.arrays, slots, rules, context or latest(arena, slots), theta, attention)
    return attention


def weights_of_features(arena: UserArena, options: InterestOptions) -> NDArray[np.float64]:
    """theta (6,): learned or, with options.attention "mass", such that shares of proven interests follow mass."""
    if options.attention == "learned":
        theta: NDArray[np.float64] = arena.arrays.learned["theta"][0]
        return theta
    return MASS_ALONE / options.temperature


def latest(arena: UserArena, slots: NDArray[np.int64]) -> Context:
    """The context of these users' latest behaviors, without content."""
    hours, devices = arena.head["hour"][slots], arena.head["device"][slots]
    return Context(hours, devices, np.zeros((0, DIMENSIONS), np.float32))


def empty_attention(m: int) -> Attention:
    """Room for the attention of m users."""
    return Attention(
        used=np.empty((m, SLOTS), np.bool_),
        masses=np.empty((m, SLOTS)),
        shorts=np.empty((m, SLOTS)),
        turned=np.empty((m, SLOTS)),
        shares=np.empty((m, SLOTS)),
        units=np.empty((m, SLOTS, DIMENSIONS), np.float32),
        ready=np.empty((m, DIMENSIONS), np.float32),
    )


@making_kernel
def attend_each(
    rows: Rows,
    slots: NDArray[np.int64],
    rules: Rules,
    context: Context,
    theta: NDArray[np.float64],
    attention: Attention,
) -> None:
    """Fills attention. Tuples are taken apart before the loop, since every access to an array in one is counted."""
    heads, all_rings, metas, directions = rows.head, rows.rings, rows.meta, rows.directions
    hours, devices, content = context
    used, masses, shorts, all_turned, shares, units, ready = attention
    found = np.empty((SLOTS, FEATURES))
    for j in range(slots.shape[0]):
        head, interests = heads[slots[j]], metas[slots[j]]
        competing = features(
            head, all_rings[slots[j]], interests, head.at, np.int64(hours[j]), np.int64(devices[j]), rules, found
        )
        shares[j] = 0.0
        for s in range(SLOTS):
            used[j, s] = head.used >> s & 1 != 0
            if not used[j, s]:
                masses[j, s] = shorts[j, s] = all_turned[j, s] = 0.0
                units[j, s] = 0.0
                continue
            interest = interests[s]
            masses[j, s] = mass_at(interest, head.at)
            shorts[j, s] = interest.short * np.exp2((interest.at - head.at) / rules.short_half_life)
            all_turned[j, s] = interest.turned * np.exp2((interest.at - head.at) / rules.turned_half_life)
            _normalize(directions[slots[j], s], units[j, s])
            if content.shape[0]:
                found[s, CONTENT] = product(units[j, s], content[j])
        share_out(interests, competing, found, theta, head.at, rules, shares[j])
        _mix(shares[j], units[j], ready[j])


@fast_kernel
def _normalize(direction: NDArray[np.float32], unit: NDArray[np.float32]) -> None:
    square = product(direction, direction)
    scale = np.float32(1.0) / np.sqrt(square) if square > 0.0 else np.float32(0.0)
    for d in range(DIMENSIONS):
        unit[d] = direction[d] * scale


@fast_kernel
def _mix(shares: NDArray[np.float64], units: NDArray[np.float32], ready: NDArray[np.float32]) -> None:
    ready[:] = np.float32(0.0)
    for s in range(SLOTS):
        share = np.float32(shares[s])
        if share > 0.0:
            for d in range(DIMENSIONS):
                ready[d] += share * units[s, d]
