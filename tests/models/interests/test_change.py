"""Change: the same as river's, on any stream."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from river.drift import PageHinkley as Rivers

from models.interests.change import ChangeOptions, PageHinkley


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 80)), min_size=1, max_size=6), st.floats(0.3, 5.0))
def test_changes_are_found_where_river_finds_them(levels: list[tuple[float, int]], threshold: float) -> None:
    own = PageHinkley(ChangeOptions(threshold=threshold))
    rivers = Rivers(min_instances=30, delta=0.005, threshold=threshold, alpha=0.9999)
    for level, count in levels:
        for _ in range(count):
            rivers.update(level)
            assert own.update(level) == rivers.drift_detected


def test_a_lasting_change_is_found_once_and_noise_is_not() -> None:
    chance = Random(5)
    test = PageHinkley()
    calm = [test.update(0.3 + chance.uniform(-0.05, 0.05)) for _ in range(500)]
    moved = [test.update(0.5 + chance.uniform(-0.05, 0.05)) for _ in range(500)]
    assert (sum(calm), sum(moved)) == (0, 1)
    assert moved.index(True) < 20
