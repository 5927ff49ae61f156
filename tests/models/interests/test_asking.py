"""Asking: clauses of requests change interests at once, and mutes hold until they are lifted."""

from dataclasses import replace

import numpy as np
import pytest

from models.interests.arena import UserArena
from models.interests.kernels.asking import FORGET, LESS, MORE, MUTE, UNMUTE
from schemas.rows.user import ASKED, MUTED, PROVEN, SLOTS
from tests.models.builders import DAY, NOON
from tests.models.interests.acts import OPTIONS, VECTORS, Clause, act, facets_of, laws
from tests.models.interests.twin import ANN, arena_after, receive, say

REQUEST = OPTIONS.types["request"].weight
LAWS = laws(replace(OPTIONS, adaptive_half_life=False))
LATER = NOON + DAY


def viewer(*items: int) -> UserArena:
    """Who viewed these items, one of each topic, so that interest n is the n-th one's."""
    return arena_after([act("view", NOON, item) for item in items], LAWS)


def flags(arena: UserArena) -> list[int]:
    used = int(arena.head["used"][ANN])
    return [int(arena.meta["flags"][ANN, s]) for s in range(SLOTS) if used >> s & 1]


def categories(arena: UserArena) -> dict[int, float]:
    """Masses of categories by print."""
    head = arena.head[ANN]
    masses = dict(zip(head["categories"].tolist(), head["category_mass"].tolist(), strict=True))
    return {category: mass for category, mass in masses.items() if category}


def test_more_of_a_known_thing_makes_its_interest_stronger_and_takes_back_what_spoke_against_it():
    arena = viewer(1, 2)
    say(arena, Clause(LESS, 1, NOON), LAWS)
    say(arena, Clause(MORE, 13, LATER), LAWS)
    first = arena.meta[ANN, 0]
    assert first["mass"] == pytest.approx(0.5 * 2 ** (-1 / 30) + REQUEST)
    assert (first["turned"], first["flags"], first["asked_at"]) == (0.0, ASKED | PROVEN, LATER)
    assert flags(arena)[1:] == [0]


def test_more_of_a_new_thing_is_an_interest_at_once():
    arena = viewer(1)
    say(arena, Clause(MORE, 2, LATER), LAWS)
    asked = arena.meta[ANN, 1]
    assert (asked["mass"], asked["short"], asked["flags"]) == (REQUEST, REQUEST, ASKED | PROVEN)
    np.testing.assert_array_equal(arena.directions[ANN, 1], VECTORS[1])


def test_less_halves_the_interest_and_turns_it_away_within_the_limit():
    arena = viewer(1, 2)
    for _ in range(3):
        say(arena, Clause(LESS, 13, NOON), LAWS)
    first, second = arena.meta[ANN, :2]
    assert (first["mass"], first["evidence_mass"][0], first["short"]) == (0.125, 0.125, 0.125)
    assert first["turned"] == OPTIONS.turned_limit
    assert (second["mass"], second["turned"]) == (1.0, 0.0)


def test_less_of_a_new_thing_is_remembered_as_turned_away():
    arena = viewer(1)
    say(arena, Clause(LESS, 2, LATER), LAWS)
    assert (arena.meta["mass"][ANN, 1], arena.meta["turned"][ANN, 1]) == (0.0, REQUEST)


def test_less_spares_what_the_same_request_asked_for():
    arena = viewer(1)
    say(arena, Clause(MORE, 1, LATER), LAWS)
    whole = float(arena.meta["mass"][ANN, 0])
    say(arena, Clause(LESS, 13, LATER), LAWS)
    assert (arena.meta["mass"][ANN, 0], arena.meta["turned"][ANN, 0]) == (whole, 0.0)
    say(arena, Clause(LESS, 13, LATER + 60), LAWS)
    assert arena.meta["mass"][ANN, 0] < whole


def test_forgetting_clears_the_interest_and_nothing_else():
    arena = viewer(1, 2)
    say(arena, Clause(FORGET, 13, LATER), LAWS)
    assert arena.head["used"][ANN] == 0b10
    assert not arena.meta[ANN, 0].tobytes().strip(b"\0")
    assert not arena.directions[ANN, 0].any()
    assert arena.rings["interests"][ANN, 0, :2].tolist() == [255, 1]
    say(arena, Clause(FORGET, 5, LATER), LAWS)
    assert arena.head["used"][ANN] == 0b10


