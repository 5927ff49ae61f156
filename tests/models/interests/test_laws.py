"""Laws that hold for every history, whatever its order, its lateness and the batches that it comes in."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.interests.arena import UserArena
from models.interests.attention import attend
from models.interests.kernels.asking import FORGET, LESS, MORE, MUTE
from schemas.behaviors import BEHAVIOR_TYPES, TYPE_CODES
from schemas.rows.user import MUTED, SLOTS
from tests.models.builders import DAY, HOUR, NOON
from tests.models.interests.acts import OPTIONS, TOPICS, Clause, Life, act, facets_of, histories, laws, lives, vector_of
from tests.models.interests.slow.slots import cosine
from tests.models.interests.slow.user import Act
from tests.models.interests.twin import (
    ANN,
    Store,
    arena_after,
    event_ids,
    flush,
    led_by_kernels,
    new_arena,
    receive,
    say,
    total_mass,
    type_masses_of,
)

WANTED = ("view", "search", "click", "add_to_cart", "purchase", "like")
EXACT = laws(replace(OPTIONS, adaptive_half_life=False, floor=0.0))
JUST_ANN = np.array([ANN])
STATE = ("head", "feedback", "rings", "meta", "directions", "seen", "changed")


def once_each(history: list[Act], topics: int = TOPICS) -> list[Act]:
    """Behaviors with a vector, no two on the same item or of the same event: nothing for the limiter."""
    by_item = {a.item: a for a in history if a.vector and (a.item - 1) % TOPICS < topics}
    numbered = enumerate(by_item.values(), 1)
    return [replace(a, event_id=number, resolved=True) for number, a in numbered]


def masses_by_topic(arena: UserArena, at: float) -> dict[int, float]:
    """Masses at a time of ann's interests, by the topic that they point to."""
    found = {}
    for meta, direction in zip(arena.meta[ANN], arena.directions[ANN], strict=True):
        if meta["version"]:
            topic = max(range(TOPICS), key=lambda t: cosine(tuple(direction.tolist()), vector_of(t + 1)))
            found[topic] = float(meta["mass"] * 2.0 ** ((meta["at"] - at) / meta["half_life"]))
    return found


@settings(max_examples=60, deadline=None)
@given(histories(kinds=WANTED))
def test_masses_sum_to_their_closed_form(history):
    history = once_each(history)
    arena = arena_after(history, EXACT)
    now = float(arena.head["at"][ANN])
    wanted = sum(a.weight * 2.0 ** ((a.at - now) / OPTIONS.half_life) for a in history)
    np.testing.assert_allclose(total_mass(arena, now), wanted, rtol=1e-6)
    short = sum(a.weight * 2.0 ** ((a.at - now) / OPTIONS.short_half_life) for a in history)
    meta = arena.meta[ANN]
    np.testing.assert_allclose(
        np.sum(meta["short"] * np.exp2((meta["at"] - now) / OPTIONS.short_half_life)), short, rtol=1e-5, atol=1e-30
    )


@settings(max_examples=60, deadline=None)
@given(histories())
def test_masses_of_types_sum_to_their_closed_form(history):
    history = list({a.event_id: a for a in history if a.resolved}.values())[:30]
    arena = arena_after(history, EXACT)
    now = float(arena.head["at"][ANN])
    for code, half_life in enumerate(OPTIONS.half_lives()):
        wanted = sum(2.0 ** ((a.at - now) / half_life) for a in history if a.code == code)
        np.testing.assert_allclose(type_masses_of(arena)[code], wanted, rtol=1e-6, atol=1e-30)


