"""The doctor on a real broker: finds nothing wrong with what is whole, and names whatever is broken beside the rest."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer

from models.encoder.fake import FakeEncoder
from schemas.items import ItemVector, encode_item_vector
from schemas.vectors import to_bytes
from streams.apps.doctor import findings
from streams.apps.doctor.cluster import Cluster
from streams.apps.doctor.finding import Finding
from streams.kafka.embedded import EmbeddedBroker
from streams.kafka.topic_plan import topic_plan
from streams.kafka.topics import create_topics
from streams.settings import EncoderSettings, KafkaSettings, Settings, TopicSettings, WorkerSettings, dead_letters_of
from tests.chaos.deployment import Deployment, environment_of
from tests.kafka.settings import unique_settings
from tests.kafka.topics import create, produce
from tests.kafka.waiting import wait_until
from tests.streams.command import penchant

NOWHERE = "127.0.0.1:1"
USERS = [f"user-{number}" for number in range(60)]
OF_THE_MACHINE = {"programs", "encoder model", "worker.data", "encoder.data", "memory", "worker.rules"}

Open = Callable[..., Settings]


@pytest.fixture
def cluster(kafka: str, tmp_path: Path) -> Open:
    """Makes settings with topics of their own on the real broker; more: names of topics that differ from the plan's."""

    def made(**more: str) -> Settings:
        whole = unique_settings(
            kafka,
            worker=WorkerSettings(data=tmp_path / "worker"),
            encoder=EncoderSettings(data=tmp_path / "encoder", model="fake"),
        )
        create_topics(whole)
        return whole.model_copy(update={"topics": whole.topics.model_copy(update=more)})

    return made


# -- what is whole


@pytest.mark.kafka
def test_a_healthy_deployment_passes_every_check(kafka: str, tmp_path: Path) -> None:
    with Deployment(kafka, tmp_path, {"worker": {"arena_bytes": 1 << 26}}) as deployment:
        deployment.encoder().start()
        deployment.worker("a").start()
        produce(kafka, deployment.settings.topics.items, [(b"lamp", b'{"id": "lamp", "title": "tin lamp"}')])
        send(deployment.settings, [behavior(user) for user in USERS])
        deployment.wait(lambda: deployment.lag() == 0, 60, "the worker has read everything", 0.2)
        done = penchant("doctor", environment=environment_of(deployment.settings))
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    states = states_of(done.stdout)
    lines = dict(re.findall(r"^\S+ +(\S.*?) {2,}(.*)$", done.stdout, re.MULTILINE))
    assert {check: state for check, state in states.items() if state != "ok" and check not in OF_THE_MACHINE} == {}
    assert "1 broker" in lines["broker"]
    assert "1 worker; lag 0" in lines["workers"]
    assert "1 encoder; lag 0" in lines["encoders"]
    assert lines["partitioner"] == "crc32 explains 60 users in 60 sampled behaviors"
    assert FakeEncoder().version in lines["encoder version"]
    assert done.stdout.splitlines()[-1] == f"0 of {len(states)} checks failed, 0 warned"


@pytest.mark.kafka
def test_looking_leaves_nothing_that_a_reader_sees(cluster: Open, kafka: str) -> None:
    whole = cluster()
    list(findings(lambda: whole))
    assert found(whole)["dead letters"] == Finding("dead letters", "ok", "none within a day")


def test_the_embedded_broker_passes_without_what_it_cannot_tell(tmp_path: Path) -> None:
    data = {"worker": WorkerSettings(data=tmp_path), "encoder": EncoderSettings(data=tmp_path, model="fake")}
    with EmbeddedBroker() as broker:
        kafka = KafkaSettings(bootstrap=broker.bootstrap, embedded=True)
        embedded = Settings(kafka=kafka, topics=TopicSettings(partitions=2), **data)
        broker.create_topics(embedded)
        send(embedded, [behavior(user) for user in USERS])
        seen = found(embedded)
    assert {one.check for one in seen.values() if one.state != "ok"} <= OF_THE_MACHINE
    assert seen["partitioner"].found.startswith("crc32 explains 60 users")


