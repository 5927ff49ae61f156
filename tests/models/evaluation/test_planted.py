"""Planted lines: what their verdicts mean, and that they tell a good model from a bad one."""

import math

import pytest

from models.encoder.fake import FakeEncoder
from models.evaluation.catalogs import TextVectors
from models.evaluation.planted.half_life import half_life
from models.evaluation.planted.line import Line, Setup
from models.evaluation.planted.off_policy import off_policy
from models.evaluation.planted.recovery import recovery
from models.evaluation.planted.requests import requests
from models.interests.options import InterestOptions
from models.step import StepOptions

SETUP = Setup(StepOptions(), TextVectors(FakeEncoder()), size=0.15)


def test_a_line_passes_when_its_value_is_on_the_right_side_of_its_bar() -> None:
    assert Line("told", 3.0).passed is None
    assert Line("enough", 0.9, at_least=0.9).passed is True
    assert Line("too little", 0.89, at_least=0.9).passed is False
    assert Line("little enough", 0.0, at_most=0.0).passed is True
    assert Line("too much", 0.01, at_most=0.0).passed is False
    assert Line("no number", math.nan, at_least=0.0).passed is False


def test_the_same_setup_measures_the_same() -> None:
    for group in (recovery, half_life, requests):
        lines = list(group(SETUP))
        assert lines == list(group(SETUP))
        assert all(math.isfinite(line.value) for line in lines)


def test_another_seed_plants_other_users() -> None:
    other = Setup(SETUP.options, SETUP.vectors, SETUP.size, seed=2)
    assert [line.value for line in recovery(other)] != [line.value for line in recovery(SETUP)]


def test_a_model_that_makes_one_interest_of_everything_does_not_recover_what_was_planted() -> None:
    blurred = Setup(StepOptions(InterestOptions(near=-1.0)), SETUP.vectors, SETUP.size)
    assert [line.passed for line in recovery(blurred)] == [False, False]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_records_of_lists_that_explore_tell_what_lists_that_do_not_would_earn(seed: int) -> None:
    """With other seeds some line fails about once in 600 times, by the bars' own chances; these are fixed."""
    *estimated, earned = off_policy(Setup(SETUP.options, SETUP.vectors, seed=seed))
    assert len(estimated) == 4
    assert all(line.passed for line in estimated), estimated
    assert earned.value < 0.9
