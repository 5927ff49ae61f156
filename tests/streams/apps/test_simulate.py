"""Simulate: behaviors to a file that `penchant produce` takes, or to a real broker at the rate that was asked for."""

import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from models.simulator.options import SimulatorOptions, lifelike
from models.simulator.truth import decode_truth
from schemas.behaviors import Behavior, decode_behavior
from schemas.items import decode_item
from streams.apps.feed import PARTITIONERS, Partitioner
from streams.apps.operators import OperatorError
from streams.apps.produce import ProduceOptions
from streams.apps.produce import run as run_produce
from streams.apps.simulate import SimulateOptions, run
from streams.kafka.partitioners import partition_of
from streams.settings import Settings, load_settings
from tests.kafka.topics import Record, create, read_all, unique
from tests.kafka.waiting import wait_until
from tests.streams.command import penchant, running

SMALL = SimulatorOptions(users=20, items=40, rate=100.0)
PARTITIONS = 3


@pytest.fixture
def settings(kafka: str) -> Settings:
    """Settings with topics of this test's own, which are there."""
    names = {name: unique(name) for name in ("clickstream", "items")}
    create(kafka, *names.values(), partitions=PARTITIONS)
    return load_settings(kafka={"bootstrap": kafka}, topics=names)


def environment(settings: Settings) -> dict[str, str]:
    return {
        "PENCHANT_KAFKA__BOOTSTRAP": settings.kafka.bootstrap,
        "PENCHANT_TOPICS__CLICKSTREAM": settings.topics.clickstream,
        "PENCHANT_TOPICS__ITEMS": settings.topics.items,
    }


def sent(settings: Settings) -> list[Record]:
    return read_all(settings.kafka.bootstrap, settings.topics.clickstream)


def in_order(records: Sequence[Record]) -> list[Behavior]:
    behaviors = [decode_behavior(record.value or b"") for record in records]
    return sorted(behaviors, key=lambda one: int(one.event_id.rpartition("-")[2]))


# -- to a file


def test_a_file_has_that_many_behaviors_of_which_the_last_is_now(tmp_path: Path) -> None:
    file, items = tmp_path / "clicks.jsonl", tmp_path / "shop.jsonl"
    before = time.time()
    assert run(Settings(), SimulateOptions(SMALL, count=200, output=file, items_output=items)) == 0
    behaviors = [decode_behavior(line) for line in file.read_bytes().splitlines()]
    assert len(behaviors) == len({one.event_id for one in behaviors}) == 200
    assert behaviors[-1].at - behaviors[0].at == pytest.approx(1.99, abs=0.01)
    assert before - 1 <= behaviors[-1].at <= time.time()
    shop = {decode_item(line).id for line in items.read_bytes().splitlines()}
    assert len(shop) == 40
    assert {one.item_id for one in behaviors if one.item_id} <= shop


def test_standard_output_gets_lines_of_json_and_nothing_else() -> None:
    done = penchant("simulate", "--count", "30", "--users", "5", "--items", "20", "--output", "-")
    assert (done.returncode, done.stderr) == (0, "")
    assert len({decode_behavior(line.encode()).event_id for line in done.stdout.splitlines()}) == 30


def test_a_duration_is_so_many_behaviors_at_the_rate_and_the_smaller_limit_counts(tmp_path: Path) -> None:
    file = tmp_path / "clicks.jsonl"
    for count, duration, lines in ((0, 3.0, 300), (50, 3.0, 50), (500, 3.0, 300)):
        run(Settings(), SimulateOptions(SMALL, count=count, duration=duration, output=file))
        assert len(file.read_bytes().splitlines()) == lines


def test_a_file_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="name --count, --duration or --days"):
        run(Settings(), SimulateOptions(SMALL, output=tmp_path / "clicks.jsonl"))


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "clicks.jsonl"
    with pytest.raises(OperatorError, match=rf"{file} cannot be written \(No such file"):
        run(Settings(), SimulateOptions(SMALL, count=1, output=file))


def test_days_of_visits_end_now_and_need_no_count(tmp_path: Path) -> None:
    file = tmp_path / "clicks.jsonl"
    run(Settings(), SimulateOptions(replace(SMALL, days=3.0), output=file))
    times = [decode_behavior(line).at for line in file.read_bytes().splitlines()]
    assert len(times) > 200 and times == sorted(times)
    assert time.time() - 3 * 86_400 - 60 < times[0] and times[-1] <= time.time()
    assert times[-1] - times[0] > 2 * 86_400


