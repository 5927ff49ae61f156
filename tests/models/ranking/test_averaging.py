"""Averaging: laws of the mean, who counts how much and when, and that nothing learned counts twice or is lost."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.ranking.averaging import SILENCE, Averager, MixerBoard, averaged
from schemas.mixers import PARAMETERS, SQUARES, MixerRecord
from schemas.rows.mixer import new_mixer

INTERVAL = 10.0
BASE = "default"
weights_of = st.lists(st.floats(0.0, 1e9), min_size=1, max_size=8).filter(lambda found: sum(found) > 1e-6)


def drawn(count: int, seed: int) -> NDArray[np.void]:
    """Mixers (count,) of any parameters and steps."""
    chance = np.random.default_rng(seed)
    mixers = new_mixer(count)
    for name in PARAMETERS:
        mixers[name] = chance.normal(0.0, 3.0, mixers[name].shape)
    for name in SQUARES:
        mixers[name] = 1.0 + np.square(mixers[name])
    mixers["steps"] = chance.integers(0, 1_000, count)
    return mixers


def learned(weight: float, steps: int = 10) -> NDArray[np.void]:
    """A mixer (1,) with all weights the same."""
    mixer = new_mixer()
    mixer["weights"], mixer["steps"] = weight, steps
    return mixer


def weight(mixers: NDArray[np.void], place: int = 0) -> float:
    """What `learned` gave it."""
    return float(mixers[place]["weights"][0, 0])


def tell(board: MixerBoard, partition: int, mixer: NDArray[np.void], at: float = 0.0, variant: str = BASE) -> None:
    """Another partition tells its mixer; at: seconds."""
    board.put(MixerRecord(variant=variant, partition=partition, row=mixer.tobytes()), at)


def averager(partition: int = 0, interval: float = INTERVAL, *variants: str) -> Averager:
    """That of one among four partitions."""
    return Averager(partition, 4, variants or (BASE,), interval)


# -- laws of the mean


@given(weights_of, st.integers(0, 99))
@settings(max_examples=60)
def test_equal_mixers_stay_as_they_are_to_the_byte(weights: list[float], seed: int) -> None:
    same = np.repeat(drawn(1, seed), len(weights))
    assert averaged(same, np.array(weights)).tobytes() == same[0].tobytes()


@given(weights_of, st.integers(0, 99))
@settings(max_examples=60)
def test_every_parameter_lies_between_the_least_and_the_greatest(weights: list[float], seed: int) -> None:
    mixers = drawn(len(weights), seed)
    found = averaged(mixers, np.array(weights))
    for name in PARAMETERS:
        assert (found[name] >= mixers[name].min(axis=0)).all() and (found[name] <= mixers[name].max(axis=0)).all()


@given(weights_of, st.integers(0, 99), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_it_does_not_matter_who_is_who(weights: list[float], seed: int, random: Random) -> None:
    mixers, order = drawn(len(weights), seed), list(range(len(weights)))
    random.shuffle(order)
    found = averaged(mixers, np.array(weights))
    other = averaged(mixers[order], np.array(weights)[order])
    for name in PARAMETERS:
        np.testing.assert_allclose(found[name], other[name], rtol=1e-6, atol=1e-6)


@given(weights_of, st.integers(0, 99))
@settings(max_examples=60)
def test_it_is_the_weighted_mean_and_leaves_steps_and_those_it_was_made_of(weights: list[float], seed: int) -> None:
    mixers = drawn(len(weights), seed)
    before = mixers.tobytes()
    found = averaged(mixers, np.array(weights))
    for name in PARAMETERS:
        mean = sum(w * mixer[name] for w, mixer in zip(weights, mixers, strict=True)) / sum(weights)
        np.testing.assert_allclose(found[name], mean, rtol=1e-6, atol=1e-6)
    assert (found["steps"], mixers.tobytes()) == (mixers[0]["steps"], before)


# -- who counts how much


def test_a_new_partition_takes_over_what_the_others_know() -> None:
    board, mixers = MixerBoard(), new_mixer()
    tell(board, 1, learned(1.0, 300))
    tell(board, 2, learned(4.0, 600))
    one = averager()
    one.begin(mixers, board)
    ((place, distance),) = one.average(mixers, board, 5.0)
    assert (place, weight(mixers), int(mixers["steps"][0])) == (0, 3.0, 0)
    assert distance > 0.0


def test_one_that_has_learned_little_counts_little() -> None:
    board, mixers = MixerBoard(), learned(0.0, 990)
    one = averager()
    tell(board, 1, learned(1.0, 10))
    one.average(mixers, board, 5.0)
    assert weight(mixers) == pytest.approx(0.01)


def test_what_was_learned_long_ago_counts_less_at_each_averaging_and_what_is_learned_now_in_full() -> None:
    board, mixers, one = MixerBoard(), learned(0.0, 800), averager()
    for round_number in range(1, 4):
        tell(board, 1, learned(0.0, 100 * round_number))
        assert one.average(mixers, board, round_number * INTERVAL + 5.0)
    tell(board, 1, learned(1.0, 400))
    one.average(mixers, board, 4 * INTERVAL + 5.0)
    theirs = 100 * (1 + 1 / 2 + 1 / 4 + 1 / 8)
    assert weight(mixers) == pytest.approx(theirs / (theirs + 800 / 8))


def test_a_row_is_mixed_in_once_so_that_a_silent_partition_holds_nobody_back() -> None:
    board, mixers, one = MixerBoard(), learned(0.0), averager()
    tell(board, 1, learned(1.0))
    assert one.average(mixers, board, 5.0)
    mixers["weights"] = 7.0
    assert not any(one.average(mixers, board, time * INTERVAL + 5.0) for time in range(1, 9))
    assert weight(mixers) == 7.0


def test_those_silent_for_long_beside_the_last_one_and_those_that_are_gone_are_left_out() -> None:
    board, mixers, one = MixerBoard(), learned(0.0), averager()
    tell(board, 1, learned(1.0), at=1_000.0)
    tell(board, 2, learned(5.0), at=1_000.0 + SILENCE + 1.0)
    tell(board, 4, learned(100.0), at=1_000.0 + SILENCE + 1.0)
    one.average(mixers, board, 99_999.0)
    assert weight(mixers) == 2.5


def test_what_it_told_itself_is_not_mixed_in() -> None:
    board, mixers, one = MixerBoard(), learned(0.0), averager(partition=3)
    tell(board, 3, learned(1.0))
    assert one.average(mixers, board, 5.0) == []


def test_variants_take_from_the_same_variant_only() -> None:
    board, one = MixerBoard(), averager(0, INTERVAL, BASE, "bold", "shy")
    mixers = np.concatenate([learned(0.0)] * 3)
    tell(board, 1, learned(2.0), variant="bold")
    tell(board, 1, learned(4.0), variant=BASE)
    assert [found.place for found in one.average(mixers, board, 5.0)] == [0, 1]
    assert [weight(mixers, place) for place in range(3)] == [2.0, 1.0, 0.0]


# -- when


def test_it_tells_once_a_round_and_only_what_has_learned_since() -> None:
    one, mixers = averager(0, INTERVAL, BASE, "still"), np.concatenate([learned(0.0), learned(0.0)])
    one.begin(mixers, MixerBoard())
    assert one.to_tell(mixers, 1.0) == []
    mixers[0]["steps"] += 1
    assert [one.to_tell(mixers, now) for now in (2.0, 3.0)] == [[0], []]
    mixers[0]["steps"] += 1
    assert [one.to_tell(mixers, now) for now in (9.9, 10.0, 19.0, 20.0)] == [[], [0], [], []]


def test_it_averages_once_a_round_after_the_others_had_time_to_tell() -> None:
    board, mixers, one = MixerBoard(), learned(0.0), averager()
    tell(board, 1, learned(1.0, 10))
    assert one.average(mixers, board, 5.0)
    tell(board, 1, learned(1.0, 20))
    assert [bool(one.average(mixers, board, now)) for now in (6.0, 10.0, 10.5, 11.0, 12.0)] == [0, 0, 0, 1, 0]


def test_with_an_interval_of_0_it_neither_tells_nor_averages() -> None:
    board, mixers, one = MixerBoard(), learned(0.0), averager(0, 0.0)
    tell(board, 1, learned(1.0))
    assert (one.to_tell(mixers, 5.0), one.average(mixers, board, 5.0), weight(mixers)) == ([], [], 0.0)


def test_one_that_begins_again_neither_tells_nor_mixes_in_what_was_there_before() -> None:
    board, mixers, one = MixerBoard(), learned(3.0, 100), averager()
    tell(board, 1, learned(1.0, 100))
    one.begin(mixers, board)
    assert (one.to_tell(mixers, 5.0), one.average(mixers, board, 5.0), weight(mixers)) == ([], [], 3.0)
    tell(board, 1, learned(1.0, 200))
    assert one.average(mixers, board, 15.0)
    assert weight(mixers) == pytest.approx(3.0 + (1.0 - 3.0) * 150 / (150 + 50))


# -- in the long run


@pytest.mark.parametrize("count", [2, 4])
def test_all_learn_as_fast_as_each_of_them_alone_and_stay_together(count: int) -> None:
    """Each moves its weights by one a round, in tenths: of what is mixed in too late, little is lost."""
    board = MixerBoard()
    own = [learned(float(number), 1) for number in range(count)]
    every = [averager(number) for number in range(count)]
    rounds = 40
    for tenth in range(1, 10 * rounds + 1):
        now = tenth * INTERVAL / 10
        for number, (one, mixers) in enumerate(zip(every, own, strict=True)):
            mixers["weights"] += 0.1
            mixers["steps"] += 1
            for _ in one.to_tell(mixers, now):
                tell(board, number, mixers, now)
            one.average(mixers, board, now)
    ends = [weight(mixers) for mixers in own]
    assert max(ends) - min(ends) < 0.2
    assert 0.8 * rounds < min(ends) and max(ends) < rounds + count
