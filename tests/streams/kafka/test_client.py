"""Client settings: what librdkafka and Faust's clients make of them, up to a broker with TLS, passwords and rights."""

import asyncio
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError
from faust.auth import SASLCredentials, SSLCredentials
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth
from structlog.testing import capture_logs

from streams.kafka.client import (
    ClientError,
    client_config,
    consumer_config,
    faust_credentials,
    faust_options,
    open_admin,
    open_consumer,
    open_producer,
    producer_config,
)
from streams.kafka.topics import TopicError, check_topics, create_topics
from streams.settings import KafkaSettings
from tests.kafka.broker import RealKafka, free_port
from tests.kafka.jars import java
from tests.kafka.settings import unique_settings
from tests.kafka.topics import create, produce, unique

PASSWORD = "test-password"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    """A broker with TLS, passwords and rights, as alice, who may do everything, reaches it."""
    folder = tmp_path_factory.mktemp("tls")
    keystore, authority = certificates(folder)
    kafka = RealKafka()
    address = f"127.0.0.1:{free_port()}"
    kafka.options = {
        "listeners": f"{kafka.defaults()['listeners']},SECURE://{address}",
        "advertised.listeners": f"{kafka.defaults()['advertised.listeners']},SECURE://{address}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.secure.plain.sasl.jaas.config": (
            'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="wonder" user_bob="builder";'
        ),
        "ssl.keystore.location": str(keystore),
        "ssl.keystore.password": PASSWORD,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:alice",
    }
    client = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanisms": "PLAIN",
        "sasl.username": "alice",
        "sasl.password": "wonder",
        "ssl.ca.location": str(authority),
    }
    with kafka:
        create(kafka.bootstrap, "seen", partitions=1)
        produce(kafka.bootstrap, "seen", [(b"k", b"secret")])
        yield KafkaSettings(bootstrap=address, client=client)


@pytest.mark.kafka
def test_librdkafka_and_faust_read_the_same_topic_with_the_same_settings(secured: KafkaSettings) -> None:
    topics = open_admin(secured).list_topics(timeout=10).topics
    assert "seen" in topics
    assert asyncio.run(first_value(secured, "seen")) == b"secret"


