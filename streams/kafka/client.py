"""Clients: from our settings to what librdkafka and Faust take."""

import logging
import ssl
from typing import TYPE_CHECKING, Any

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from streams.logs import get_log
from streams.settings import KafkaSettings

if TYPE_CHECKING:
    from faust.auth import Credentials

MESSAGE_BYTES = 20_000_000

# librdkafka properties that Faust's clients have, under another name or in another form.
MAPPED = frozenset(
    {
        "client.id",
        "security.protocol",
        "sasl.mechanism",
        "sasl.mechanisms",
        "sasl.username",
        "sasl.password",
        "ssl.ca.location",
        "ssl.ca.pem",
        "ssl.certificate.location",
        "ssl.key.location",
        "ssl.key.password",
        "ssl.endpoint.identification.algorithm",
        "enable.ssl.certificate.verification",
    }
)
# Tuning of librdkafka's own buffers and reports, which Faust's clients have no counterpart of and no need for.
LIBRDKAFKA_ONLY = frozenset(
    {
        "batch.num.messages",
        "batch.size",
        "compression.codec",
        "compression.level",
        "compression.type",
        "debug",
        "fetch.queue.backoff.ms",
        "linger.ms",
        "log.connection.close",
        "log_level",
        "queue.buffering.max.kbytes",
        "queue.buffering.max.messages",
        "queue.buffering.max.ms",
        "queued.max.messages.kbytes",
        "queued.min.messages",
        "statistics.interval.ms",
    }
)
NO_MAPPING = "kafka.client: {} cannot be given to Faust's clients, which the worker reads with; {}"


class ClientError(Exception):
    """Kafka's client settings are wrong; the message names the property and what to write instead."""


class ClientLog:
    """Where librdkafka's log lines go: events at debug, in the shape of a standard logger's `log`."""

    def __init__(self) -> None:
        self._log = get_log("kafka")

    def log(self, level: int, form: str, *parts: object) -> None:
        """Takes one line; librdkafka's own level becomes a field."""
        self._log.debug("librdkafka", level=logging.getLevelName(level).lower(), line=form % parts if parts else form)


def client_config(settings: KafkaSettings, **more: object) -> dict[str, Any]:
    """What every librdkafka client of ours gets. more: further properties, with _ for each dot."""
    ours = {"bootstrap.servers": settings.bootstrap, "logger": ClientLog(), "log_level": 4}
    return {**ours, **settings.client, **{property_name(name): value for name, value in more.items()}}


def admin_config(settings: KafkaSettings, **more: object) -> dict[str, Any]:
    """Properties of an admin client."""
    return client_config(settings, **more)


def producer_config(settings: KafkaSettings, **more: object) -> dict[str, Any]:
    """Properties of an idempotent producer: lz4, batches of 5 ms, a long local queue, messages of up to 20 MB."""
    ours: dict[str, Any] = {
        "compression.type": "lz4",
        "linger.ms": 5,
        "queue.buffering.max.messages": 1_000_000,
        "queue.buffering.max.kbytes": 1 << 20,
        "message.max.bytes": MESSAGE_BYTES,
        "retry.backoff.ms": 10,
    }
    return {**ours, **client_config(settings, **more), "enable.idempotence": True}


def consumer_config(settings: KafkaSettings, group: str, partition_eof: bool = False, **more: object) -> dict[str, Any]:
    """Properties of a consumer that reads what is committed, promptly, and never commits by itself.

    partition_eof: whether the end of each partition is reported as an event of its own.
    """
    ours: dict[str, Any] = {"fetch.wait.max.ms": 50, "fetch.queue.backoff.ms": 5, "auto.offset.reset": "earliest"}
    fixed: dict[str, Any] = {
        "group.id": group,
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "enable.partition.eof": partition_eof,
    }
    return {**ours, **client_config(settings, **more), **fixed}


def open_admin(settings: KafkaSettings, **more: object) -> AdminClient:
    """An admin client. Raises ClientError when a property is wrong."""
    return opened(AdminClient, admin_config(settings, **more))


def open_producer(settings: KafkaSettings, **more: object) -> Producer:
    """An idempotent producer. Raises ClientError when a property is wrong."""
    return opened(Producer, producer_config(settings, **more))


