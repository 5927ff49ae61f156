"""Merging: two histories become what one would have been that held the behaviors of both."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.catalog.prints import item_print
from models.interests.arena import UserArena
from models.interests.merging import event_prints, is_named, merge, name, withdraw
from models.interests.options import InterestOptions
from models.step import StepOptions
from schemas.behaviors import Behavior
from schemas.errors import SchemaError, UnknownVersionError
from schemas.ids import fingerprint
from schemas.rows import keys
from schemas.rows.user import EVENT_IDS, MUTED, NO_INTEREST, PROVEN, RECENTS, SLOTS
from tests.models.builders import DAY, HOUR, NOON, behavior, catalog_of, deliver, state_of, unit_vectors
from tests.models.interests.twin import had

ITEMS = 60
CATALOG = catalog_of(unit_vectors(ITEMS, topics=6))
PRINTS = [item_print(f"item-{number}") for number in range(ITEMS)]
# Fixed half-lives and no limit to behaviors at machine pace, without which masses add only nearly.
OPTIONS = StepOptions(interests=InterestOptions(adaptive_half_life=False, burst=1e6, repeat_span=0.0))
LAWS = OPTIONS.laws_in(CATALOG)
KINDS = ("view", "click", "add_to_cart", "purchase", "like", "identify")
U, V = "ann", "visitor"


@st.composite
def pairs(draw: st.DrawFn, most: int = 30) -> tuple[list[Behavior], list[Behavior]]:
    """What a user and a visitor did within some days, in the order of event time, none of it on an item again."""
    parts: tuple[list[Behavior], list[Behavior]] = ([], [])
    items, at = draw(st.permutations(range(ITEMS))), NOON
    steps = st.tuples(st.booleans(), st.sampled_from(KINDS), st.sampled_from([0.0, 1.0, HOUR, DAY / 2]))
    for number, (mine, kind, pause) in enumerate(draw(st.lists(steps, max_size=most))):
        at += pause
        owner, item_id = U if mine else V, f"item-{items[number]}"
        parts[not mine].append(behavior(kind, item_id, at, user_id=owner, event_id=f"{number}"))
    return parts


def arena_of(*parts: Sequence[Behavior]) -> UserArena:
    arena = UserArena(1)
    arena.add([U, V])
    for behaviors in parts:
        if behaviors:
            deliver(arena, CATALOG, behaviors, OPTIONS)
    return arena


def merged(mine: Sequence[Behavior], others: Sequence[Behavior], into: str = U) -> UserArena:
    """An arena in which the one's history has become part of the other's."""
    arena = arena_of(mine, others)
    other = V if into == U else U
    merge(arena, arena.slot_of(into), withdraw(arena, arena.slot_of(other)), LAWS)
    return arena


def as_one(mine: Sequence[Behavior], others: Sequence[Behavior]) -> UserArena:
    """The slow twin: one user did all of it in the order of event time; of the same second, `mine` first."""
    everything = sorted([*mine, *others], key=lambda one: one.at)
    renamed = [behavior(one.type, one.item_id, one.at, event_id=one.event_id) for one in everything]
    return arena_of(renamed)


def whole_mass(arena: UserArena, slot: int) -> float:
    meta, at = arena.meta[slot], arena.head["at"][slot]
    left = np.exp2((meta["at"] - at) / np.where(meta["half_life"] > 0, meta["half_life"], 1.0))
    return float(np.sum(meta["mass"] * left))


def recents_of(arena: UserArena, slot: int) -> list[tuple[int, int, int]]:
    """Times, items and types of recent behaviors, the oldest first."""
    rings, following = arena.rings[slot], int(arena.head["recents_next"][slot])
    columns = [np.roll(rings[column].ravel(), -following).tolist() for column in ("at", "items", "types")]
    return [one for one in zip(*columns, strict=True) if one[0]]


def in_turn(mine: list[int], others: list[int]) -> list[int]:
    """The latest of both lists, one of each in turn, the oldest first."""
    turns = zip_longest(reversed(mine), reversed(others))
    return [one for pair in turns for one in pair if one is not None][:EVENT_IDS][::-1]


# -- laws


@settings(max_examples=60, deadline=None)
@given(pairs(), st.sampled_from([U, V]))
def test_merging_counts_and_weighs_as_if_both_had_been_seen_in_event_time(pair, into: str):
    found, wanted = merged(*pair, into=into), as_one(*(pair if into == U else pair[::-1]))
    slot, twin = found.slot_of(into), wanted.slot_of(U)
    for field in ("behaviors", "id_sum", "id_xor", "at"):
        assert found.head[field][slot] == wanted.head[field][twin], field
    assert found.new_behaviors[slot] == wanted.new_behaviors[twin]
    for field in ("type_mass", "category_mass"):
        np.testing.assert_allclose(found.head[field][slot], wanted.head[field][twin], rtol=1e-5, atol=1e-12)
    np.testing.assert_allclose(whole_mass(found, slot), whole_mass(wanted, twin), rtol=1e-6)
    assert had(found, PRINTS, slot) == had(wanted, PRINTS, twin)
    assert sorted(recents_of(found, slot)) == sorted(recents_of(wanted, twin))
    assert [one[0] for one in recents_of(found, slot)] == [one[0] for one in recents_of(wanted, twin)]


@settings(max_examples=60, deadline=None)
@given(pairs(most=60))
def test_event_ids_are_the_latest_of_both(pair):
    arena = arena_of(*pair)
    mine, others = (event_prints(arena, arena.slot_of(owner)) for owner in (U, V))
    assert mine == [fingerprint(one.event_id) & (2**48 - 1) for one in pair[0]][-EVENT_IDS:]
    merge(arena, 0, withdraw(arena, 1), LAWS)
    assert event_prints(arena, 0) == in_turn(mine, others)
    sent_again = [*pair[0][-16:], *(behavior(o.type, o.item_id, o.at, event_id=o.event_id) for o in pair[1][-16:])]
    if sent_again:
        assert deliver(arena, CATALOG, sent_again, OPTIONS).duplicates == len(sent_again)


@settings(max_examples=60, deadline=None)
@given(pairs(most=60))
def test_what_is_stored_of_the_merged_is_what_is_in_memory(pair):
    arena = arena_of(*pair)
    stored = dict(arena.take_rows(np.array([0, 1])))
    merge(arena, 0, withdraw(arena, 1), LAWS)
    stored |= dict(arena.take_rows(np.array([0, 1])))
    left = [(key, row) for key, row in stored.items() if row is not None]
    assert {keys.owner_of(key) for key, _ in left} <= {U}
    again = UserArena(1)
    again.load(U, left)
    arena.directions[:] = arena.directions.astype(np.float16)
    assert state_of(again, U) == state_of(arena, U)


@settings(max_examples=30, deadline=None)
@given(pairs(most=60))
def test_recent_behaviors_name_interests_that_are_there(pair):
    arena = merged(*pair)
    used = int(arena.head["used"][0])
    on = arena.rings["interests"][0][arena.rings["at"][0] > 0]
    assert all(slot == NO_INTEREST or used >> slot & 1 for slot in on.tolist())
    assert used.bit_count() <= SLOTS
    assert all(used >> slot & 1 for slot in range(SLOTS) if int(arena.head["session_interests"][0]) >> slot & 1)


# -- interests


def directed(arena: UserArena, owner: str, *numbers: int, **fields: float) -> None:
    """Gives an owner interests in these directions, each of mass 1."""
    slot = arena.slot_of(owner)
    for place, number in enumerate(numbers):
        arena.meta[slot, place] = np.zeros((), arena.meta.dtype)
        row = arena.meta[slot, place]
        row["version"], row["slot"], row["id"], row["at"], row["half_life"] = 1, place, place, NOON, 30 * DAY
        row["mass"], row["behaviors"], row["flags"] = 1.0, 3, PROVEN
        for field, value in fields.items():
            row[field] = value
        arena.directions[slot, place] = direction(number)
    arena.head["used"][slot] = (1 << len(numbers)) - 1
    arena.head["next_interest"][slot] = len(numbers)
    arena.head["at"][slot], arena.head["version"][slot] = NOON, 1


def direction(number: int) -> NDArray[np.float32]:
    return np.eye(1, 128, number, dtype=np.float32)[0]


def joined(arena: UserArena) -> NDArray[np.void]:
    merge(arena, 0, withdraw(arena, 1), LAWS)
    return arena.meta[0][[bool(int(arena.head["used"][0]) >> slot & 1) for slot in range(SLOTS)]]


def test_the_same_interest_of_both_becomes_one():
    arena = arena_of()
    directed(arena, U, 1, 2)
    directed(arena, V, 2, 3, mass=2.0)
    interests = joined(arena)
    assert interests["mass"].tolist() == [1.0, 3.0, 2.0]
    assert interests["behaviors"].tolist() == [3, 6, 3]
    assert interests["id"].tolist() == [0, 1, 2]


def test_an_interest_on_probation_stays_on_it():
    arena = arena_of()
    directed(arena, V, 1, flags=0)
    assert joined(arena)["flags"].tolist() == [0]


def test_what_the_visitor_muted_is_muted():
    arena = arena_of()
    directed(arena, U, 1)
    directed(arena, V, 1, 2, flags=PROVEN | MUTED)
    assert (joined(arena)["flags"] & MUTED).tolist() == [MUTED, MUTED]


def test_of_too_many_interests_the_weakest_join_their_nearest():
    arena = arena_of()
    directed(arena, U, *range(6))
    directed(arena, V, *range(6, 12), mass=4.0)
    interests = joined(arena)
    assert len(interests) == SLOTS
    assert interests["mass"].sum() == pytest.approx(6 * 1.0 + 6 * 4.0)
    assert interests["behaviors"].sum() == 36


def test_reasons_are_the_heaviest_of_both():
    arena = arena_of()
    directed(arena, U, 1)
    directed(arena, V, 1)
    for slot, items, masses in ((0, (1, 2, 3), (0.5, 0.3, 0.1)), (1, (3, 4, 5), (0.3, 0.6, 0.05))):
        arena.meta["evidence"][slot, 0], arena.meta["evidence_mass"][slot, 0] = items, masses
    (interest,) = joined(arena)
    found = dict(zip(interest["evidence"].tolist(), interest["evidence_mass"].tolist(), strict=True))
    assert set(found) == {1, 3, 4} or set(found) == {1, 2, 4}
    assert found[1] == pytest.approx(0.5)
    assert found[4] == pytest.approx(0.6)


def test_co_occurring_interests_of_the_visitor_still_do():
    arena = arena_of()
    directed(arena, U, 2)
    directed(arena, V, 1, 2)
    arena.meta["together"][1, 0, 1] = 5
    interests = joined(arena)
    assert interests["together"][:, :2].tolist() == [[0, 0], [5, 0]]


# -- what else is known


def test_what_both_turned_away_adds_up_and_the_latest_impression_stays():
    arena = arena_of()
    for slot, at, mass in ((0, NOON, 2.0), (1, NOON - 14 * DAY, 4.0)):
        feedback = arena.feedback[slot]
        feedback["version"], feedback["turned_at"], feedback["shown_at"] = 1, at, at
        feedback["turned"][0], feedback["turned_mass"][0], feedback["shown"][0] = 77, mass, slot + 1
        arena.head["at"][slot], arena.head["version"][slot] = at, 1
    merge(arena, 0, withdraw(arena, 1), LAWS)
    feedback = arena.feedback[0]
    assert (feedback["turned"][0], feedback["shown"][0]) == (77, 1)
    assert feedback["turned_mass"][0] == pytest.approx(4.0)


def test_the_items_a_visitor_had_are_not_offered_to_the_user():
    pair = ([behavior("purchase", "item-1")], [behavior("purchase", "item-2", user_id=V)])
    assert had(merged(*pair), PRINTS, 0) == PRINTS[1:3]


def test_a_visitor_of_whom_nothing_but_event_ids_is_known_changes_no_count():
    search = behavior("search", text="tea", user_id=V)
    arena = arena_of([behavior("view", "item-1")], [search])
    merge(arena, 0, withdraw(arena, 1), LAWS)
    assert (arena.head["behaviors"][0], arena.new_behaviors[0]) == (1, 1)
    assert fingerprint(search.event_id) & (2**48 - 1) in event_prints(arena, 0)


# -- taking


def test_withdrawn_users_are_gone():
    arena = arena_of([behavior("view", "item-1")], [behavior("purchase", "item-2", user_id=V)])
    before = {key for key, row in arena.take_rows(np.array([1])) if row is not None}
    withdraw(arena, 1)
    after = dict(arena.take_rows(np.array([1])))
    assert set(after) >= before
    assert set(after.values()) == {None}
    assert (arena.new_behaviors[1], arena.head["version"][1]) == (0, 0)


def test_who_was_named_is_known_until_forgotten():
    arena = arena_of([behavior("view", "item-1")])
    name(arena, np.array([0]))
    again = UserArena(1)
    again.load(U, [(key, row) for key, row in arena.take_rows(np.array([0])) if row is not None])
    assert is_named(again, 0)
    assert not is_named(arena, 1)
    again.forget(np.array([0]))
    assert not is_named(again, 0)


@pytest.mark.parametrize(
    ("row", "error"),
    [((b"h", b"\x09"), UnknownVersionError), ((b"h", b"\x01"), SchemaError), ((b"?", b""), SchemaError)],
)
def test_a_history_that_cannot_be_read_changes_nothing(row: tuple[bytes, bytes], error: type[SchemaError]):
    arena = arena_of([behavior("view", "item-1")])
    before = state_of(arena, U)
    with pytest.raises(error):
        merge(arena, 0, [row], LAWS)
    assert state_of(arena, U) == before


def test_all_of_a_long_history_is_kept_that_is_bounded_by_its_rows():
    history = [behavior("view", f"item-{number % ITEMS}", NOON + number * HOUR, user_id=V) for number in range(100)]
    arena = merged([], history)
    twin = arena_of([], history)
    assert recents_of(arena, 0) == recents_of(twin, 1)
    assert len(recents_of(arena, 0)) == RECENTS
    assert event_prints(arena, 0) == event_prints(twin, 1)
    np.testing.assert_allclose(whole_mass(arena, 0), whole_mass(twin, 1), rtol=1e-9)
