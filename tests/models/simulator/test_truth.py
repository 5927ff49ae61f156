"""The truth: what is planted in users adds up, and agrees with what they do."""

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.simulator.contexts import DEVICES, TIME_ZONES, day_part_of
from models.simulator.options import LIFELIKE, SHARES, SimulatorError, SimulatorOptions, lifelike
from models.simulator.planted import PlantedInterest
from models.simulator.simulator import Simulator
from models.simulator.truth import decode_truth, encode_truth
from schemas.behaviors import Context, decode_behavior, encode_behavior
from tests.models.simulator.shops import DAY, START, any_lifelike

contexts = st.builds(Context, device=st.sampled_from((*DEVICES, None)), time_zone=st.sampled_from((*TIME_ZONES, None)))


@settings(max_examples=60, deadline=None)
@given(options=any_lifelike)
def test_behaviors_of_any_shop_are_valid_in_order_and_explained_by_the_truth(options: SimulatorOptions) -> None:
    simulator = Simulator(options)
    items = {item.id for item in simulator.items}
    latest = 0.0
    for one in islice(simulator.labeled(), 300):
        behavior, user = one.behavior, simulator.user(one.behavior.owner)
        assert decode_behavior(encode_behavior(behavior)) == behavior
        assert {*behavior.item_ids, behavior.item_id} - {None} <= items
        assert latest <= behavior.at
        latest = behavior.at
        wanted, bursts = user.interests_at(behavior.at), {burst.topic for burst in user.bursts}
        if one.cause == "interest":
            assert one.topic in wanted
        if one.cause in ("noise", "refusal", "bot"):
            assert one.topic not in wanted
        assert (one.cause == "bot") == simulator.is_bot(behavior)
        assert one.cause == "bot" or one.topic not in bursts
        assert one.topic not in user.muted_at(behavior.at) or one.cause in ("noise", "refusal", "mute")


@settings(max_examples=30, deadline=None)
@given(options=any_lifelike)
def test_the_same_options_give_the_same_truth_and_the_same_behaviors(options: SimulatorOptions) -> None:
    first, second = Simulator(options), Simulator(options)
    assert first.users == second.users
    assert list(islice(first.labeled(), 80)) == list(islice(second.labeled(), 80))
    assert list(islice(first.labeled(), 80)) == list(islice(first.labeled(), 80))


@settings(max_examples=60, deadline=None)
@given(options=any_lifelike, place=st.floats(-0.1, 2), context=contexts)
def test_shares_of_topics_and_of_categories_sum_to_one_at_any_time_in_any_context(
    options: SimulatorOptions, place: float, context: Context
) -> None:
    at = options.start + place * options.span
    for user in Simulator(options).users:
        shares = user.interests_at(at)
        assert sum(shares.values()) == pytest.approx(1) and min(shares.values()) > 0
        assert sum(user.interests_at(at, context).values()) == pytest.approx(1)
        assert user.interests_at(at, context).keys() == shares.keys()
        for level in (1, 2):
            of_level = {path: share for path, share in user.categories_at(at).items() if len(path) == level}
            assert sum(of_level.values()) == pytest.approx(1)


@settings(max_examples=30, deadline=None)
@given(options=any_lifelike)
def test_a_planted_user_is_the_same_after_its_line_of_truth_was_read(options: SimulatorOptions) -> None:
    for user in Simulator(options).users:
        line = encode_truth(user)
        assert b"\n" not in line
        assert decode_truth(line) == user


def test_what_is_no_planted_user_is_told() -> None:
    for line in (b"", b"{}", b'{"id": "ann", "phases": 3}', b"\xff"):
        with pytest.raises(SimulatorError, match=r"penchant simulate --truth"):
            decode_truth(line)


