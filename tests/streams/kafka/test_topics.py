"""Topics on a real broker: created as planned, never changed, refused where state would be lost or mixed up."""

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from streams.apps import topics as command
from streams.kafka.topic_plan import topic_plan
from streams.kafka.topics import TopicError, check_topics, create_topics
from streams.settings import KafkaSettings, Settings, TopicSettings
from tests.kafka.settings import unique_settings
from tests.kafka.topics import create

pytestmark = pytest.mark.kafka


def test_topics_are_created_as_planned_and_creating_them_again_changes_nothing(kafka: str) -> None:
    settings = unique_settings(kafka, partitions=3)
    first = create_topics(settings)
    assert all(report.created and report.partitions == 3 for report in first)
    assert check_topics(settings) == {topic.name: 3 for topic in topic_plan(settings)}
    again = create_topics(settings)
    assert [(report.created, report.differences) for report in again] == [(False, ())] * len(first)
    assert [report.name for report in again] == [report.name for report in first]


def test_the_topics_that_hold_state_are_compacted_and_the_others_keep_their_retention(kafka: str) -> None:
    settings = unique_settings(kafka, partitions=1)
    create_topics(settings)
    topics = settings.topics
    compacted = {topics.interests, topics.items, topics.items_encoded, topics.item_trends, topics.ranking_mixers}
    compacted |= {settings.users_changelog, settings.items_changelog}
    for name in (topic.name for topic in topic_plan(settings)):
        config = config_of(kafka, name)
        assert config["cleanup.policy"] == ("compact" if name in compacted else "delete"), name
        assert config["message.timestamp.type"] == "LogAppendTime"
        assert int(config["max.message.bytes"]) == 20_000_000
        if name in compacted:
            assert int(config["delete.retention.ms"]) == topics.tombstone_retention * 1000
            assert int(config["max.compaction.lag.ms"]) == 86_400_000
        else:
            assert int(config["retention.ms"]) == topics.retention * 1000


def test_every_source_has_a_dead_letter_topic_with_its_partitions(kafka: str) -> None:
    settings = unique_settings(kafka, partitions=2)
    create_topics(settings)
    counts = check_topics(settings)
    topics = settings.topics
    for source in (
        topics.clickstream,
        topics.behaviors_encoded,
        topics.handoffs,
        topics.items,
        topics.encode_requests,
        topics.item_signals,
    ):
        assert counts[f"{source}.dead-letters"] == counts[source]


def test_new_topics_follow_the_partitions_of_a_clickstream_that_was_there(kafka: str) -> None:
    settings = unique_settings(kafka, partitions=2)
    create(kafka, settings.topics.clickstream, partitions=5)
    reports = {report.name: report for report in create_topics(settings)}
    was_there = reports[settings.topics.clickstream]
    assert (was_there.created, was_there.partitions) == (False, 5)
    assert "message.timestamp.type=CreateTime, planned LogAppendTime" in was_there.differences
    counts = check_topics(settings)
    assert counts[settings.users_changelog] == counts[settings.topics.interests] == 5
    assert counts[settings.topics.items] == counts[settings.topics.item_signals] == 2


def test_unequal_partitions_are_refused_before_anything_is_created(kafka: str) -> None:
    for first, second in (
        ("clickstream", "interests"),
        ("item_signals", "item_trends"),
        ("items", "items_encoded"),
        ("behaviors_encoded", "recommendations"),
    ):
        settings = unique_settings(kafka)
        one, other = getattr(settings.topics, first), getattr(settings.topics, second)
        create(kafka, one, partitions=4)
        create(kafka, other, partitions=3, config={"cleanup.policy": "compact"})
        with pytest.raises(TopicError, match=f"{other} has 3 partitions but {one} has 4"):
            create_topics(settings)
        with pytest.raises(TopicError, match=r"lacks .*: run `penchant topics create`"):
            check_topics(settings)


def test_a_worker_is_told_of_unequal_partitions_when_all_topics_are_there(kafka: str) -> None:
    settings = unique_settings(kafka)
    changelog = settings.users_changelog
    create(kafka, *(t.name for t in topic_plan(settings) if t.name != changelog), partitions=2)
    create(kafka, changelog, partitions=1)
    with pytest.raises(TopicError, match=f"{changelog} has 1 partitions but {settings.topics.clickstream} has 2"):
        check_topics(settings)


@pytest.mark.parametrize("policy", ["delete", "compact,delete"])
def test_a_changelog_that_would_lose_rows_is_refused(kafka: str, policy: str) -> None:
    settings = unique_settings(kafka)
    create(kafka, settings.users_changelog, partitions=2, config={"cleanup.policy": policy})
    with pytest.raises(TopicError, match=rf"{settings.users_changelog} has cleanup.policy={policy}.*must be compact"):
        create_topics(settings)


def test_a_compacted_clickstream_is_refused_and_an_items_topic_with_retention_will_do(kafka: str) -> None:
    settings = unique_settings(kafka)
    create(kafka, settings.topics.items, partitions=2, config={"cleanup.policy": "delete"})
    assert create_topics(settings)
    settings = unique_settings(kafka)
    create(kafka, settings.topics.clickstream, partitions=2, config={"cleanup.policy": "compact"})
    with pytest.raises(TopicError, match="must be delete"):
        create_topics(settings)


def test_more_replicas_than_brokers_are_refused_with_both_numbers(kafka: str) -> None:
    with pytest.raises(TopicError, match=r"topics.replication=3 is above the number of brokers, 1"):
        create_topics(unique_settings(kafka, topics=TopicSettings(replication=3, clickstream="other.clickstream")))


def test_a_broker_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.kafka.topics.ANSWER", 0.5)
    nowhere = Settings(kafka=KafkaSettings(bootstrap="127.0.0.1:1"))
    for call in (create_topics, check_topics):
        with pytest.raises(TopicError, match=r"Kafka at 127.0.0.1:1 did not answer within 0.5 s"):
            call(nowhere)


def test_the_command_prints_a_line_for_each_topic(kafka: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = unique_settings(kafka)
    create(kafka, settings.topics.clickstream, partitions=2)
    assert command.create(settings) == 0
    out = capsys.readouterr().out
    for topic in topic_plan(settings):
        done = "was there" if topic.name == settings.topics.clickstream else "created"
        assert any(line.startswith(done) and topic.name in line.split() for line in out.splitlines())
    assert f"{len(topic_plan(settings)) - 1} created, 1 were there" in out


def config_of(bootstrap: str, topic: str) -> dict[str, str]:
    """The topic's configuration as the broker has it."""
    resource = ConfigResource(ResourceType.TOPIC, topic)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    entries = admin.describe_configs([resource])[resource].result(10)
    return {name: entry.value for name, entry in entries.items()}
