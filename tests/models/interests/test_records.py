"""Interest records: what readers decode is what the state says."""

import numpy as np
import pytest
from hypothesis import given, settings

from models.interests.arena import UserArena
from models.interests.attention import attend
from models.interests.records import digest, interest_records
from models.interests.update import admit_and_apply
from schemas.behaviors import TYPE_CODES
from schemas.interests import Interest, InterestRecord, decode_interest_record
from schemas.rows.user import ROWS_PER_USER, UNWANTED
from schemas.vectors import from_bytes, to_bytes
from tests.models.builders import NOON
from tests.models.interests.acts import OPTIONS, RULES, act, columns_of, histories
from tests.models.interests.slow import Act

NAMES = ("ann", "børge", "u" * 256)


def arena_after(*histories_by_user: list[Act]) -> UserArena:
    arena = UserArena(1)
    slots = arena.add(NAMES[: len(histories_by_user)])
    for slot, acts in zip(slots.tolist(), histories_by_user, strict=True):
        admit_and_apply(arena, columns_of(acts, slot), np.ones(len(acts), np.bool_), RULES)
    return arena


def slow_record(arena: UserArena, slot: int) -> InterestRecord:
    attention = attend(arena, np.array([slot]), OPTIONS)
    head = arena.head[slot]
    interests: list[Interest | None] = [None] * ROWS_PER_USER
    for place in np.flatnonzero(attention.used[0]).tolist():
        row, mass = arena.meta[slot, place], attention.masses[0, place]
        interests[place] = Interest(
            id=int(row["id"]),
            intensity=float(mass / (1 + mass)),
            attention=0.0 if place == UNWANTED else float(attention.shares[0, place]),
            mass=float(row["mass"]),
            at=float(row["at"]),
            half_life=OPTIONS.half_life,
            behaviors=int(row["behaviors"]),
            vector=to_bytes(attention.units[0, place]),
        )
    own = tuple(interest for interest in interests[:UNWANTED] if interest)
    return InterestRecord(
        user_id=arena.owners[slot],
        at=float(head["at"]),
        behaviors=int(head["behaviors"]),
        new_behaviors=int(arena.new_behaviors[slot]),
        encoder="e",
        vector=to_bytes(attention.ready[0]) if own else None,
        interests=own,
        unwanted=interests[UNWANTED],
    )


@settings(max_examples=40, deadline=None)
@given(histories(), histories(), histories(most=3))
def test_records_packed_at_once_say_what_one_built_by_hand_says(ann, borge, third):
    arena = arena_after(ann, borge, third)
    slots = np.array([2, 0, 1])
    wanted = [slow_record(arena, slot) for slot in slots.tolist()]
    assert [decode_interest_record(data) for data in interest_records(arena, slots, "e", OPTIONS)] == wanted


def test_new_behaviors_are_counted_from_record_to_record():
    arena = arena_after([act("view", NOON, 1), act("view", NOON, 2)])
    slots = np.array([0])
    counts = []
    for _ in range(2):
        record = decode_interest_record(interest_records(arena, slots, "e", OPTIONS)[0])
        counts.append((record.behaviors, record.new_behaviors))
        admit_and_apply(arena, columns_of([act("view", NOON, 3)]), np.ones(1, np.bool_), RULES)
    assert counts == [(2, 2), (3, 1)]


def test_a_user_of_whom_nothing_is_known_has_no_vector():
    record = decode_interest_record(interest_records(arena_after([]), np.array([0]), "", OPTIONS)[0])
    assert (record.vector, record.interests, record.unwanted) == (None, (), None)


def test_intensity_is_decayed_to_the_records_time():
    arena = arena_after([act("like", NOON, 1), act("identify", NOON + OPTIONS.half_life)])
    interest = decode_interest_record(interest_records(arena, np.array([0]), "e", OPTIONS)[0]).interests[0]
    assert (interest.mass, interest.at) == (4.0, NOON)
    assert interest.intensity == pytest.approx(2 / 3)
    assert np.linalg.norm(from_bytes(interest.vector)) == pytest.approx(1.0, abs=1e-3)


def test_the_digest_counts_behaviors_and_their_ids_whatever_their_order():
    acts = [act("view", NOON, 1), act("purchase", NOON, 2), act("search", NOON)]
    one, other = digest(arena_after(acts), 0), digest(arena_after(acts[::-1]), 0)
    assert one == other
    assert (one.behaviors, one.at) == (3, NOON)
    assert [one.type_masses[TYPE_CODES[kind]] for kind in ("view", "purchase", "search")] == [1.0] * 3
    assert digest(arena_after(acts[:2]), 0).id_sum != one.id_sum