@pytest.mark.kafka
def test_a_wrong_password_is_refused_to_both(secured: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.kafka.topics.ANSWER", 2.0)
    wrong = secured.model_copy(update={"client": secured.client | {"sasl.password": "guess"}})
    with pytest.raises(TopicError, match=r"does not let this client in .*Invalid username or password"):
        check_topics(unique_settings(wrong.bootstrap, kafka=wrong))
    with pytest.raises(KafkaConnectionError):
        asyncio.run(first_value(wrong, "seen"))


@pytest.mark.kafka
def test_a_broker_with_a_certificate_from_elsewhere_is_refused(secured: KafkaSettings, tmp_path: Path) -> None:
    _, elsewhere = certificates(tmp_path)
    doubtful = secured.model_copy(update={"client": secured.client | {"ssl.ca.location": str(elsewhere)}})
    with pytest.raises(KafkaConnectionError):
        asyncio.run(first_value(doubtful, "seen"))
    trusting = {**doubtful.client, "enable.ssl.certificate.verification": "false"}
    assert asyncio.run(first_value(doubtful.model_copy(update={"client": trusting}), "seen")) == b"secret"


@pytest.mark.kafka
def test_a_client_without_rights_is_told_which_it_needs(secured: KafkaSettings) -> None:
    bob = secured.model_copy(update={"client": secured.client | {"sasl.username": "bob", "sasl.password": "builder"}})
    with pytest.raises(TopicError, match=r"did not create .*AUTHORIZATION_FAILED.* grant this client CREATE"):
        create_topics(unique_settings(bob.bootstrap, kafka=bob))


def test_what_faust_cannot_do_is_refused_by_name() -> None:
    for client, named in (
        ({"sasl.oauthbearer.config": "x"}, "sasl.oauthbearer.config"),
        ({"ssl.keystore.location": "x.p12"}, "ssl.keystore.location"),
        ({"security.protocol": "tls"}, "security.protocol='tls'"),
        ({"security.protocol": "sasl_ssl"}, "sasl.mechanism"),
        ({"security.protocol": "sasl_ssl", "sasl.mechanism": "OAUTHBEARER"}, "sasl.mechanism=OAUTHBEARER"),
        ({"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN"}, "needs sasl.username"),
        ({"security.protocol": "ssl", "ssl.ca.location": "/nowhere/ca.pem"}, "/nowhere/ca.pem"),
        ({"security.protocol": "ssl", "ssl.certificate.location": "/nowhere/me.pem"}, "/nowhere/me.pem"),
    ):
        with pytest.raises(ClientError, match=named):
            faust_credentials(KafkaSettings(client=client))


def test_a_password_is_not_shown_in_an_error() -> None:
    client = {"sasl.password": "wonder", "sasl.username": "alice", "ssl.keystore.password": "wonder"}
    with pytest.raises(ClientError) as refused:
        faust_credentials(KafkaSettings(client=client))
    assert "ssl.keystore.password" in str(refused.value) and "wonder" not in str(refused.value)


def test_each_protocol_becomes_its_credentials() -> None:
    def of(**client: str) -> object:
        return faust_credentials(KafkaSettings(client={name.replace("_", "."): v for name, v in client.items()}))

    assert of() is None and of(security_protocol="PLAINTEXT", linger_ms="1") is None
    tls = of(security_protocol="ssl")
    assert isinstance(tls, SSLCredentials) and tls.context.check_hostname
    unnamed = of(security_protocol="ssl", ssl_endpoint_identification_algorithm="none")
    assert isinstance(unnamed, SSLCredentials)
    assert not unnamed.context.check_hostname and unnamed.context.verify_mode == ssl.CERT_REQUIRED
    user = {"sasl_username": "u", "sasl_password": "p"}
    scram = of(security_protocol="sasl_plaintext", sasl_mechanism="scram-sha-512", **user)
    assert isinstance(scram, SASLCredentials) and scram.ssl_context is None
    assert credentials_to_aiokafka_auth(scram)["sasl_mechanism"] == "SCRAM-SHA-512"


def test_faust_gets_every_address_and_the_client_id() -> None:
    options = faust_options(KafkaSettings(bootstrap="a:1, b:2", client={"client.id": "me"}))
    assert options["broker"] == ["kafka://a:1", "kafka://b:2"]
    assert options["broker_client_id"] == "me"


def test_our_own_needs_win_over_settings_and_settings_over_our_tuning() -> None:
    settings = KafkaSettings(client={"linger.ms": "9", "isolation.level": "read_uncommitted", "group.id": "other"})
    assert producer_config(settings)["linger.ms"] == "9"
    assert producer_config(settings, linger_ms=2)["linger.ms"] == 2
    consumer = consumer_config(settings, "mine", partition_eof=True)
    assert consumer["isolation.level"] == "read_committed" and consumer["group.id"] == "mine"
    assert consumer["enable.auto.commit"] is False and consumer["enable.partition.eof"] is True


def test_a_property_that_librdkafka_does_not_know_is_named() -> None:
    settings = KafkaSettings(client={"sasl.usrname": "x"})
    for opened in (open_admin, open_producer, lambda s: open_consumer(s, "group")):
        with pytest.raises(ClientError, match=r"sasl\.usrname"):
            opened(settings)


def test_librdkafkas_log_lines_become_events_at_debug() -> None:
    with capture_logs() as events:
        producer = open_producer(KafkaSettings(bootstrap="127.0.0.1:1"))
        producer.poll(1)
        while not events:
            producer.poll(0.1)
    assert {event["log_level"] for event in events} == {"debug"}
    assert any("127.0.0.1:1" in event["line"] for event in events)


def test_properties_are_written_with_dots_and_callbacks_as_they_are() -> None:
    config = client_config(KafkaSettings(bootstrap="b:1"), fetch_wait_max_ms=7, error_cb=print, on_delivery=print)
    assert config["fetch.wait.max.ms"] == 7 and config["error_cb"] is config["on_delivery"] is print
    assert config["bootstrap.servers"] == "b:1"


async def first_value(settings: KafkaSettings, topic: str) -> bytes | None:
    """The first record of the topic, read as Faust would read it."""
    auth = credentials_to_aiokafka_auth(faust_credentials(settings))
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=settings.bootstrap, auto_offset_reset="earliest", group_id=unique("group"), **auth
    )
    try:
        await consumer.start()
        record = await asyncio.wait_for(consumer.getone(), 20)
        value: bytes | None = record.value
        return value
    finally:
        await consumer.stop()


def certificates(folder: Path) -> tuple[Path, Path]:
    """A key store for a broker at 127.0.0.1, and the certificate that vouches for it as PEM."""
    keystore, authority = folder / "broker.p12", folder / "authority.pem"
    tool = str(Path(java()).resolve().parent / "keytool")
    common = ["-alias", "broker", "-keystore", str(keystore), "-storetype", "PKCS12", "-storepass", PASSWORD]
    pair = ["-genkeypair", "-keyalg", "EC", "-dname", "CN=broker", "-ext", "san=ip:127.0.0.1", "-ext", "bc=ca:true"]
    subprocess.run([tool, *pair, *common], check=True, capture_output=True)
    subprocess.run([tool, "-exportcert", "-rfc", "-file", str(authority), *common], check=True, capture_output=True)
    return keystore, authority