# -- what is broken


def test_a_kafka_that_does_not_answer_is_named_and_the_machine_is_looked_at_all_the_same() -> None:
    done = penchant("doctor", "--bootstrap", NOWHERE)
    states = states_of(done.stdout)
    assert done.returncode == 1
    assert done.stderr == ""
    assert states["broker"] == "FAIL"
    assert f"Kafka at {NOWHERE} did not answer" in done.stdout
    assert states.keys() >= OF_THE_MACHINE


def test_a_wrong_setting_is_a_finding() -> None:
    done = penchant("doctor", environment={"PENCHANT_TOPICS__PARTITIONS": "0"})
    assert done.returncode == 1
    assert states_of(done.stdout) == {"settings": "FAIL"}
    assert "topics.partitions" in done.stdout


@pytest.mark.kafka
def test_a_missing_topic_is_named_and_the_others_are_looked_at(cluster: Open) -> None:
    seen = found(cluster(clickstream="nothing.here"))
    assert seen["topics"].state == "FAIL"
    assert "nothing.here" in seen["topics"].found
    assert "penchant topics create" in seen["topics"].mend
    assert seen["partitioner"].state == "skip"
    assert seen["cleanup policies"].state == seen["encoder's rights"].state == seen["versions"].state == "ok"


@pytest.mark.kafka
def test_unequal_partitions_wrong_policies_and_other_settings_are_all_named(kafka: str) -> None:
    broken = unique_settings(kafka)
    topics, changelog = broken.topics, broken.users_changelog
    rest = [topic for topic in topic_plan(broken) if topic.name not in (changelog, topics.item_trends, topics.items)]
    for topic in rest:
        create(kafka, topic.name, partitions=2, config=topic.config())
    create(kafka, changelog, partitions=1, config={"cleanup.policy": "compact"})
    create(kafka, topics.item_trends, topics.items, partitions=2, config={"cleanup.policy": "delete"})
    seen = found(broken)
    assert f"{changelog} has 1 partitions" in only_failure(seen["partitions"])
    assert f"{topics.item_trends} has cleanup.policy=delete" in only_failure(seen["cleanup policies"])
    assert seen["topic settings"].state == "warn"
    assert f"{changelog}: message.timestamp.type=CreateTime" in seen["topic settings"].found
    assert f"--entity-name {changelog}" in seen["topic settings"].mend
    assert seen["transactions"].state == seen["worker's rights"].state == "ok"


@pytest.mark.kafka
def test_producers_without_keys_are_told_to_key_by_user(cluster: Open) -> None:
    whole = cluster()
    send(whole, [behavior(user) for user in USERS], keyed=False)
    finding = found(whole)["partitioner"]
    assert "60 of 60 sampled behaviors have no key" in only_failure(finding)
    assert "user_id" in finding.mend


@pytest.mark.kafka
def test_behaviors_from_the_future_are_told_with_how_far_they_are_ahead(cluster: Open) -> None:
    whole = cluster()
    send(whole, [behavior(user) for user in USERS[:10]] + [behavior("early", ahead=3600)])
    seen = found(whole)
    assert "1 of 11 sampled behaviors are over 300 s ahead" in only_failure(seen["event times"])
    assert re.search(r"the furthest (3,600|3,599) s", seen["event times"].found)
    assert seen["clocks"].state == "ok"


@pytest.mark.kafka
def test_records_that_are_no_behaviors_are_counted(cluster: Open, kafka: str) -> None:
    whole = cluster()
    produce(kafka, whole.topics.clickstream, [(b"ann", b"{"), (b"ann", None)])
    send(whole, [behavior("ann")])
    assert "2 of 3 sampled records are no behaviors" in found(whole)["behaviors"].found


