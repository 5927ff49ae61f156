"""A user stored in golden rows is the same user in the arena, and is stored in the same rows again."""

from dataclasses import replace

import numpy as np

from models.interests.arena import UserArena
from schemas.rows import keys
from tests.golden.examples import HEAD, INTEREST, SEEN, USER_ROWS, write_interest
from tests.golden.files import kept_bytes

EVERY_ROW = np.uint32(2**32 - 1)


def golden_rows() -> dict[bytes, bytes]:
    """All rows of one user by key: the golden ones, and interests 0 and 3 to go with the head's `used`."""
    head, unwanted, seen = (kept_bytes(example) for example in USER_ROWS)
    rows = {keys.HEAD: head, keys.INTEREST + b"\x08": unwanted}
    rows |= {keys.INTEREST + bytes([slot]): write_interest(replace(INTEREST, slot=slot)) for slot in (0, 3)}
    rows |= {keys.SEEN + bytes([chunk]): seen for chunk in range(3)}
    return {keys.owner_prefix("user-1") + place: row for place, row in rows.items()}


def test_golden_rows_are_loaded_and_taken_back_byte_for_byte():
    rows = golden_rows()
    arena = UserArena()
    slot = arena.load("user-1", rows.items())
    arena.changed[slot] = EVERY_ROW
    taken = dict(arena.take_rows(np.array([slot])))
    assert {key: row for key, row in taken.items() if row is not None} == rows


def test_golden_rows_mean_the_same_user():
    arena = UserArena()
    slot = arena.load("user-1", golden_rows().items())
    head = arena.head[slot]
    assert head["behaviors"] == HEAD.behaviors
    assert head["event_ids"].tolist() == list(HEAD.event_ids)
    assert head["recent_at"].tolist() == list(HEAD.recent_at)
    assert arena.meta["mass"][slot].tolist() == [6.5, 0, 0, 6.5, 0, 0, 0, 0, 6.5]
    assert arena.directions[slot, 8].tolist() == list(INTEREST.vector)
    assert arena.seen[slot].tolist() == list(SEEN) * 3
