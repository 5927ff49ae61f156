"""The encode loop on the embedded broker, which takes a group's offsets in a transaction and forgets them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.items import Item, encode_item
from streams.kafka.embedded import EmbeddedBroker
from streams.settings import EncoderSettings, KafkaSettings, Settings, TopicSettings
from tests.kafka.topics import produce
from tests.streams.encoding.running import RunningEncoder, await_records


@pytest.fixture
def settings() -> Iterator[Settings]:
    with EmbeddedBroker() as broker:
        settings = Settings(
            kafka=KafkaSettings(bootstrap=broker.bootstrap, embedded=True),
            topics=TopicSettings(partitions=2),
            encoder=EncoderSettings(model="fake", session_timeout=2.0, metrics_port=0),
        )
        broker.create_topics(settings)
        yield settings


def test_a_restart_goes_on_where_the_encoder_before_it_stopped(settings: Settings, tmp_path: Path) -> None:
    bootstrap, topics = settings.kafka.bootstrap, settings.topics
    produce(bootstrap, topics.items, [(b"i1", encode_item(Item(id="i1", title="one")))], partition=0)
    produce(bootstrap, topics.encode_requests, [(b"u", b"\xc1")], partition=0)
    with RunningEncoder(settings, tmp_path):
        await_records(settings, topics.items_encoded, 1)
        await_records(settings, f"{topics.encode_requests}.dead-letters", 1)
    produce(bootstrap, topics.items, [(b"i2", encode_item(Item(id="i2", title="two")))], partition=0)
    with RunningEncoder(settings, tmp_path):
        items = await_records(settings, topics.items_encoded, 2)
    assert [item.key for item in items] == [b"i1", b"i2"]
