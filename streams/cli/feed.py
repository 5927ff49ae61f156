"""Commands that send data to Kafka: produce, replay, simulate."""

from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli.options import Bootstrap, Partitioner, client_settings, end

PLANTED = "What is planted"


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
    end(run(client_settings(bootstrap), options))


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
    end(run(client_settings(bootstrap), options))


def _planted(help_text: str) -> Any:
    """An option that is a share, among those that say what is planted."""
    return typer.Option(min=0, max=1, metavar="SHARE", help=help_text, rich_help_panel=PLANTED)


def simulate(  # noqa: PLR0913 - one for each option
    rate: Annotated[float, typer.Option(min=0.01, help="Behaviors per second of all users together.")] = 10.0,
    count: Annotated[int, typer.Option(min=0, metavar="N", help="End after N behaviors; 0 for no end.")] = 0,
    duration: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="End after this time; 0 for no end.")] = 0.0,
    users: Annotated[int, typer.Option(min=1, metavar="N", help="How many users.")] = 200,
    items: Annotated[int, typer.Option(min=20, metavar="N", help="How many items, of 20 topics.")] = 1000,
    no_items: Annotated[bool, typer.Option("--no-items", help="Do not send the items: they are there.")] = False,
    days: Annotated[
        float, typer.Option(min=0, help="Make the visits of so many days until now, by day and night; 0 for one flow.")
    ] = 0.0,
    visits: Annotated[float, typer.Option(min=0.001, help="Visits of a user a day, on average; with --days.")] = 1.0,
    lifelike: Annotated[
        bool, typer.Option("--lifelike", help="Plant some of everything below.", rich_help_panel=PLANTED)
    ] = False,
    noise: Annotated[float, _planted("Of what users see outside their interests.")] = 0.1,
    drift: Annotated[float, _planted("Of users who change an interest on the way.")] = 0.0,
    fading: Annotated[float, _planted("Of interests that come up, and fade by a half-life of their own.")] = 0.0,
    seasons: Annotated[float, _planted("How strongly topics keep to a time of the day and of the year.")] = 0.0,
    contexts: Annotated[float, _planted("Of interests that keep to a part of the day and a device.")] = 0.0,
    choosers: Annotated[float, _planted("Of users who go by category, brand or price.")] = 0.0,
    shown: Annotated[
        int, typer.Option(min=0, max=100, help="Items in an impression; 0 for none.", rich_help_panel=PLANTED)
    ] = 0,
    refusals: Annotated[float, _planted("Of what is shown and not wanted that is skipped, hidden, disliked.")] = 0.0,
    bots: Annotated[float, _planted("Of users under whose id a machine repeats the same items.")] = 0.0,
    requests: Annotated[float, _planted("Of users who say in words what they want.")] = 0.0,
    mutes: Annotated[float, _planted("Of users who mute a topic.")] = 0.0,
    anonymous: Annotated[float, _planted("Of users who have no name at first.")] = 0.0,
    cold: Annotated[float, _planted("Of users who come once and do little.")] = 0.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same users, items and acts.")] = 1,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write behaviors to a file instead, at once; - to the screen.")
    ] = None,
    items_output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write items to a file instead.")] = None,
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what is planted in each user, one JSON per line.")
    ] = None,
    partitioner: Partitioner = "crc32",
    bootstrap: Bootstrap = None,
) -> None:
    """Send made-up users' behaviors, to try a Kafka without data.

    Each user has one to three interests among 20 topics (camping, coffee,
    ...), searches, looks and buys accordingly, with some noise. Items go
    first; behaviors follow at the rate, as if they happened now, until the
    end or Ctrl-C. With --days their times are those of real visits, and
    the last one is now.

    Examples:

        penchant simulate --rate 50 --duration 60
        penchant simulate --count 1000 --output clicks.jsonl
        penchant simulate --items-output shop.jsonl
        penchant simulate --days 30 --output c.jsonl --truth t.jsonl
    """
    from models.simulator.options import SimulatorOptions
    from models.simulator.options import lifelike as made_lifelike
    from streams.apps.simulate import SimulateOptions, run

    simulator = SimulatorOptions(
        users=users,
        items=items,
        seed=seed,
        rate=rate,
        days=days,
        visits=visits,
        noise=noise,
        drift=drift,
        fading=fading,
        seasons=seasons,
        contexts=contexts,
        choosers=choosers,
        shown=shown,
        refusals=refusals,
        bots=bots,
        requests=requests,
        mutes=mutes,
        anonymous=anonymous,
        cold=cold,
    )
    if lifelike:
        simulator = made_lifelike(simulator)
    options = SimulateOptions(simulator, count, duration, not no_items, output, items_output, truth, partitioner)
    end(run(client_settings(bootstrap), options))