def test_forgetting_takes_the_interests_part_of_categories_away_and_no_other():
    arena = viewer(1, 13, 25, 37, 2)
    kept = categories(arena)[facets_of(2)[0]]
    assert categories(arena)[facets_of(1)[0]] > 3 * kept
    say(arena, Clause(FORGET, 1, LATER), LAWS)
    assert categories(arena) == {facets_of(2)[0]: kept}
    receive(arena, [act("view", LATER, 1)], LAWS)
    assert categories(arena)[facets_of(1)[0]] == 1.0


def test_muting_holds_a_known_interest_or_a_new_place():
    arena = viewer(1)
    say(arena, Clause(MUTE, 13, LATER), LAWS)
    say(arena, Clause(MUTE, 2, LATER), LAWS)
    assert flags(arena) == [MUTED, MUTED]
    assert arena.meta["mass"][ANN, :2].tolist() == [1.0, 0.0]
    say(arena, Clause(UNMUTE, 1, LATER), LAWS)
    assert flags(arena) == [0, MUTED]
    say(arena, Clause(UNMUTE, 2, LATER), LAWS)
    assert arena.head["used"][ANN] == 0b1


def test_a_mute_turns_the_nearest_interest_halfway_toward_the_words_and_no_other():
    arena = viewer(1, 2)
    say(arena, Clause(MUTE, 13, LATER), LAWS)
    np.testing.assert_allclose(arena.directions[ANN, 0], (VECTORS[0] + VECTORS[12]) / 2, atol=1e-6)
    np.testing.assert_array_equal(arena.directions[ANN, 1], VECTORS[1])
    say(arena, Clause(MUTE, 25, LATER), LAWS)
    np.testing.assert_allclose(arena.directions[ANN, 0], (VECTORS[0] + VECTORS[12]) / 2, atol=1e-6)


@pytest.mark.parametrize("polarity", [MORE, LESS, FORGET])
def test_no_other_wish_lifts_a_mute(polarity):
    arena = viewer(1)
    say(arena, Clause(MUTE, 1, NOON), LAWS)
    before = arena.meta[ANN, 0].copy()
    say(arena, Clause(polarity, 1, LATER), LAWS)
    assert arena.meta[ANN, 0] == before


def test_a_mute_and_its_lifting_may_be_said_by_an_item():
    arena = arena_after([act("view", NOON, 1), act("mute", LATER, 13)], LAWS)
    assert flags(arena) == [MUTED]
    arena = arena_after([act("view", NOON, 1), act("mute", LATER, 13), act("unmute", LATER, 1)], LAWS)
    assert flags(arena) == [0]


def test_two_places_are_never_muted_and_the_oldest_mute_is_lifted_first():
    arena = viewer(*range(1, SLOTS + 1))
    for n in range(SLOTS):
        say(arena, Clause(MUTE, 1 + n, NOON + n), LAWS)
    assert flags(arena) == [0, 0] + [MUTED] * (SLOTS - 2)
    say(arena, Clause(MUTE, SLOTS + 1, LATER), LAWS)
    assert sum(flag & MUTED != 0 for flag in flags(arena)) == SLOTS - 2


def test_what_is_muted_never_gives_way_or_merges():
    arena = viewer(1)
    say(arena, Clause(MUTE, 1, NOON), LAWS)
    for n in range(44):
        say(arena, Clause(MORE, 2 + n % 11, NOON + n), LAWS)
    assert arena.head["used"][ANN] == (1 << SLOTS) - 1
    assert (arena.meta["id"][ANN, 0], arena.meta["flags"][ANN, 0]) == (0, MUTED)


def test_what_was_said_is_among_the_recent_behaviors():
    arena = viewer(1)
    say(arena, Clause(MORE, 2, LATER), LAWS)
    ring = arena.rings[ANN, 0]
    assert (ring["items"][1], ring["at"][1], ring["interests"][1]) == (0, LATER, 1)
