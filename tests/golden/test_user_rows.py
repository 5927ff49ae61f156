"""A user stored in golden rows is the same user in the arena, and is stored in the same rows again."""

from dataclasses import replace

import numpy as np
import pytest

from models.interests.arena import UserArena
from models.interests.kernels.seen import has_seen
from models.interests.kernels.types import ALL_CHANGED
from schemas.ids import item_print
from schemas.rows import keys
from schemas.rows.learned import read_learned
from schemas.rows.user import SEEN_CHUNK, SEEN_CHUNKS
from tests.golden.examples.rows import LEARNED, LEARNED_ROW
from tests.golden.examples.user_rows import (
    FEEDBACK,
    HAD,
    HEAD,
    INTEREST,
    RING,
    USER_ROWS,
    write_interest,
    write_seen,
)
from tests.golden.files import kept_bytes
from tests.golden.slow_rows import seen_bits


def golden_rows() -> dict[bytes, bytes]:
    """All rows of one user by key: the golden ones, and interest 0 to go with the head's `used`."""
    head, feedback, ring, interest, seen = (kept_bytes(example) for example in USER_ROWS)
    rows = {keys.HEAD: head, keys.FEEDBACK: feedback}
    rows |= {keys.RING + bytes([number]): ring for number in range(4)}
    rows |= {keys.INTEREST + b"\0": write_interest(replace(INTEREST, slot=0)), keys.INTEREST + b"\3": interest}
    rows |= {keys.SEEN + bytes([chunk]): seen for chunk in range(3)}
    return {keys.owner_prefix("user-1") + place: row for place, row in rows.items()}


def test_golden_rows_are_loaded_and_taken_back_byte_for_byte():
    rows = golden_rows()
    arena = UserArena()
    slot = arena.load("user-1", rows.items())
    arena.changed[slot] = ALL_CHANGED
    taken = dict(arena.take_rows(np.array([slot])))
    assert {key: row for key, row in taken.items() if row is not None} == rows


def test_golden_rows_mean_the_same_user():
    arena = UserArena()
    slot = arena.load("user-1", golden_rows().items())
    head, rings = arena.head[slot], arena.rings[slot]
    assert head["behaviors"] == HEAD.behaviors
    assert head["category_mass"].tolist() == list(HEAD.category_mass)
    assert rings["event_low"].tolist() == [list(RING.event_low)] * 4
    assert rings["interests"].tolist() == [list(RING.interests)] * 4
    assert arena.meta["mass"][slot].tolist() == [6.5, 0, 0, 6.5, 0, 0, 0, 0]
    assert arena.meta["evidence"][slot, 3].tolist() == list(INTEREST.evidence)
    assert arena.directions[slot, 3].tolist() == list(INTEREST.vector)
    assert arena.feedback[slot]["turned"].tolist() == list(FEEDBACK.turned)
    assert all(has_seen(arena.seen[slot], item) for item in HAD)
    others = [item_print(f"item-{number}") for number in range(5, 100)]
    assert not any(has_seen(arena.seen[slot], item) for item in others)


@pytest.mark.parametrize("item", HAD)
def test_an_item_was_had_if_all_of_its_bits_are_set(item: int):
    chunk, bits = seen_bits(item)
    for missing in (None, *bits):
        seen = np.zeros((SEEN_CHUNKS, SEEN_CHUNK), np.uint32)
        seen[chunk] = np.frombuffer(write_seen(tuple(bit for bit in bits if bit != missing)), "<u4")
        assert has_seen(seen.ravel(), item) == (missing is None)


def test_the_golden_learned_row_means_what_it_says():
    learned = read_learned(kept_bytes(LEARNED_ROW))
    assert learned["theta"][0].tolist() == list(LEARNED.theta)
    assert learned["exposure"][0].tolist() == list(LEARNED.exposure)
