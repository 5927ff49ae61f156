"""Merging: a visitor turns out to be a user; its history is taken from one state and becomes part of another."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from models.interests.arena import UserArena
from models.interests.kernels.histories import events_of, unite
from models.interests.kernels.types import FEEDBACK_CHANGED, HEAD_CHANGED, RING_CHANGED, SEEN_CHANGED, Laws
from schemas.rows.keys import owner_prefix
from schemas.rows.user import RINGS, SEEN_CHUNKS

NAMED_RING = 0


def name(arena: UserArena, slots: NDArray[np.int64]) -> None:
    """Remembers that these are users, since behaviors named them, and that nobody may claim them as visitors."""
    new = slots[arena.rings["named"][slots, NAMED_RING] == 0]
    arena.rings["named"][new, NAMED_RING] = 1
    arena.changed[new] |= RING_CHANGED << NAMED_RING


def is_named(arena: UserArena, slot: int) -> bool:
    """Whether this is a user, and no visitor."""
    return bool(arena.rings["named"][slot, NAMED_RING])


def event_prints(arena: UserArena, slot: int) -> list[int]:
    """The low 48 bits of the fingerprints of the last 32 events received, the oldest first."""
    prints: list[int] = events_of(arena.rings[slot], int(arena.head["ids_next"][slot])).tolist()
    return prints


def withdraw(arena: UserArena, slot: int) -> list[tuple[bytes, bytes]]:
    """Takes a history away: its rows, by their keys behind the owner; the user is forgotten."""
    slots = np.array([slot])
    start, unsaved = len(owner_prefix(arena.owners[slot])), arena.changed[slot]
    arena.changed[slot] = _existing(arena, slot)
    rows = [(key[start:], row) for key, row in arena.take_rows(slots) if row is not None]
    arena.changed[slot] = unsaved
    arena.forget(slots)
    return rows


def merge(arena: UserArena, slot: int, history: Iterable[tuple[bytes, bytes]], laws: Laws) -> None:
    """Adds a history to a user's own, as if one had done all of it: counts and masses add in event time.

    What is bounded keeps the latest or the heaviest of both.
    Raises: SchemaError for a row that does not fit, UnknownVersionError for one that a newer program wrote.
    """
    visitor = UserArena(1)
    prefix = owner_prefix("")
    visitor.load("", ((prefix + place, row) for place, row in history))
    unite(arena.arrays, slot, visitor.arrays, 0, laws)
    arena.touch(np.array([slot]))


def _existing(arena: UserArena, slot: int) -> int:
    """The bits of all rows that a user has."""
    head = arena.head[slot]
    bits = int(head["used"]) | HEAD_CHANGED | (RING_CHANGED << RINGS) - RING_CHANGED
    if head["seen_count"]:
        bits |= (SEEN_CHANGED << SEEN_CHUNKS) - SEEN_CHANGED
    return bits | FEEDBACK_CHANGED if arena.feedback["version"][slot] else bits
