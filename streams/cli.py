"""Command line: `penchant` and its commands, each of which says in its help what it does and shows an example."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from streams.settings import Settings

app = typer.Typer(
    help="""Streaming interests and recommendations on Kafka.

    Behaviors go in, ranked lists come out, exactly once.

    See it at work on real purchases, with nothing else installed:

        penchant demo

    On a Kafka of your own:

        penchant topics create --bootstrap kafka:9092
        penchant encoder --bootstrap kafka:9092
        penchant worker --bootstrap kafka:9092
        penchant produce clickstream clicks.jsonl --bootstrap kafka:9092
        penchant tail --bootstrap kafka:9092

    Settings come from flags, else from the environment
    (PENCHANT_KAFKA__BOOTSTRAP=kafka:9092), else from a penchant.toml in
    the folder you are in.""",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
topics = typer.Typer(help="Topics of the plan: what Penchant reads and writes.", no_args_is_help=True)
app.add_typer(topics, name="topics")


Bootstrap = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Where Kafka is; several, separated by commas. (Setting kafka.bootstrap.)"),
]
Partitioner = Annotated[
    Literal["crc32", "murmur2", "fnv1a"],
    typer.Option(help="How a key becomes a partition: as librdkafka (crc32), Java (murmur2) or Sarama (fnv1a) does."),
]


def main() -> None:
    """Runs the command line: exit code 2 and one line for what an operator can mend, 130 when interrupted."""
    try:
        app(prog_name="penchant")
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from streams.apps.operators import explanation

        line = explanation(error)
        if line is None:
            raise
        typer.echo(f"penchant: {line}", err=True)
        sys.exit(2)


@topics.command("create")
def create_topics(bootstrap: Bootstrap = None) -> None:
    """Create the topics that are not there yet.

    Partitions, compaction and retention come from the settings. It may be
    run again at any time, and changes nothing that is there.

    Example:

        PENCHANT_TOPICS__PARTITIONS=24 penchant topics create
    """
    from streams.apps import topics

    _end(topics.create(_client_settings(bootstrap)))


@app.command()
def worker(
    bootstrap: Bootstrap = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A folder of its own for its state. (Setting worker.data.)")
    ] = None,
) -> None:
    """Run a worker: behaviors in, recommendations out.

    Start as many as you like, each with a data folder of its own; they
    share the partitions among them. A worker may be killed at any time:
    another goes on from where it committed last.

    Example:

        penchant worker --bootstrap kafka:9092 --data /var/lib/penchant/1
    """
    settings = _settings(kafka={"bootstrap": bootstrap}, worker={"data": data})

    from streams.apps import worker

    _end(worker.run(settings))


@app.command()
def encoder(
    bootstrap: Bootstrap = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A folder for its cache of vectors. (Setting encoder.data.)")
    ] = None,
) -> None:
    """Run the encoder: texts in, vectors out.

    Items and behaviors that carry text need it. It uses a GPU where there
    is one, and encodes no text twice.

    Example:

        penchant encoder --bootstrap kafka:9092
    """
    settings = _settings(kafka={"bootstrap": bootstrap}, encoder={"data": data})

    from streams.apps import encoder

    _end(encoder.run(settings))


@app.command()
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

    _end(broker.run(_settings(kafka={"bootstrap": bootstrap})))


@app.command()
def produce(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="clickstream for behaviors, items for items.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="One JSON per line; - is standard input.", show_default=False)
    ] = Path("-"),
    rate: Annotated[float, typer.Option(min=0, help="Records per second; 0 is as fast as it goes.")] = 0.0,
    partitioner: Partitioner = "crc32",
    bootstrap: Bootstrap = None,
) -> None:
    """Send lines of JSON to a topic, each checked first.

    Behaviors are keyed by user_id, or by anonymous_id where there is none;
    items by id. The first line that does not fit ends it, with its number.

    Examples:

        penchant produce items shop.jsonl
        penchant produce clickstream clicks.jsonl --rate 100

    where clicks.jsonl has lines such as

        {"event_id": "e1", "user_id": "ann", "type": "view",
         "item_id": "22423", "occurred_at": "2026-01-31T12:00:00Z"}

    each written on one line.
    """
    from streams.apps.produce import ProduceOptions, run

    options = ProduceOptions(topic, file, rate, partitioner)
    _end(run(_client_settings(bootstrap), options))


@app.command()
def replay(
    events: Annotated[
        Path | None,
        typer.Argument(metavar="EVENTS", help="A CSV, gzipped or not; the shipped sample where none is named."),
    ] = None,
    items: Annotated[
        Path | None, typer.Option(metavar="ITEMS.jsonl[.gz]", help="Items to send first; the sample has its own.")
    ] = None,
    speed: Annotated[float, typer.Option(min=0, help="Recorded seconds per second; 0 is as fast as it goes.")] = 1000.0,
    shift_to_now: Annotated[
        bool, typer.Option("--shift-to-now", help="Move all times so that the last behavior happens now.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Do not wait until the encoder has made the items' vectors.")
    ] = False,
    partitioner: Partitioner = "crc32",
    bootstrap: Bootstrap = None,
) -> None:
    """Send a recorded data set in the order in which it happened.

    Items go first. EVENTS is a CSV with a header: user_id, item_id and
    occurred_at are needed; type (else purchase), event_id, text and value
    may be there.

    Recorded times stay as they are, since no limit of Kafka's or ours is
    about the past. --shift-to-now makes them recent: it reads better, and
    suits a recording that goes on with live behaviors.

    Examples:

        penchant replay --speed 100000
        penchant replay clicks.csv.gz --items shop.jsonl --speed 60
    """
    from streams.apps.replay import ReplayOptions, run

    options = ReplayOptions(events, items, speed, shift_to_now, not no_wait, partitioner)
    _end(run(_client_settings(bootstrap), options))


@app.command()
def tail(
    user: Annotated[str | None, typer.Option(metavar="ID", help="Only the lists of this user.")] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Also those published before, oldest first per partition.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Each list as it was published, one JSON per line.")] = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Show recommendations as they are published, until interrupted.

    Examples:

        penchant tail
        penchant tail --user customer-17 --from-beginning
        penchant tail --json | jq .items
    """
    from streams.apps.tail import TailOptions, run

    _end(run(_client_settings(bootstrap), TailOptions(user, from_beginning, json)))