def test_fading_in_a_thousand_small_steps_is_fading_at_once():
    arena = arena_after([act("purchase", NOON, 1), *(act("identify", NOON + n) for n in range(1, 2_000))], EXACT)
    wanted = 2.0 ** (-1_999 / OPTIONS.types["purchase"].half_life)
    np.testing.assert_allclose(type_masses_of(arena)[TYPE_CODES["purchase"]], wanted, rtol=1e-6)
    np.testing.assert_allclose(total_mass(arena, NOON + 1_999), 5.0 * 2.0 ** (-1_999 / OPTIONS.half_life), rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(histories(kinds=WANTED), st.randoms(use_true_random=False))
def test_late_behaviors_give_the_same_interests_as_timely_ones(history, chance):
    history = once_each(history, topics=SLOTS)
    belated = list(history)
    chance.shuffle(belated)
    timely, late = arena_after(sorted(history, key=lambda a: a.at), EXACT), arena_after(belated, EXACT)
    now = max((a.at for a in history), default=NOON)
    one, other = masses_by_topic(timely, now), masses_by_topic(late, now)
    assert one.keys() == other.keys()
    np.testing.assert_allclose([one[topic] for topic in one], [other[topic] for topic in one], rtol=1e-6)
    np.testing.assert_allclose(type_masses_of(timely), type_masses_of(late), rtol=1e-5)


def test_a_late_behavior_turns_an_interest_as_a_timely_one_does():
    early, late = act("view", NOON, 1), act("purchase", NOON + DAY, 13)
    timely, belated = arena_after([early, late], EXACT), arena_after([late, early], EXACT)
    np.testing.assert_allclose(timely.meta["mass"], belated.meta["mass"], rtol=1e-9)
    np.testing.assert_allclose(timely.directions, belated.directions, atol=1e-6)
    assert timely.head["at"][ANN] == belated.head["at"][ANN] == NOON + DAY


def test_a_late_behavior_counts_with_its_own_decayed_weight():
    half_life = OPTIONS.half_life
    arena = arena_after([act("view", NOON, 1), act("view", NOON - half_life, 13)], EXACT)
    assert arena.meta["mass"][ANN, 0] == 1.5
    assert arena.meta["at"][ANN, 0] == NOON


@settings(max_examples=30, deadline=None)
@given(histories())
def test_duplicates_change_nothing(history):
    fresh = list({a.event_id: a for a in history}.values())
    arena = arena_after(fresh)
    known = [a for a in fresh if a.event_id in event_ids(arena)]
    late = [replace(a, at=min(a.at, float(arena.head["at"][ANN]))) for a in known]
    arena.changed[:] = 0
    before = [getattr(arena, name).tobytes() for name in STATE]
    assert not any(receive(arena, late))
    assert [getattr(arena, name).tobytes() for name in STATE] == before


@settings(max_examples=40, deadline=None)
@given(lives())
def test_there_are_never_more_than_eight_interests_and_each_is_its_own(life):
    arena = led_by_kernels(life)
    store: Store = {}
    flush(arena, store)
    used = [s for s in range(SLOTS) if arena.head["used"][ANN] >> s & 1]
    assert [s for s in range(SLOTS) if arena.meta["version"][ANN, s]] == used
    assert len(set(arena.meta["id"][ANN, used].tolist())) == len(used) <= SLOTS
    assert sum(key[5:6] == b"i" for key in store) <= SLOTS
    assert (arena.meta["id"][ANN, used] < arena.head["next_interest"][ANN]).all()


def test_more_interests_than_places_lose_no_mass():
    views = [act("view", NOON, item) for item in range(1, TOPICS + 1)]
    arena = arena_after(views, EXACT)
    assert arena.head["used"][ANN] == (1 << SLOTS) - 1
    np.testing.assert_allclose(arena.meta["mass"][ANN].sum(), TOPICS)
    assert arena.meta["behaviors"][ANN].sum() == TOPICS
    assert arena.head["next_interest"][ANN] == TOPICS


@settings(max_examples=40, deadline=None)
@given(lives())
def test_attention_of_a_users_interests_sums_to_one(life):
    arena = led_by_kernels([act("identify"), *life])
    attention = attend(arena, JUST_ANN, OPTIONS, laws().rules)
    competing = (arena.meta["mass"][ANN] > 0) & (arena.meta["flags"][ANN] & MUTED == 0)
    assert (attention.shares[0] >= 0).all()
    assert not attention.shares[0, ~competing].any()
    np.testing.assert_allclose(attention.shares[0].sum(), 1.0 if competing.any() else 0.0, atol=1e-12)


@pytest.mark.parametrize("kind", ["view", "dislike"])
def test_a_behavior_of_years_ago_that_comes_late_breaks_no_number(kind):
    now = [act("view", NOON, 1), act(kind, NOON + 60.0, 1), act("view", NOON + HOUR, 2)]
    arena = arena_after(
        [*now, *(act("view", NOON - years * 365.0 * DAY, topic) for years in (5, 30) for topic in (1, 2))]
    )
    for field in ("theta", "squares", "touches", "exposure"):
        assert np.isfinite(arena.learned[field]).all(), field
    for field in ("mass", "short", "turned"):
        assert np.isfinite(arena.meta[field]).all(), field
    assert np.isfinite(arena.head["category_mass"][ANN]).all()


@settings(max_examples=40, deadline=None)
@given(lives())
def test_the_behaviors_that_an_interest_remembers_never_make_more_than_all_of_it(life):
    meta = led_by_kernels(life).meta[ANN]
    assert (meta["evidence_mass"].astype(np.float64).sum(1) <= meta["mass"] * (1 + 1e-5) + 1e-30).all()


@settings(max_examples=40, deadline=None)
@given(lives())
def test_what_is_turned_away_is_bounded_and_fades(life):
    arena = led_by_kernels(life)
    limit = OPTIONS.turned_limit
    before = np.concatenate((arena.meta["turned"][ANN], arena.feedback["turned_mass"][ANN]))
    assert ((before >= 0) & (before <= limit)).all()
    later = float(max(arena.head["at"][ANN], arena.feedback["turned_at"][ANN], NOON)) + 40 * OPTIONS.turned_half_life
    receive(arena, [act("hide", later, 1)])
    after = dict(zip(arena.feedback["turned"][ANN].tolist(), arena.feedback["turned_mass"][ANN].tolist(), strict=True))
    assert 0.0 < after.pop(1) <= 3.0
    assert 0.0 < after.pop(facets_of(1)[0]) <= 1.5
    assert max(after.values()) < limit * 2.0**-39


@settings(max_examples=50, deadline=None)
@given(lives(), st.integers(1, 47))
def test_forgetting_only_ever_takes_from_categories(life, item):
    arena = led_by_kernels([act("identify"), *life])
    before, used = arena.head[["categories", "category_mass"]][ANN].copy(), int(arena.head["used"][ANN])
    say(arena, Clause(FORGET, item, float(arena.head["at"][ANN])))
    after = arena.head[ANN]
    assert ((after["category_mass"] >= 0.0) & (after["category_mass"] <= before["category_mass"])).all()
    gone = (after["categories"] == 0) & (after["category_mass"] == 0.0)
    assert (gone | (after["categories"] == before["categories"])).all()
    if after["used"] == used:
        assert after[["categories", "category_mass"]] == before


@settings(max_examples=50, deadline=None)
@given(lives(kinds=[kind for kind in BEHAVIOR_TYPES if "mute" not in kind], polarities=(MORE, LESS, FORGET)))
def test_a_mute_survives_all_but_its_lifting(life):
    life: Life = [Clause(MUTE, 5, NOON), *life]
    arena = led_by_kernels(life)
    muted = arena.meta["flags"][ANN] & MUTED != 0
    assert arena.meta["id"][ANN, muted].tolist() == [0]
    shares = attend(arena, JUST_ANN, OPTIONS, laws().rules).shares[0]
    assert not shares[muted].any()


@settings(max_examples=50, deadline=None)
@given(histories(most=40), st.integers(1, 47))
def test_what_was_just_asked_for_is_attended_to_most(history, item):
    arena = arena_after(history)
    at = max(float(arena.head["at"][ANN]), NOON) + 60.0
    receive(arena, [Act(77_777, TYPE_CODES["request"], 0.0, at)])
    say(arena, Clause(MORE, item, at))
    shares = attend(arena, JUST_ANN, OPTIONS, laws().rules).shares[0]
    asked = arena.meta["asked_at"][ANN] == int(at)
    assert asked.sum() == 1
    assert shares[asked][0] == shares.max()


def test_what_was_just_asked_for_leads_even_a_habit_of_a_hundred_purchases():
    arena = arena_after([act("purchase", NOON + n * DAY / 4, 1 + 12 * (n % 4), hour=2, device=1) for n in range(100)])
    say(arena, Clause(MORE, 2, float(arena.head["at"][ANN])))
    shares = attend(arena, JUST_ANN, OPTIONS, laws().rules).shares[0]
    assert shares[1] > 0.8 > 0.2 > shares[0] > 0.0


@settings(max_examples=30, deadline=None)
@given(histories(kinds=WANTED, gaps=(60.0, HOUR, DAY)))
def test_without_behaviors_masses_only_fade(history):
    arena = arena_after(history)
    now = float(arena.head["at"][ANN])
    left = [total_mass(arena, now + days * DAY) for days in range(0, 100, 7)]
    assert left == sorted(left, reverse=True)
    assert not left[0] or left[-1] < left[0] / 2


def test_users_do_not_touch_each_other():
    arena = new_arena()
    arena.add(["bob"])
    alone = arena_after([act("purchase", NOON, 1, event_id=1)])
    receive(arena, [act("purchase", NOON, 1, event_id=1)])
    receive(arena, [act("like", NOON, 2), act("hide", NOON, 3)], owner="bob")
    for name in ("head", "feedback", "rings", "meta", "directions", "seen"):
        assert getattr(arena, name)[ANN].tobytes() == getattr(alone, name)[ANN].tobytes()
