"""The embedded broker: enough of a Kafka for a demo, on a port of one's choice."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

import pytest

from streams.kafka.embedded import LIMITS, EmbeddedBroker, EmbeddedBrokerError
from streams.kafka.topic_plan import topic_plan
from streams.kafka.topics import TopicError, check_topics, create_topics
from streams.kafka.transactions import TransactionalProducer
from streams.settings import KafkaSettings, Settings, TopicSettings
from tests.kafka.broker import free_port
from tests.kafka.topics import produce, read_all


def test_records_and_transactions_go_through_a_port_of_ones_choice() -> None:
    port = free_port()
    with EmbeddedBroker(port) as broker:
        assert broker.bootstrap == f"127.0.0.1:{port}"
        broker.create_topic("topic", 3)
        produce(broker.bootstrap, "topic", [(b"k", b"plain")], partition=2)
        producer = TransactionalProducer(KafkaSettings(bootstrap=broker.bootstrap, embedded=True), "id", 10)
        producer.fence()
        producer.begin()
        producer.produce("topic", 2, b"k", b"in a transaction")
        producer.commit()
        values = [record.value for record in read_all(broker.bootstrap, "topic")]
        assert values == [b"plain", b"in a transaction"]


def test_it_creates_all_topics_of_the_plan_and_create_topics_only_checks_them() -> None:
    with EmbeddedBroker() as broker:
        kafka = KafkaSettings(bootstrap=broker.bootstrap, embedded=True)
        settings = Settings(kafka=kafka, topics=TopicSettings(partitions=16))
        with pytest.raises(TopicError, match="penchant broker"):
            create_topics(settings)
        broker.create_topics(settings)
        assert check_topics(settings) == {topic.name: 16 for topic in topic_plan(settings)}
        reports = create_topics(settings)
        assert [report.partitions for report in reports if not report.created] == [16] * len(topic_plan(settings))


def test_a_topic_that_is_there_or_a_broker_that_is_not_is_an_error() -> None:
    with EmbeddedBroker() as broker:
        broker.create_topic("twice", 1)
        with pytest.raises(EmbeddedBrokerError, match="topic twice cannot be created: Broker: Topic already exists"):
            broker.create_topic("twice", 1)
    with pytest.raises(EmbeddedBrokerError, match="not running"):
        broker.create_topic("late", 1)


def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedBrokerError, match=f"127.0.0.1:{port} cannot be listened on"), EmbeddedBroker(port):
            pass


def test_nobody_answers_once_it_has_ended() -> None:
    with EmbeddedBroker(free_port()) as broker:
        place = ("127.0.0.1", int(broker.bootstrap.rpartition(":")[2]))
        guest = socket.create_connection(place, 5)
    guest.settimeout(5)
    with guest, suppress(ConnectionResetError):
        assert guest.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place, 5)


def test_the_command_serves_all_topics_tells_its_limits_and_ends_on_a_signal() -> None:
    bootstrap = f"127.0.0.1:{free_port()}"
    script = "from streams.apps.broker import run; from streams.settings import Settings; exit(run(Settings()))"
    environment = os.environ | {"PENCHANT_KAFKA__BOOTSTRAP": bootstrap, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = child.stdout.readline()
            assert line, f"ended too early: {said}"
            said += line
        assert bootstrap in said and all(limit in said for limit in LIMITS)
        settings = Settings(kafka=KafkaSettings(bootstrap=bootstrap, embedded=True))
        assert set(check_topics(settings).values()) == {settings.topics.partitions}
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0


def test_the_command_refuses_an_address_beyond_loopback() -> None:
    from streams.apps.broker import run

    with pytest.raises(EmbeddedBrokerError, match=r"kafka.bootstrap=0.0.0.0:9092: .* 127.0.0.1:PORT"):
        run(Settings(kafka=KafkaSettings(bootstrap="0.0.0.0:9092")))