@app.command()
def inspect(
    user: Annotated[
        str, typer.Argument(metavar="USER", help="The user's id, as in the behaviors (or the anonymous_id).")
    ],
    bootstrap: Bootstrap = None,
) -> None:
    """Show what is known of a user.

    Interests in numbers and in words (the titles of the nearest items),
    and the latest list with its reasons.

    Example:

        penchant inspect customer-17
    """
    from streams.apps.inspect import run

    _end(run(_client_settings(bootstrap), user))


@app.command()
def demo(
    events: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the first N of the 20,000 purchases.")
    ] = None,
    fake_encoder: Annotated[
        bool,
        typer.Option("--fake-encoder", help="Vectors from a hash of the words: quick, needs no torch, knows little."),
    ] = False,
    keep_data: Annotated[
        bool, typer.Option("--keep-data", help="Leave the state and the logs, and say where.")
    ] = False,
) -> None:
    """Show it at work on real purchases; needs no Kafka.

    A broker in memory, an encoder and a worker, each a process of its own,
    and a year of purchases in an online shop. It takes a minute or two,
    ends by itself and leaves nothing behind.

    Example:

        penchant demo
    """
    from streams.apps.demo import DemoOptions, run

    _end(run(DemoOptions(events, fake_encoder, keep_data)))


def _settings(**flags: dict[str, Any]) -> "Settings":
    from streams.apps.operators import load_settings

    return load_settings(**flags)


def _client_settings(bootstrap: str | None) -> "Settings":
    from streams.apps.operators import keep_logs_quiet

    keep_logs_quiet()
    return _settings(kafka={"bootstrap": bootstrap})


def _end(code: int | None) -> None:
    raise typer.Exit(code or 0)


if __name__ == "__main__":
    main()
