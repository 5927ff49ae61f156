"""Attention: how much each interest counts now, and the one vector that follows from it."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.interests.arena import UserArena
from models.interests.kernels import Rows
from models.interests.options import InterestOptions
from schemas.rows.user import ROWS_PER_USER, SLOTS
from schemas.vectors import DIMENSIONS


@dataclass(frozen=True)
class Attention:
    """Users' interests as of the time of their latest behavior.

    used (m, 9) bool: which interests exist, in place 8 what is unwanted. masses (m, 9) float64, decayed. shares (m, 8)
    float64: a softmax over interests that sums to 1, all 0 for a user without any. units (m, 9, 128) float32:
    directions of unit length. ready (m, 128) float32: the sum of units by shares.
    """

    used: NDArray[np.bool_]
    masses: NDArray[np.float64]
    shares: NDArray[np.float64]
    units: NDArray[np.float32]
    ready: NDArray[np.float32]


def attend(arena: UserArena, slots: NDArray[np.int64], options: InterestOptions) -> Attention:
    """The attention of these users: softmax of log(decayed mass) / temperature."""
    m = len(slots)
    attention = Attention(
        used=np.zeros((m, ROWS_PER_USER), np.bool_),
        masses=np.zeros((m, ROWS_PER_USER)),
        shares=np.zeros((m, SLOTS)),
        units=np.zeros((m, ROWS_PER_USER, DIMENSIONS), np.float32),
        ready=np.zeros((m, DIMENSIONS), np.float32),
    )
    logs = np.full((m, SLOTS), -np.inf)
    _read(arena.arrays, slots, options.half_life, attention.used, attention.masses, logs, attention.units)
    _share(logs / options.temperature, attention.units, attention.shares, attention.ready)
    return attention


@njit(nogil=True, cache=True)
def _read(
    rows: Rows,
    slots: NDArray[np.int64],
    half_life: float,
    used: NDArray[np.bool_],
    masses: NDArray[np.float64],
    logs: NDArray[np.float64],
    units: NDArray[np.float32],
) -> None:
    for j in range(slots.shape[0]):
        head = rows.head[slots[j]]
        for s in range(ROWS_PER_USER):
            if not head.used >> s & 1:
                continue
            interest = rows.meta[slots[j], s]
            halvings = (head.at - interest.at) / half_life
            used[j, s] = True
            masses[j, s] = interest.mass * np.exp2(-halvings)
            if s < SLOTS:
                logs[j, s] = np.log(max(interest.mass, 1e-300)) - halvings * np.log(2.0)
            _normalize(rows.directions[slots[j], s], units[j, s])


@njit(nogil=True, cache=True, fastmath=True)
def _normalize(direction: NDArray[np.float32], unit: NDArray[np.float32]) -> None:
    square = np.float32(0.0)
    for d in range(DIMENSIONS):
        square += direction[d] * direction[d]
    if square > 0.0:
        scale = np.float32(1.0) / np.sqrt(square)
        for d in range(DIMENSIONS):
            unit[d] = direction[d] * scale


@njit(nogil=True, cache=True)
def _share(
    logits: NDArray[np.float64],
    units: NDArray[np.float32],
    shares: NDArray[np.float64],
    ready: NDArray[np.float32],
) -> None:
    for j in range(logits.shape[0]):
        greatest = np.max(logits[j])
        if greatest == -np.inf:
            continue
        for s in range(SLOTS):
            shares[j, s] = np.exp(logits[j, s] - greatest)
        shares[j] /= np.sum(shares[j])
        for s in range(SLOTS):
            share = np.float32(shares[j, s])
            if share > 0.0:
                for d in range(DIMENSIONS):
                    ready[j, d] += share * units[j, s, d]