@settings(max_examples=60, deadline=None)
@given(options=any_lifelike)
def test_all_that_is_planted_happens_within_the_span(options: SimulatorOptions) -> None:
    end = options.start + options.span + 0.001
    for user in Simulator(options).users:
        moments = [phase.since for phase in user.phases[1:]] + [request.at for request in user.requests]
        moments += [moment for mute in user.mutes for moment in (mute.at, mute.until) if moment is not None]
        moments += [user.identified_at or options.start, *(burst.start for burst in user.bursts)]
        assert all(options.start - 0.001 <= moment <= end for moment in moments)
        assert [phase.since for phase in user.phases] == sorted(phase.since for phase in user.phases)


# -- one interest


def test_appetite_halves_with_each_half_life_and_is_whole_again_when_it_rises() -> None:
    interest = PlantedInterest(
        topic="tea", categories=(), share=1.0, half_life=2 * DAY, rises=(START, START + 10 * DAY)
    )
    for days, left in ((0, 1), (2, 0.5), (4, 0.25), (9.999, 2**-5), (10, 1), (12, 0.5)):
        assert interest.appetite_at(START + days * DAY) == pytest.approx(left, rel=1e-3)


def test_a_lasting_interest_keeps_its_appetite_and_a_season_only_moves_it_within_the_year() -> None:
    lasting = PlantedInterest(topic="skiing", categories=(), share=1.0)
    assert {lasting.appetite_at(START + day * DAY) for day in range(400)} == {1.0}
    seasonal = PlantedInterest(topic="skiing", categories=(), share=1.0, season=1.0)
    year = [seasonal.appetite_at(START + day * DAY) for day in range(1461)]
    assert sum(year) / len(year) == pytest.approx(1, abs=0.01)
    assert min(year) > 0 and max(year) > 1.7
    best = START + year.index(max(year[:365])) * DAY
    assert (best / DAY) % 365.25 == pytest.approx(15, abs=2)


@pytest.mark.parametrize("bound", [True, False])
@pytest.mark.parametrize("season", [0.0, 0.5, 1.0])
def test_chances_of_contexts_sum_to_one(bound: bool, season: float) -> None:
    interest = PlantedInterest(
        topic="tea",
        categories=(),
        share=1.0,
        season=season,
        day_part=2 if bound else None,
        device="tablet" if bound else None,
    )
    for usual in DEVICES:
        every = {(part, device): interest.chance_of(part, device, usual) for part in range(6) for device in DEVICES}
        assert sum(every.values()) == pytest.approx(1) and min(every.values()) > 0
        for part in range(6):
            assert sum(every[part, device] for device in DEVICES) == pytest.approx(
                interest.chance_of(part, None, usual)
            )
        assert not bound or every[2, "tablet"] > 0.9


def test_day_parts_are_four_hours_of_local_time() -> None:
    midnight = 1_749_945_600.0  # 2025-06-15, UTC
    assert [day_part_of(midnight + hour * 3600, "UTC") for hour in (0, 3.99, 4, 12, 23)] == [0, 0, 1, 3, 5]
    assert day_part_of(midnight, "Asia/Tokyo") == 2
    assert day_part_of(midnight, "America/New_York") == 5


# -- options


def test_lifelike_plants_some_of_everything_and_keeps_what_was_chosen() -> None:
    options = lifelike(SimulatorOptions(drift=0.9, users=7, noise=0.0))
    assert (options.drift, options.users, options.noise) == (0.9, 7, 0.0)
    assert all(
        getattr(options, name) == getattr(LIFELIKE, name) > 0 for name in SHARES if name not in ("noise", "drift")
    )
    assert options.shown > 0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"days": -1.0}, "days"),
        ({"visits": 0.0}, "visits"),
        ({"burst": 0}, "burst"),
        ({"burst_gap": 0.0}, "burst_gap"),
        ({"shown": 101}, "shown"),
        ({"cold": 1.0}, "cold"),
        *(({name: 1.5}, name) for name in SHARES),
        *(({name: -0.5}, name) for name in SHARES),
    ],
)
def test_options_that_do_not_fit_are_named(wrong: dict[str, float], named: str) -> None:
    with pytest.raises(SimulatorError, match=named):
        SimulatorOptions(**wrong)  # type: ignore[arg-type]
