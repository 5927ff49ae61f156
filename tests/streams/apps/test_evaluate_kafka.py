"""Evaluate through Kafka: worker processes publish the lists of this process, and nothing is lost on the way."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.encoder.fake import FakeEncoder
from models.evaluation.catalogs import TextVectors, encoded_catalog
from models.evaluation.comparison import Trial
from models.evaluation.log import log_of
from models.evaluation.metrics import Quality
from models.evaluation.protocol import histories_of, targets_of
from models.simulator.options import SimulatorOptions
from models.simulator.simulator import Simulator
from models.step import StepOptions
from schemas.behaviors import Behavior
from streams.apps.evaluate_kafka import run
from streams.apps.evaluate_kafka.alike import Comparison, Listed, fate_of
from streams.apps.evaluate_kafka.free_running import FULL_SPEED, Difference, FreeRunning, Way, free_running
from streams.apps.evaluate_kafka.journey import journey_of
from streams.apps.evaluate_kafka.lock_step import LockStep, lock_step
from streams.apps.evaluate_kafka.sending import FEW, at_full_speed, at_users_pace
from streams.apps.evaluate_kafka.telling import as_json, as_lines
from streams.apps.evaluate_options import EvaluateOptions
from streams.apps.evaluate_trial import Progress, Recorded
from streams.apps.operators import OperatorError
from streams.settings import Settings
from tests.models.evaluation.logs import log_from, random_acts

LIST: Listed = [("a", 0.5), ("b", 0.5), ("c", 0.25), ("d", -1.0)]
QUALITY = Quality(10, 0.2, 0.01, 0.3, 0.01, 0.1, 0.01, 0.5, 0, None)


def made_up(more: list[Behavior] | None = None) -> Recorded:
    """A shop of simulated users, with impressions, refusals and searches; more: further behaviors."""
    simulator = Simulator(SimulatorOptions(users=30, items=120, days=5.0, start=1.75e9, shown=4, refusals=0.05))
    vectors = TextVectors(FakeEncoder())
    catalog = encoded_catalog(simulator.items, vectors, vectors.version)
    log = log_of([*simulator.behaviors(), *(more or [])], catalog)
    histories = histories_of(log)
    trial = Trial(log, histories, targets_of(log, histories), catalog, vectors)
    return Recorded(simulator.items, trial, vectors.version, "made up")


def test_lists_of_equal_items_and_scores_are_equal() -> None:
    assert fate_of(LIST, list(LIST)) == "equal"


@pytest.mark.parametrize(
    ("other", "fate"),
    [
        ([("b", 0.5), ("a", 0.5), ("c", 0.25), ("d", -1.0)], "ties"),
        ([("a", 0.5), ("b", 0.5), ("c", 0.25), ("e", -1.0)], "ties"),
        ([("a", 0.5001), ("b", 0.5), ("c", 0.25), ("d", -1.0)], "rounding"),
        ([("b", 0.5), ("a", 0.4999), ("c", 0.25), ("d", -1.0)], "rounding"),
        ([("a", 0.5), ("c", 0.5), ("b", 0.25), ("d", -1.0)], "different"),
        ([("a", 0.5), ("e", 0.5), ("c", 0.25), ("d", -1.0)], "different"),
        ([("a", 0.51), ("b", 0.5), ("c", 0.25), ("d", -1.0)], "different"),
        ([("a", 0.5), ("b", 0.5), ("c", 0.25)], "different"),
    ],
)
def test_lists_differ_by_ties_or_rounding_only_where_scores_say_so(other: Listed, fate: str) -> None:
    assert fate_of(LIST, other) == fate
    assert fate_of(other, LIST) == fate


@settings(deadline=None)
@given(st.lists(st.sampled_from([0.1, 0.2, 0.3]), max_size=8).flatmap(lambda s: st.tuples(st.just(s), st.randoms())))
def test_equal_scores_in_another_order_are_ties_at_most(drawn) -> None:
    scores, chance = drawn
    one = sorted(((str(number), score) for number, score in enumerate(scores)), key=lambda pair: -pair[1])
    other = sorted(chance.sample(one, len(one)), key=lambda pair: -pair[1])
    assert fate_of(one, other) in ("equal", "ties")


def test_differing_lists_are_counted_all_and_the_first_are_kept() -> None:
    found = Comparison()
    for place in range(5):
        found.take(place, "ann", "different", LIST, LIST[1:])
    found.take(5, "ann", "ties", LIST, LIST)
    assert found.counts() == {"equal": 0, "ties": 1, "rounding": 0, "different": 5}
    assert found.lists == 6 and [one.place for one in found.examples] == [0, 1, 2]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 300), st.integers(1, 40), st.integers(0, 5))
def test_a_paced_log_is_sent_whole_and_never_two_moments_of_a_user_at_once(count: int, users: int, seed: int) -> None:
    log, _ = log_from(random_acts(count, users, 8, seed))
    parts = list(at_users_pace(log))
    assert [place for part in parts for place in range(part.start, part.stop)] == list(range(count))
    for part in parts:
        moments = {(user, at) for user, at in zip(log.users[part].tolist(), log.at[part].tolist(), strict=True)}
        assert 1 <= part.stop - part.start <= FEW
        assert len(moments) == len({user for user, _ in moments})


def test_a_log_at_full_speed_is_sent_whole() -> None:
    log, _ = log_from(random_acts(2_300, 5, 8))
    assert [(part.start, part.stop) for part in at_full_speed(log)] == [(0, 1000), (1000, 2000), (2000, 2300)]


def test_what_needs_an_encoder_or_an_item_is_left_out_of_a_journey() -> None:
    one = {"user_id": "ann", "occurred_at": 1_700_000_000_000}
    more = [
        Behavior(event_id="1", type="view", item_id="nowhere", **one),
        Behavior(event_id="2", type="search", text="red shoes", **one),
        Behavior(event_id="3", type="identify", anonymous_id="x", **one),
        Behavior(event_id="4", type="impression", item_ids=("nowhere",), **one),
        Behavior(event_id="4", type="impression", item_ids=("nowhere",), **one),
    ]
    found = made_up(more)
    journey = journey_of(found, StepOptions(), 10)
    assert journey.left_out >= 4 and len(journey.log) == 10
    assert {one.event_id for one in journey.log.behaviors} & {one.event_id for one in more} == {"4"}
    assert journey.catalog().ids == found.trial.catalog.ids


def test_a_worker_in_lock_step_publishes_the_lists_of_this_process(compiled: None) -> None:
    step = StepOptions()
    journey = journey_of(made_up(), step, 60)
    found = lock_step(Settings(), journey, step, Progress())
    assert found.behaviors == found.published.lists == 60
    assert found.published.fates["equal"] + found.published.fates["ties"] == 60, found.published
    assert found.foretold.fates["equal"] == found.foretold.lists > 20, found.foretold
    assert found.unlike == 0


def test_workers_that_run_free_lose_nothing_and_both_figures_are_told(compiled: None) -> None:
    step = StepOptions()
    journey = journey_of(made_up(), step, 600)
    found = free_running(Settings(), journey, step, Progress(), (FULL_SPEED,))
    way = found.ways[0]
    assert found.targets == found.by_itself.targets == way.quality.targets > 20
    assert way.unknown == 0 and way.lists >= len(journey.log.owners)
    assert 0.0 < found.by_itself.ndcg <= 1.0
    assert way.cost.ndcg == pytest.approx(found.by_itself.ndcg - way.quality.ndcg)


def test_both_are_told_as_lines_and_as_json() -> None:
    published, foretold = Comparison(), Comparison()
    published.take(7, "ann", "different", LIST, LIST[1:])
    foretold.take(7, "ann", "equal", LIST, LIST)
    way = Way("full speed", QUALITY, Difference(0.01, 0.005), 4, Difference(0.002, 0.003), 40, 1, 2.0)
    in_step, free = LockStep(1, published, foretold, 0), FreeRunning(50, 10, QUALITY, QUALITY, (way,))
    lines = as_lines("made up", in_step, free)
    assert "0 equal, 0 ties, 0 rounding, 1 different" in lines and "behavior 7 of ann" in lines
    assert "through Kafka, full speed" in lines and "+0.0100" in lines and "40 lists, 1 lost or doubled" in lines
    told = json.loads(as_json("made up", in_step, free))
    assert told["lock_step"]["published"]["different"] == 1
    assert told["free_running"]["full_speed"]["cost"] == 0.01 and told["free_running"]["by_itself"]["ndcg10"] == 0.2
    assert not run.sound(in_step, free)
    assert run.sound(replace(in_step, published=foretold), replace(free, ways=(replace(way, unknown=0),)))


def test_rules_and_variants_are_refused() -> None:
    with pytest.raises(OperatorError, match="without rules and variants"):
        run.run(Settings(worker={"rules": "rules.yaml"}), EvaluateOptions(through_kafka=True))