def open_consumer(settings: KafkaSettings, group: str, partition_eof: bool = False, **more: object) -> Consumer:
    """A read_committed consumer. Raises ClientError when a property is wrong."""
    return opened(Consumer, consumer_config(settings, group, partition_eof, **more))


def faust_options(settings: KafkaSettings) -> dict[str, Any]:
    """Keyword arguments of faust.App that say how to reach Kafka. Raises ClientError for what Faust cannot do."""
    options: dict[str, Any] = {
        "broker": [f"kafka://{address.strip()}" for address in settings.bootstrap.split(",")],
        "broker_credentials": faust_credentials(settings),
    }
    if "client.id" in settings.client:
        options["broker_client_id"] = settings.client["client.id"]
    return options


def faust_credentials(settings: KafkaSettings) -> "Credentials | None":
    """The client properties as Faust's credentials, None for plaintext. Raises ClientError for what Faust cannot do."""
    from faust.auth import SASLCredentials, SSLCredentials

    given = settings.client
    for name in sorted(set(given) - MAPPED - LIBRDKAFKA_ONLY):
        raise ClientError(NO_MAPPING.format(name, "remove it, or use " + ", ".join(sorted(MAPPED))))
    protocol = given.get("security.protocol", "plaintext").lower()
    if protocol not in ("plaintext", "ssl", "sasl_plaintext", "sasl_ssl"):
        raise ClientError(
            f"kafka.client: security.protocol={protocol!r}: use plaintext, ssl, sasl_plaintext or sasl_ssl"
        )
    context = ssl_context(given) if protocol.endswith("ssl") else None
    if protocol.startswith("sasl"):
        return SASLCredentials(
            username=given.get("sasl.username"),
            password=given.get("sasl.password"),
            mechanism=sasl_mechanism(given),
            ssl_context=context,
        )
    return SSLCredentials(context) if context is not None else None


def sasl_mechanism(given: dict[str, str]) -> str:
    """The mechanism, checked to be one with a user name and a password."""
    names = {given[name].upper() for name in ("sasl.mechanism", "sasl.mechanisms") if name in given}
    if len(names) != 1:
        raise ClientError("kafka.client: set sasl.mechanism, to one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512")
    name = names.pop()
    if name not in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"):
        raise ClientError(NO_MAPPING.format(f"sasl.mechanism={name}", "use PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"))
    for needed in ("sasl.username", "sasl.password"):
        if not given.get(needed):
            raise ClientError(f"kafka.client: sasl.mechanism={name} needs {needed}")
    return name


def ssl_context(given: dict[str, str]) -> ssl.SSLContext:
    """librdkafka's ssl.* properties as a context with the same meaning, its defaults included."""
    authority = given.get("ssl.ca.location")
    try:
        context = ssl.create_default_context(
            cafile=None if authority in (None, "", "probe") else authority, cadata=given.get("ssl.ca.pem")
        )
        if "ssl.certificate.location" in given:
            context.load_cert_chain(
                given["ssl.certificate.location"], given.get("ssl.key.location"), given.get("ssl.key.password", "")
            )
    except (OSError, ValueError) as error:
        files = {n: given[n] for n in ("ssl.ca.location", "ssl.certificate.location", "ssl.key.location") if n in given}
        raise ClientError(f"kafka.client: TLS files cannot be used ({error}); check {files}") from error
    context.check_hostname = given.get("ssl.endpoint.identification.algorithm", "https").lower() == "https"
    if given.get("enable.ssl.certificate.verification", "true").lower() == "false":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def opened(client: type[Any], config: dict[str, Any]) -> Any:
    """A client of that class, its complaint about a property as ClientError."""
    try:
        return client(config)
    except (KafkaException, TypeError, ValueError) as error:
        raise ClientError(f"kafka.client: {reason(error)}; the names and values are librdkafka's") from error


def reason(error: Exception) -> str:
    """What a client's error says, without its wrapping."""
    cause = error.args[0] if error.args else error
    return str(cause.str()) if hasattr(cause, "str") else str(cause)


def property_name(name: str) -> str:
    """librdkafka's name of a keyword argument: dots for underscores, save in the names of callbacks."""
    return name if name.endswith("_cb") or name.startswith("on_") else name.replace("_", ".")