def test_the_truth_is_a_file_of_planted_users_who_explain_the_behaviors(tmp_path: Path) -> None:
    file, truth = tmp_path / "clicks.jsonl", tmp_path / "truth.jsonl"
    flags = ("--users", "20", "--items", "40", "--days", "4", "--lifelike", "--noise", "0", "--drift", "0.5")
    done = penchant("simulate", *flags, "--output", str(file), "--truth", str(truth))
    assert (done.returncode, done.stdout) == (0, "")
    assert f"20 planted users written to {truth}" in done.stderr
    users = [decode_truth(line) for line in truth.read_bytes().splitlines()]
    owners = {owner: user for user in users for owner in (user.id, user.anonymous_id)}
    assert len(users) == 20 and any(user.drifts_at for user in users)
    behaviors = [decode_behavior(line) for line in file.read_bytes().splitlines()]
    assert f"{len(behaviors):,} behaviors written to {file}" in done.stderr
    carted = [one for one in behaviors if one.type == "add_to_cart"]
    assert len(carted) > 20
    for one in carted:
        topic = (one.item_id or "").rpartition("-")[0].replace("-", " ")
        assert topic in owners[one.owner].interests_at(one.at)


@pytest.mark.kafka
def test_produce_takes_the_files(settings: Settings, tmp_path: Path) -> None:
    file, items = tmp_path / "clicks.jsonl", tmp_path / "shop.jsonl"
    run(settings, SimulateOptions(SMALL, count=120, output=file, items_output=items))
    for topic, lines in ((settings.topics.items, items), (settings.topics.clickstream, file)):
        assert run_produce(settings, ProduceOptions(topic, lines)) == 0
        records = read_all(settings.kafka.bootstrap, topic)
        assert {record.value for record in records} == set(lines.read_bytes().splitlines())


# -- to a broker


@pytest.mark.kafka
@pytest.mark.parametrize("partitioner", PARTITIONERS)
def test_a_broker_gets_items_and_behaviors_keyed_and_as_of_now(settings: Settings, partitioner: Partitioner) -> None:
    before = time.time()
    assert run(settings, SimulateOptions(SMALL, count=60, partitioner=partitioner)) == 0
    records = sent(settings)
    behaviors = in_order(records)
    assert len(records) == 60 == len({one.event_id for one in behaviors})
    assert all(before - 1 <= one.at <= time.time() for one in behaviors)
    for record in records:
        assert record.key == decode_behavior(record.value or b"").owner.encode()
        assert record.partition == partition_of(partitioner, record.key, PARTITIONS)
        assert record.headers == (("content-type", b"application/json"),)
    items = read_all(settings.kafka.bootstrap, settings.topics.items)
    assert {record.key for record in items} == {decode_item(r.value or b"").id.encode() for r in items}
    assert len(items) == 40


@pytest.mark.kafka
def test_behaviors_are_held_back_to_the_rate(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, SimulateOptions(SMALL, duration=1.0, items=False))
    times = sorted(record.timestamp for record in sent(settings))
    assert len(times) == 100
    assert times[-1] - times[0] >= 0.9 * 990
    assert read_all(settings.kafka.bootstrap, settings.topics.items) == []
    assert f"100 behaviors sent to {settings.topics.clickstream} in" in capsys.readouterr().out


@pytest.mark.kafka
def test_nothing_that_is_planted_is_sent_before_it_happens(settings: Settings, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    planted = replace(lifelike(SMALL), bots=1.0, burst=20, burst_gap=0.01, requests=1.0)
    run(settings, SimulateOptions(planted, duration=1.0, items=False, truth=truth))
    records = sent(settings)
    behaviors = [decode_behavior(record.value or b"") for record in records]
    assert len(behaviors) == 100
    assert {one.type for one in behaviors} >= {"impression", "request"}
    assert all(one.at * 1000 <= record.timestamp for one, record in zip(behaviors, records, strict=True))
    users = [decode_truth(line) for line in truth.read_bytes().splitlines()]
    assert {one.owner for one in behaviors} <= {owner for user in users for owner in (user.id, user.anonymous_id)}


@pytest.mark.kafka
def test_two_runs_send_no_event_id_twice(settings: Settings) -> None:
    for _ in range(2):
        run(settings, SimulateOptions(SMALL, count=20, items=False))
    assert len({decode_behavior(record.value or b"").event_id for record in sent(settings)}) == 40


@pytest.mark.kafka
def test_an_interrupt_ends_it_in_good_order_with_the_counts(settings: Settings) -> None:
    flags = ("--rate", "40", "--users", "5", "--items", "20")
    with running("simulate", *flags, environment=environment(settings)) as process:
        wait_until(lambda: len(sent(settings)) > 20, 60, "behaviors arrive")
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "")
    assert f"{len(sent(settings)):,} behaviors sent to {settings.topics.clickstream} in" in out


@pytest.mark.kafka
def test_a_topic_that_is_not_there_is_told_with_the_command_that_makes_it(kafka: str) -> None:
    settings = load_settings(kafka={"bootstrap": kafka}, topics={"clickstream": unique("nowhere")})
    with pytest.raises(OperatorError, match="`penchant topics create`"):
        run(settings, SimulateOptions(SMALL, count=1, items=False))
