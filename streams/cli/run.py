"""Commands that run a part of Penchant: topics, worker, encoder, broker."""

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import Bootstrap, client_settings, end, settings_of

MetricsPort = Annotated[
    int | None,
    typer.Option(metavar="PORT", help="Where it serves metrics and health, each process its own; 0 serves none."),
]


def create_topics(bootstrap: Bootstrap = None) -> None:
    """Create the topics that are not there yet.

    Partitions, compaction and retention come from the settings. It may be
    run again at any time, and changes nothing that is there.

    Example:

        PENCHANT_TOPICS__PARTITIONS=24 penchant topics create
    """
    from streams.apps import topics

    end(topics.create(client_settings(bootstrap)))


def worker(
    bootstrap: Bootstrap = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A folder of its own for its state. (Setting worker.data.)")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Business rules of all lists, in YAML. (Setting worker.rules.)")
    ] = None,
    metrics_port: MetricsPort = None,
) -> None:
    """Run a worker: behaviors in, recommendations out.

    Start as many as you like, each with a data folder of its own; they
    share the partitions among them. A worker may be killed at any time:
    another goes on from where it committed last. What it does is told to
    Prometheus at http://127.0.0.1:9464/metrics, and whether it is ready at
    /readyz.

    Example:

        penchant worker --bootstrap kafka:9092 --data /var/lib/penchant/1
    """
    flags = {"data": data, "rules": rules, "metrics_port": metrics_port}
    settings = settings_of(kafka={"bootstrap": bootstrap}, worker=flags)

    from streams.apps import worker

    end(worker.run(settings))


def encoder(
    bootstrap: Bootstrap = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A folder for its cache of vectors. (Setting encoder.data.)")
    ] = None,
    metrics_port: MetricsPort = None,
) -> None:
    """Run the encoder: texts in, vectors out.

    Items and behaviors that carry text need it. It uses a GPU where there
    is one, and encodes no text twice. What it does is told to Prometheus
    at http://127.0.0.1:9465/metrics, and whether it is ready at /readyz.

    Example:

        penchant encoder --bootstrap kafka:9092
    """
    settings = settings_of(kafka={"bootstrap": bootstrap}, encoder={"data": data, "metrics_port": metrics_port})

    from streams.apps import encoder

    end(encoder.run(settings))


def broker(
    bootstrap: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where to listen. (Setting kafka.bootstrap.)")
    ] = None,
) -> None:
    """Run a small Kafka in memory, to try things out.

    Nothing is kept: records are gone when it ends, old ones before that.

    Example:

        penchant broker
    """
    from streams.apps import broker

    end(broker.run(settings_of(kafka={"bootstrap": bootstrap})))
