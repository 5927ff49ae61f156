"""penchant broker: the embedded broker with all topics of the plan, until it is interrupted."""

import time

import typer

from streams.apps.interrupts import Interrupted, Interrupts
from streams.kafka.embedded import LIMITS, EmbeddedBroker, EmbeddedBrokerError
from streams.settings import KafkaSettings, Settings

PAUSE = 0.2
LOOPBACK = ("127.0.0.1", "localhost")


def run(settings: Settings) -> int:
    """Serves at kafka.bootstrap until SIGINT, SIGTERM or SIGHUP; returns 0. Raises EmbeddedBrokerError."""
    with Interrupts() as interrupts, EmbeddedBroker(port_of(settings.kafka)) as broker:
        broker.create_topics(settings)
        typer.echo(f"A Kafka in memory listens at {broker.bootstrap}, {settings.topics.partitions} partitions a topic.")
        typer.echo("Let the other commands know: export PENCHANT_KAFKA__EMBEDDED=true", nl=False)
        typer.echo(f" PENCHANT_KAFKA__BOOTSTRAP={broker.bootstrap}")
        typer.echo("For trying things out only:\n" + "\n".join(f"  - {limit}" for limit in LIMITS))
        typer.echo("Ctrl-C ends it.")
        try:
            while True:
                interrupts.check()
                time.sleep(PAUSE)
        except Interrupted:
            typer.echo("Ended; all records are gone.")
    return 0


def port_of(kafka: KafkaSettings) -> int:
    """The port to listen on. Raises EmbeddedBrokerError for an address that is not on loopback."""
    host, _, port = kafka.bootstrap.rpartition(":")
    if host not in LOOPBACK or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise EmbeddedBrokerError(
            f"kafka.bootstrap={kafka.bootstrap}: the embedded broker listens on loopback only; use 127.0.0.1:PORT"
        )
    return int(port)