@pytest.mark.kafka
def test_items_that_wait_while_no_encoder_lives_fail_and_a_worker_that_nobody_needs_yet_only_warns(
    cluster: Open, kafka: str
) -> None:
    whole = cluster()
    produce(kafka, whole.topics.items, [(b"lamp", b'{"id": "lamp", "title": "tin lamp"}')])
    seen = found(whole)
    assert f"lag 1 on {whole.topics.items}" in only_failure(seen["encoders"])
    assert "penchant encoder" in seen["encoders"].mend
    assert seen["workers"].state == "warn"
    assert "penchant worker" in seen["workers"].mend


@pytest.mark.kafka
def test_more_workers_than_partitions_are_told_that_some_have_nothing_to_do(cluster: Open, kafka: str) -> None:
    whole = cluster()
    with ExitStack() as stack:
        members = [stack.enter_context(member_of(kafka, whole.app, whole.topics.clickstream)) for _ in range(3)]
        wait_until(lambda: [member.poll(0.1) for member in members] and joined(whole) == 3, 60, "three have joined")
        finding = found(whole)["workers"]
    assert finding.state == "warn"
    assert "3 workers share 2 partitions" in finding.found


@pytest.mark.kafka
def test_vectors_of_several_encoder_versions_are_named(cluster: Open, kafka: str) -> None:
    whole = cluster()
    vector = to_bytes(FakeEncoder().encode(["lamp"])[0])
    for version in ("old.1", "new.2"):
        item = ItemVector(item_id=version, encoder=version, vector=vector, title="lamp")
        produce(kafka, whole.topics.items_encoded, [(version.encode(), encode_item_vector(item))])
    finding = found(whole)["encoder version"]
    assert finding.state == "warn"
    assert "old.1" in finding.found
    assert "new.2" in finding.found


@pytest.mark.kafka
def test_dead_letters_are_counted_by_reason(cluster: Open, kafka: str) -> None:
    whole = cluster()
    producer = Producer({"bootstrap.servers": kafka})
    for _ in range(3):
        headers = [
            ("__streams.errors.exception", b"SchemaError"),
            ("__streams.errors.topic", whole.topics.clickstream.encode()),
            ("__streams.errors.message", b"not a behavior: nothing is"),
        ]
        producer.produce(dead_letters_of(whole.topics.clickstream), b"{", headers=headers)
    assert producer.flush(30) == 0
    finding = found(whole)["dead letters"]
    assert finding.state == "warn"
    assert f"3 SchemaError of {whole.topics.clickstream}; the newest: not a behavior: nothing is" in finding.found


# -- helpers


def found(subject: Settings) -> dict[str, Finding]:
    """What the doctor finds, by check."""
    return {finding.check: finding for finding in findings(lambda: subject)}


def only_failure(finding: Finding) -> str:
    """What a failed check found."""
    assert finding.state == "FAIL", finding
    return finding.found


@contextmanager
def member_of(kafka: str, group: str, topic: str) -> Iterator[Consumer]:
    """A member of the group."""
    with closing(Consumer({"bootstrap.servers": kafka, "group.id": group})) as consumer:
        consumer.subscribe([topic])
        yield consumer


def joined(subject: Settings) -> int:
    """How many members the workers' group has."""
    return len(Cluster(subject).group(subject.app).members)


def states_of(printed: str) -> dict[str, str]:
    """The state of each check in the doctor's lines."""
    pairs = re.findall(r"^(ok|warn|FAIL|skip) +(\S.*?) {2,}", printed, re.MULTILINE)
    return {check: state for state, check in pairs}


def behavior(user: str, ahead: float = 0.0) -> dict[str, Any]:
    """A view of a lamp, now or so many seconds later."""
    at = int((time.time() + ahead) * 1000)
    return {"event_id": f"{user}.{at}", "type": "view", "user_id": user, "item_id": "lamp", "occurred_at": at}


def send(subject: Settings, behaviors: list[dict[str, Any]], keyed: bool = True) -> None:
    """Produces behaviors keyed by their user, or without a key."""
    records = [(one["user_id"].encode() if keyed else None, json.dumps(one).encode()) for one in behaviors]
    produce(subject.kafka.bootstrap, subject.topics.clickstream, records)
