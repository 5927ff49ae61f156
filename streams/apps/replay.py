"""Replay: a recorded data set into Kafka, in event-time order, at the pace of the recording or a multiple of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import typer

from models.samples.recording import read_behaviors, read_items
from models.samples.retail import CREDIT, EVENTS, ITEMS
from schemas.behaviors import Behavior, encode_behavior
from schemas.items import Item, encode_item
from schemas.times import rfc3339
from streams.apps.feed import Feed, Partitioner
from streams.apps.operators import OperatorError
from streams.apps.reading import Reader
from streams.settings import Settings

REPORT_INTERVAL = 5.0


@dataclass(frozen=True)
class ReplayOptions:
    """What to replay, and how fast.

    events: a recording of behaviors, None for the shipped sample with its items. speed: recorded seconds per second,
    0 for as fast as it goes. shift_to_now: move all times so that the last behavior happens now; Kafka does not care,
    but lists then say dates of today, and later live behaviors of the same users find their interests fresh.
    wait_for_items: begin with the behaviors once every item has its vector; a behavior on an item that has none waits
    in the worker, and at a high speed event time runs past that wait's limit.
    """

    events: Path | None = None
    items: Path | None = None
    speed: float = 1000.0
    shift_to_now: bool = False
    wait_for_items: bool = True
    partitioner: Partitioner = "crc32"


def run(settings: Settings, options: ReplayOptions) -> int:
    """Replays items, then behaviors; returns 0 when all are acknowledged. Raises OperatorError, RecordingError."""
    items = list(read_items(options.items or ITEMS)) if options.items or not options.events else []
    behaviors = read_behaviors(options.events or EVENTS)
    if not behaviors:
        raise OperatorError(f"{options.events} holds no behaviors: name a recording with at least one line")
    if options.events is None:
        typer.echo(f"The shipped sample: {CREDIT}")
    if options.shift_to_now:
        behaviors = shifted(behaviors, time.time())
    topics = settings.topics
    with Feed(settings, (topics.items, topics.clickstream), options.partitioner) as feed:
        send_items(feed, topics.items, items)
        feed.finish()
        typer.echo(f"{len(items):,} items sent to {topics.items}")
        if items and options.wait_for_items:
            _wait_for_vectors(settings, {item.id for item in items})
        began = time.monotonic()
        send_behaviors(feed, topics.clickstream, behaviors, options.speed, _Report(len(behaviors)))
    typer.echo(f"{len(behaviors):,} behaviors sent to {topics.clickstream} in {time.monotonic() - began:.1f} s")
    return 0


def shifted(behaviors: Sequence[Behavior], last: float) -> list[Behavior]:
    """The behaviors moved in time so that the last one happens at `last`, epoch seconds; distances stay."""
    shift = last - behaviors[-1].at
    return [msgspec.structs.replace(b, occurred_at=round((b.at + shift) * 1000)) for b in behaviors]


def send_items(feed: Feed, topic: str, items: Sequence[Item]) -> None:
    """Sends the items, keyed by their ids."""
    for item in items:
        feed.send(topic, item.id, encode_item(item))


def send_behaviors(
    feed: Feed, topic: str, behaviors: Sequence[Behavior], speed: float, report: Callable[[int, Behavior], None]
) -> None:
    """Sends the behaviors, keyed by their owners' ids, each when its time has come; 0 is as fast as it goes."""
    began, first = time.monotonic(), behaviors[0].at
    for count, behavior in enumerate(behaviors):
        if speed:
            feed.wait(began + (behavior.at - first) / speed - time.monotonic())
        feed.send(topic, behavior.owner, encode_behavior(behavior))
        report(count + 1, behavior)


class _Report:
    """A line now and then on how far the replay has come."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._next = time.monotonic() + REPORT_INTERVAL

    def __call__(self, sent: int, behavior: Behavior) -> None:
        if time.monotonic() >= self._next:
            self._next += REPORT_INTERVAL
            typer.echo(f"  {rfc3339(behavior.at)[:16].replace('T', ' ')}  {sent:>9,} of {self._total:,} behaviors")


def _wait_for_vectors(settings: Settings, missing: set[str]) -> None:
    total = len(missing)
    told = time.monotonic()
    with Reader(settings, (settings.topics.items_encoded,)) as reader:
        while missing:
            missing -= {key.decode() for message in reader.poll(0.2) if (key := message.key()) is not None}
            if time.monotonic() - told > REPORT_INTERVAL:
                told = time.monotonic()
                typer.echo(
                    f"  {total - len(missing):,} of {total:,} items have their vectors; `penchant encoder` makes them"
                    " (--no-wait goes on without)"
                )
