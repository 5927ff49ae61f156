"""The encoder's process on a real Kafka: killed, frozen and stopped, it answers every record exactly once."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.behaviors import decode_behavior
from schemas.encoding import decode_answer
from schemas.items import Item, encode_item
from streams.kafka.topics import create_topics
from streams.settings import EncoderSettings, KafkaSettings, Settings, TopicSettings
from tests.chaos.deployment import environment_of
from tests.chaos.processes import Member
from tests.kafka.topics import produce, read_all, unique
from tests.kafka.waiting import wait_until
from tests.streams.encoding.records import request_value

pytestmark = pytest.mark.kafka
PARTITIONS = 2


class Encoder(Member):
    """An encoder's process, which can be made to linger at a stage."""

    def __init__(self, name: str, settings: Settings, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.streams.encoding.staged"]
        super().__init__(name, command, environment_of(settings), folder)
        self.arm = folder / f"{name}.armed"

    def start_staged(self, stage: str) -> None:
        """Starts it so that it lingers the first time it comes to the stage; only this time."""
        self.arm.with_suffix(".reached").unlink(missing_ok=True)
        self.arm.touch()
        plain = self.command
        self.command = [*plain, stage, str(self.arm)]
        self.start()
        self.command = plain

    def wait_at_stage(self) -> None:
        """Returns when it lingers."""
        wait_until(self.arm.with_suffix(".reached").exists, 40, f"{self.name} reaches its stage: {self.tail()}")


class Shop:
    """Topics of one test, and its encoders' processes."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        app = unique("shop")
        names = {k: f"{app}.{topic}" for k, topic in TopicSettings().model_dump().items() if isinstance(topic, str)}
        self.topics = TopicSettings(**names, partitions=PARTITIONS)
        self.bootstrap = bootstrap
        self.app = app
        self.folder = folder
        self.members: list[Encoder] = []
        create_topics(self.settings("any"))

    def settings(self, name: str) -> Settings:
        """The settings of the encoder of this name, whose data folder is its own."""
        encoder = EncoderSettings(
            model="fake", data=self.folder / name, batch_texts=32, session_timeout=2.0, metrics_port=0
        )
        return Settings(
            app=self.app, kafka=KafkaSettings(bootstrap=self.bootstrap), topics=self.topics, encoder=encoder
        )

    def encoder(self, name: str) -> Encoder:
        """An encoder of this name, not started."""
        self.members.append(Encoder(name, self.settings(name), self.folder))
        return self.members[-1]

    def committed(self) -> int:
        """How many committed answers there are."""
        outputs = self.topics.items_encoded, self.topics.behaviors_encoded
        return sum(len(read_all(self.bootstrap, topic, wait_for_open=False)) for topic in outputs)

    def feed(self, name: str, items: int, requests: int) -> None:
        """Produces items and requests that nobody else has."""
        pairs = [(f"{name}{n}".encode(), encode_item(Item(id=f"{name}{n}", title=f"Title {n}"))) for n in range(items)]
        produce(self.bootstrap, self.topics.items, pairs)
        asked = [(f"u{n}".encode(), request_value(f"text {n}", f"{name}{n}")) for n in range(requests)]
        produce(self.bootstrap, self.topics.encode_requests, asked)

    def assert_each_record_was_answered_once_in_order(self) -> None:
        """Compares all committed outputs with all inputs, partition by partition."""
        items = read_all(self.bootstrap, self.topics.items)
        vectors = read_all(self.bootstrap, self.topics.items_encoded)
        assert [(r.partition, r.key) for r in vectors] == [(r.partition, r.key) for r in items]
        requests = read_all(self.bootstrap, self.topics.encode_requests)
        answers = read_all(self.bootstrap, self.topics.behaviors_encoded)
        assert [(r.partition, r.key) for r in answers] == [(r.partition, r.key) for r in requests]
        events = [decode_behavior(decode_answer(r.value or b"").payload).event_id for r in answers]
        assert len(set(events)) == len(events)


@pytest.fixture
def shop(kafka: str, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(kafka, tmp_path)
    try:
        yield shop
    finally:
        for member in shop.members:
            member.kill()


def test_an_encoder_killed_in_its_transactions_answers_each_record_once_after_its_restarts(shop: Shop) -> None:
    encoder = shop.encoder("only")
    for stage in ("offsets sent", "committed"):
        shop.feed(stage, items=200, requests=50)
        encoder.start_staged(stage)
        encoder.wait_at_stage()
        encoder.kill()
    encoder.start()
    wait_until(lambda: shop.committed() >= 500, 40, "all is answered", pause=0.2)
    assert encoder.leave() == 0
    shop.assert_each_record_was_answered_once_in_order()


def test_an_encoder_frozen_in_a_transaction_does_not_answer_again_what_another_one_took_over(shop: Shop) -> None:
    frozen, other = shop.encoder("frozen"), shop.encoder("other")
    shop.feed("a", items=400, requests=100)
    frozen.start_staged("offsets sent")
    frozen.wait_at_stage()
    frozen.freeze()
    other.start()
    wait_until(lambda: shop.committed() == 500, 40, "the other one takes over", pause=0.2)
    frozen.thaw()
    wait_until(lambda: frozen.events("fenced"), 40, "the frozen one finds itself fenced")
    shop.feed("b", items=200, requests=100)
    wait_until(lambda: shop.committed() >= 800, 40, "all is answered", pause=0.2)
    assert (frozen.leave(), other.leave()) == (0, 0)
    shop.assert_each_record_was_answered_once_in_order()


def test_a_process_that_cannot_start_says_why_and_ends_non_zero(kafka: str, tmp_path: Path) -> None:
    settings = Settings(
        app=unique("shop"),
        kafka=KafkaSettings(bootstrap=kafka),
        topics=TopicSettings(items=unique("missing")),
        encoder=EncoderSettings(model="fake", data=tmp_path, metrics_port=0),
    )
    member = Member("lost", [sys.executable, "-m", "streams.apps.encoder"], environment_of(settings), tmp_path)
    member.start()
    wait_until(lambda: member.running.exit_code is not None, 40, "the process ends")
    assert member.running.exit_code == 2
    assert "penchant topics create" in member.tail()
    member.kill()
