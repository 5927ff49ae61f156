"""Produce: what is sent is checked, keyed and acknowledged, and what is wrong is told with its line."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from streams.apps.feed import PARTITIONERS, DeliveryError, Partitioner
from streams.apps.operators import OperatorError
from streams.apps.produce import ProduceOptions, run
from streams.kafka.partitioners import partition_of
from streams.settings import Settings, load_settings
from tests.kafka.topics import create, read_all, unique
from tests.streams.command import penchant

pytestmark = pytest.mark.kafka

PARTITIONS = 5


def behavior(number: int, **more: str | int) -> dict[str, str | int]:
    fields: dict[str, str | int] = {"event_id": f"e{number}", "user_id": f"user-{number}", "type": "view"}
    return {**fields, "item_id": "i1", "occurred_at": 1000 + number, **more}


def lines(*records: Mapping[str, str | int]) -> bytes:
    return "".join(f"{json.dumps(record)}\n" for record in records).encode()


def written(folder: Path, content: bytes) -> Path:
    file = folder / "clicks.jsonl"
    file.write_bytes(content)
    return file


@pytest.fixture
def settings(kafka: str) -> Settings:
    """Settings with a clickstream of this test's own, which is there."""
    name = unique("clicks")
    create(kafka, name, partitions=PARTITIONS)
    return load_settings(kafka={"bootstrap": kafka}, topics={"clickstream": name})


def test_lines_of_a_file_are_sent_as_they_are_keyed_by_their_owner(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    topic = settings.topics.clickstream
    anonymous = {"event_id": "e2", "anonymous_id": "visitor", "type": "search", "text": "lamp", "occurred_at": 5}
    content = lines(behavior(1, further="kept"), anonymous)
    assert run(settings, ProduceOptions(topic, written(tmp_path, content + b"\n"))) == 0
    assert f"2 records sent to {topic}" in capsys.readouterr().out
    records = read_all(settings.kafka.bootstrap, topic)
    assert {record.key for record in records} == {b"user-1", b"visitor"}
    assert {record.value for record in records} == set(content.splitlines())
    assert all(record.headers == (("content-type", b"application/json"),) for record in records)


def test_items_come_from_standard_input_and_are_keyed_by_their_id(kafka: str) -> None:
    topic = unique("items")
    create(kafka, topic)
    environment = {"PENCHANT_KAFKA__BOOTSTRAP": kafka, "PENCHANT_TOPICS__ITEMS": topic}
    done = penchant("produce", topic, given=lines({"id": "a", "title": "A"}, {"id": "b"}), environment=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(record.key or b"" for record in read_all(kafka, topic)) == [b"a", b"b"]


@pytest.mark.parametrize("partitioner", PARTITIONERS)
def test_the_partitioner_chooses_the_partition(settings: Settings, tmp_path: Path, partitioner: Partitioner) -> None:
    topic, file = settings.topics.clickstream, written(tmp_path, lines(*map(behavior, range(40))))
    run(settings, ProduceOptions(topic, file, partitioner=partitioner))
    records = read_all(settings.kafka.bootstrap, topic)
    assert len(records) == 40
    for record in records:
        assert record.partition == partition_of(partitioner, record.key or b"", PARTITIONS)


def test_a_rate_holds_records_back(settings: Settings, tmp_path: Path) -> None:
    topic, file = settings.topics.clickstream, written(tmp_path, lines(*map(behavior, range(6))))
    run(settings, ProduceOptions(topic, file, rate=50))
    times = sorted(record.timestamp for record in read_all(settings.kafka.bootstrap, topic))
    assert times[-1] - times[0] >= 0.9 * 100


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (b"{", "truncated"),
        (b"\xff\xfe", "JSON"),
        (lines(behavior(3, type="stare")), "stare"),
        (lines(behavior(3, user_id="")), "user_id"),
        (lines(behavior(3, occurred_at="noon")), "occurred_at"),
    ],
    ids=["no JSON", "no text", "unknown type", "empty user", "no time"],
)
def test_a_bad_line_is_told_with_its_number_and_what_came_before_is_sent(
    settings: Settings, tmp_path: Path, bad: bytes, told: str
) -> None:
    topic = settings.topics.clickstream
    content = lines(behavior(1), behavior(2)) + b"\n" + bad.strip() + b"\n" + lines(behavior(4))
    with pytest.raises(OperatorError, match=rf"clicks\.jsonl, line 4: .*{told}.* the 2 before it are sent"):
        run(settings, ProduceOptions(topic, written(tmp_path, content)))
    assert {record.key for record in read_all(settings.kafka.bootstrap, topic)} == {b"user-1", b"user-2"}


def test_the_command_tells_a_bad_line_in_one_line_with_code_2(settings: Settings) -> None:
    environment = {
        "PENCHANT_KAFKA__BOOTSTRAP": settings.kafka.bootstrap,
        "PENCHANT_TOPICS__CLICKSTREAM": settings.topics.clickstream,
    }
    done = penchant("produce", settings.topics.clickstream, "-", given=b"{}", environment=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("penchant: standard input, line 1: not a behavior")
    assert len(done.stderr.splitlines()) == 1


def test_a_topic_that_is_not_for_producers_is_refused_with_those_that_are(settings: Settings) -> None:
    with pytest.raises(OperatorError, match=f"interests.*send behaviors or items, to {settings.topics.clickstream}"):
        run(settings, ProduceOptions(settings.topics.interests))


def test_a_topic_that_is_not_there_is_told_with_the_command_that_makes_it(kafka: str, tmp_path: Path) -> None:
    name = unique("nowhere")
    settings = load_settings(kafka={"bootstrap": kafka}, topics={"clickstream": name})
    with pytest.raises(OperatorError, match=f"{name} is not on .* `penchant topics create`"):
        run(settings, ProduceOptions(name, written(tmp_path, lines(behavior(1)))))


def test_a_file_that_is_not_there_is_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"none\.jsonl cannot be read \(No such file"):
        run(settings, ProduceOptions(settings.topics.clickstream, tmp_path / "none.jsonl"))


def test_a_record_that_kafka_refuses_is_reported(kafka: str, tmp_path: Path) -> None:
    topic = unique("small")
    create(kafka, topic, config={"max.message.bytes": "1000"})
    settings = load_settings(
        kafka={"bootstrap": kafka, "client": {"compression.type": "none"}}, topics={"clickstream": topic}
    )
    with pytest.raises(DeliveryError, match=r"1 records were not delivered, 0 were"):
        run(settings, ProduceOptions(topic, written(tmp_path, lines(behavior(1, text="x" * 5000)))))
