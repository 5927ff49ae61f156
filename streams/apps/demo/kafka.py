"""Demo Kafka: one in memory, or a real one on which the demo has topics of its own for a while."""

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import typer
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from streams.apps.demo.options import DemoOptions
from streams.apps.demo.setup import DemoSetup, embedded_setup, real_setup
from streams.kafka.client import open_admin
from streams.kafka.embedded import EmbeddedBroker
from streams.kafka.topic_plan import topic_plan
from streams.kafka.topics import TopicAdmin, create_topics
from streams.settings import Settings

PREFIX = "penchant-demo-"
ANSWER = 30.0  # seconds
MISSED = 20.0  # seconds, above the sessions' time-out
GONE = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError.GROUP_ID_NOT_FOUND})


@contextmanager
def open_kafka(options: DemoOptions, folder: Path) -> Iterator[DemoSetup]:
    """The demo's setup, on a Kafka with all its topics. Raises TopicError when the real one cannot be used."""
    if options.broker is None:
        with EmbeddedBroker() as broker:
            setup = embedded_setup(options, folder, broker.bootstrap)
            broker.create_topics(setup.settings)
            yield setup
        return
    setup = real_setup(options, folder, options.broker, f"{PREFIX}{secrets.token_hex(3)}")
    TopicAdmin(setup.settings).cluster()
    try:
        create_topics(setup.settings)
        yield setup
    finally:
        if not options.keep_running:
            _delete(setup.settings)


def deletion_command(settings: Settings) -> str:
    """The command of Kafka's own tools that deletes the demo's topics."""
    return f"kafka-topics.sh --bootstrap-server {settings.kafka.bootstrap} --delete --topic '{settings.app}[.].*'"


def _delete(settings: Settings) -> None:
    """Deletes the demo's topics and groups; says so where Kafka refuses the topics."""
    admin = open_admin(settings.kafka)
    asked = admin.delete_topics([topic.name for topic in topic_plan(settings)], operation_timeout=ANSWER)
    refusals = [error for future in asked.values() if (error := _refusal(future)) is not None]
    if refusals:
        typer.echo(
            f"penchant demo: {len(refusals)} of the topics {settings.app}.… are left on {settings.kafka.bootstrap} "
            f"({refusals[0].str()}); delete them with {deletion_command(settings)}",
            err=True,
        )
    _delete_groups(admin, settings.app)


def _delete_groups(admin: AdminClient, app: str) -> None:
    """Deletes groups that begin with `app`, as soon as Kafka has missed the members that had to be killed."""
    try:
        listed = admin.list_consumer_groups(request_timeout=ANSWER).result(2 * ANSWER).valid
    except KafkaException:
        return
    groups = [group.group_id for group in listed if group.group_id.startswith(app)]
    end = time.monotonic() + MISSED
    while groups and time.monotonic() < end:
        answers = admin.delete_consumer_groups(groups, request_timeout=ANSWER).items()
        refusals = {group: error for group, future in answers if (error := _refusal(future)) is not None}
        groups = [group for group, error in refusals.items() if error.code() == KafkaError.NON_EMPTY_GROUP]
        if groups:
            time.sleep(0.5)


def _refusal(future: "Future[None]") -> KafkaError | None:
    try:
        future.result(2 * ANSWER)
    except KafkaException as error:
        cause: KafkaError = error.args[0]
        return None if cause.code() in GONE else cause
    return None
