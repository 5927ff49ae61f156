"""Slow kernel: assignment, decay, attention and negatives of one user in plain numpy, one behavior at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.interests.arena import UserArena
from models.interests.kernels.types import Columns, Rules
from schemas.rows.user import NO_INTEREST, RECENTS

RECENT_DECAY = 0.7
LEARNED_FEATURES = 5


@dataclass
class Learned:
    """theta, squares (6,)."""

    theta: NDArray[np.float64]
    squares: NDArray[np.float64]


@dataclass
class SlowUser:
    """Eight proven interests: each array has a row for each; recents: the latest behaviors' interests, latest last."""

    masses: NDArray[np.float64]
    shorts: NDArray[np.float64]
    turned: NDArray[np.float64]
    at: NDArray[np.float64]
    half_lives: NDArray[np.float64]
    hours: NDArray[np.float64]
    devices: NDArray[np.float64]
    directions: NDArray[np.float64]
    recents: list[int]


def slow_user(arena: UserArena, slot: int) -> SlowUser:
    """The arena's user."""
    meta, rings = arena.meta[slot], arena.rings[slot]
    names = ("mass", "short", "turned", "at", "half_life", "hours", "devices")
    columns = [meta[name].astype(np.float64) for name in names]
    order = (np.arange(RECENTS) + int(arena.head["recents_next"][slot])) % RECENTS
    there = rings["at"].reshape(-1)[order] > 0
    recents = rings["interests"].reshape(-1)[order][there].tolist()
    return SlowUser(*columns, arena.directions[slot].astype(np.float64), recents)


def slow_step(user: SlowUser, learned: Learned, columns: Columns, j: int, rules: Rules) -> None:
    """Applies behavior j, whose vector must be near to one of the interests."""
    vector = columns.vectors[columns.vector_rows[j]].astype(np.float64)
    weight, at = float(columns.weights[j]), float(columns.at[j])
    lengths = np.sqrt((user.directions**2).sum(1))
    slot = int(np.argmax(user.directions @ vector / lengths))
    if weight > 0.0:
        features = attention_features(user, at, int(columns.hours[j]), int(columns.devices[j]), rules)
        turned = user.turned * 2.0 ** ((user.at - at) / rules.turned_half_life)
        shares = softmax(features @ learned.theta - rules.turned_penalty * turned)
        learn(learned, features, shares, slot, rules)
    decay(user, slot, at, rules)
    half_life = user.half_lives[slot] if weight > 0.0 else rules.turned_half_life
    added = abs(weight) * 2.0 ** ((at - user.at[slot]) / half_life)
    whole = user.masses[slot] + user.turned[slot] + added
    user.directions[slot] += added / whole * (vector - user.directions[slot])
    if weight > 0.0:
        user.masses[slot] += added
        user.shorts[slot] += weight * 2.0 ** ((at - user.at[slot]) / rules.short_half_life)
        user.hours[slot, columns.hours[j]] += 1
        if columns.devices[j]:
            user.devices[slot, columns.devices[j] - 1] += 1
    else:
        user.turned[slot] = min(user.turned[slot] + added, rules.turned_limit)
    user.recents = [*user.recents, slot][-RECENTS:]


def attention_features(user: SlowUser, at: float, hour: int, device: int, rules: Rules) -> NDArray[np.float64]:
    """What interests compete by (8, 6)."""
    masses = user.masses * 2.0 ** ((user.at - at) / user.half_lives)
    shorts = user.shorts * 2.0 ** ((user.at - at) / rules.short_half_life)
    recents = np.zeros(len(masses))
    known = [slot for slot in reversed(user.recents) if slot != NO_INTEREST]
    np.add.at(recents, known, RECENT_DECAY ** np.arange(len(known)))
    columns = [np.log(masses + 1e-9), np.log(shorts + 0.01), recents, lift(user.hours, hour)]
    columns.append(lift(user.devices, device - 1) if device else np.zeros(len(masses)))
    return np.stack([*columns, np.zeros(len(masses))], axis=1)


def lift(counts: NDArray[np.float64], place: int) -> NDArray[np.float64]:
    """How much likelier each interest (8,) is in this place than in any, as a logarithm."""
    kinds = counts.shape[1]
    return np.log(kinds * (counts[:, place] + 1.0) / (counts.sum(1) + kinds))


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares that sum to 1."""
    grown = np.exp(logits - logits.max())
    return grown / grown.sum()


def learn(learned: Learned, features: NDArray, shares: NDArray, slot: int, rules: Rules) -> None:
    """One step of Adagrad."""
    gradient = (features[slot] - shares @ features)[:LEARNED_FEATURES]
    learned.squares[:LEARNED_FEATURES] += gradient**2
    step = rules.learning_rate * gradient / np.sqrt(learned.squares[:LEARNED_FEATURES])
    learned.theta[:LEARNED_FEATURES] = np.clip(learned.theta[:LEARNED_FEATURES] + step, [0.05, *[-5.0] * 4], 5.0)


def decay(user: SlowUser, slot: int, at: float, rules: Rules) -> None:
    """Moves one interest to a later time."""
    age = max(at - user.at[slot], 0.0)
    user.masses[slot] *= 2.0 ** (-age / user.half_lives[slot])
    user.shorts[slot] *= 2.0 ** (-age / rules.short_half_life)
    user.turned[slot] *= 2.0 ** (-age / rules.turned_half_life)
    user.at[slot] += age
