"""Updates: the kernels do what the slow twin does."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from models.interests.update import apply
from tests.models.builders import HOUR, NOON
from tests.models.interests.acts import OPTIONS, act, columns_of, histories, laws, lives, long_life, world_of
from tests.models.interests.slow.step import applied
from tests.models.interests.slow.user import Learned, User
from tests.models.interests.twin import assert_same, led_by_both, new_arena, receive

LAWS = {
    "as they are": laws(),
    "merging": laws(replace(OPTIONS, novelty=4.6, near=0.5, proof=3)),
    "hasty": laws(replace(OPTIONS, adaptive_half_life=False, context=False, proof=1, burst=3.0, floor=0.2)),
    "slow to learn": laws(replace(OPTIONS, learning_rate=0.0, repeat_span=0.0, session_gap=10.0)),
}
# The twin is slow, so that making a failing life smaller would take minutes.
TWIN = settings(deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
STATE = ("head", "feedback", "rings", "meta", "directions", "seen", "changed", "new_behaviors", "learned")


@settings(TWIN, max_examples=150)
@given(lives(), st.sampled_from(sorted(LAWS)))
def test_kernels_do_what_the_slow_twin_does(life, name):
    assert_same(*led_by_both(life, LAWS[name]))


@pytest.mark.parametrize("name", LAWS)
def test_kernels_do_what_the_slow_twin_does_over_a_long_life(name):
    assert_same(*led_by_both(long_life(seed=5), LAWS[name]))


@settings(TWIN, max_examples=30)
@given(histories())
def test_behaviors_admitted_before_are_applied_as_the_slow_twin_does(history):
    history = [replace(a, resolved=True) for a in history]
    arena, state = new_arena(), (User(), Learned())
    apply(arena, columns_of(history), laws())
    for a in history:
        state = applied(state, a, world_of(laws()))
    assert_same(arena, state)


@settings(max_examples=30, deadline=None)
@given(histories(), st.sets(st.integers(0, 50)))
def test_batches_may_be_cut_anywhere(history, cuts):
    whole, cut = new_arena(), new_arena()
    receive(whole, history)
    edges = sorted({0, len(history)} | {c for c in cuts if c < len(history)})
    for start, stop in pairwise(edges):
        receive(cut, history[start:stop])
    for name in STATE:
        assert getattr(whole, name).tobytes() == getattr(cut, name).tobytes(), name


def test_kernels_do_what_the_slow_twin_does_when_counters_are_full():
    topics = (1, 2, 1, 14, 3)
    life = [act("view", NOON + n * 0.5 * HOUR, topics[n % 5], hour=n % 2, device=1) for n in range(700)]
    arena, state = led_by_both(life, laws())
    assert state[0].sessions < 350
    assert_same(arena, state)
