"""Simulate: synthetic users with planted interests, to a topic at a rate or to a file."""

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import typer

from models.simulator.options import SimulatorOptions
from models.simulator.simulator import Simulator
from models.simulator.truth import encode_truth
from schemas.behaviors import encode_behavior
from schemas.items import encode_item
from streams.apps.feed import Feed, Partitioner
from streams.apps.interrupts import Interrupted, Interrupts
from streams.apps.operators import OperatorError
from streams.apps.replay import send_items
from streams.settings import Settings

REPORT_INTERVAL = 5.0
LONGEST_WAIT = 0.2
STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True)
class SimulateOptions:
    """What to simulate, and where to. count, duration (seconds): the end, whichever comes first; 0 for none.

    simulator: its start is set to now, or so that its calendar ends now, and what is planted happens within the
    duration, if there is one. output: a file for the behaviors instead of the topic, - for standard output.
    items_output: the same for the items. truth: a file for the planted users.
    """

    simulator: SimulatorOptions = field(default_factory=SimulatorOptions)
    count: int = 0
    duration: float = 0.0
    items: bool = True
    output: Path | None = None
    items_output: Path | None = None
    truth: Path | None = None
    partitioner: Partitioner = "crc32"

    @property
    def behaviors(self) -> int | None:
        """How many behaviors to make, None without end."""
        limits = [self.count] if self.count else []
        limits += [max(1, round(self.duration * self.simulator.rate))] if self.duration else []
        return min(limits, default=None)


def run(settings: Settings, options: SimulateOptions) -> int:
    """Simulates to the end, or until interrupted; returns 0, 128 + signal when it was interrupted.

    Raises: OperatorError when Kafka, a topic or a file is not there, or records get lost.
    """
    if options.output is None and options.items_output is None:
        return _live(settings, options)
    if options.output is not None and options.behaviors is None and not options.simulator.days:
        raise OperatorError("a file of behaviors needs an end: name --count, --duration or --days")
    # The last behavior happens now, since a worker refuses what lies in the future.
    simulator = Simulator(_timed(options, time.time() - (options.behaviors or 0) / options.simulator.rate))
    _write_truth(simulator, options)
    if options.items_output is not None:
        _write(map(encode_item, simulator.items), options.items_output, "items")
    if options.output is not None:
        behaviors = islice(simulator.behaviors(), options.behaviors)
        _write(map(encode_behavior, behaviors), options.output, "behaviors")
    return 0


def _live(settings: Settings, options: SimulateOptions) -> int:
    topics = settings.topics
    needed = (topics.clickstream, topics.items) if options.items else (topics.clickstream,)
    with Interrupts() as interrupts, Feed(settings, needed, options.partitioner) as feed:
        if options.items:
            items = Simulator(options.simulator).items
            send_items(feed, topics.items, items)
            feed.finish()
            typer.echo(f"{len(items):,} items sent to {topics.items}")
        began = time.monotonic()
        progress = _Progress(options.behaviors)
        try:
            for sent in _send(settings, options, feed, interrupts):
                progress.show(sent)
            code = 0
        except Interrupted as interrupted:
            code = 128 + interrupted.number
        feed.finish()
    typer.echo(f"{progress.sent:,} behaviors sent to {topics.clickstream} in {time.monotonic() - began:.1f} s")
    return code


def _send(settings: Settings, options: SimulateOptions, feed: Feed, interrupts: Interrupts) -> Iterator[int]:
    """Sends each behavior when its time has come, and tells how many there were; Interrupted ends it.

    Those of a calendar lie in the past, and follow each other at the rate.
    """
    simulator = Simulator(_timed(options, time.time()))
    _write_truth(simulator, options)
    began, simulated = time.monotonic(), simulator.options
    for number, behavior in enumerate(islice(simulator.behaviors(), options.behaviors)):
        due = began + (number / simulated.rate if simulated.days else behavior.at - simulated.start)
        while (left := due - time.monotonic()) > 0:
            interrupts.check()
            feed.wait(min(left, LONGEST_WAIT))
        interrupts.check()
        feed.send(settings.topics.clickstream, behavior.owner, encode_behavior(behavior))
        yield number + 1


def _timed(options: SimulateOptions, start: float) -> SimulatorOptions:
    """The simulation from this time on; a calendar ends now instead."""
    simulated, total = options.simulator, options.behaviors
    if simulated.days:
        return replace(simulated, start=time.time() - simulated.span)
    span = simulated.drift_span if total is None else total / simulated.rate
    return replace(simulated, start=start, drift_span=span)


def _write_truth(simulator: Simulator, options: SimulateOptions) -> None:
    if options.truth is not None:
        _write(map(encode_truth, simulator.users), options.truth, "planted users")


def _write(lines: Iterable[bytes], file: Path, what: str) -> None:
    """Writes a file anew, each line with its end. Raises OperatorError when that cannot be done."""
    if file == STANDARD_OUTPUT:
        sys.stdout.buffer.writelines(line + b"\n" for line in lines)
        sys.stdout.buffer.flush()
        return
    written = 0
    try:
        with file.open("wb") as opened:
            for line in lines:
                opened.write(line + b"\n")
                written += 1
    except OSError as error:
        raise OperatorError(f"{file} cannot be written ({error.strerror}): name a file in a folder of yours") from None
    typer.echo(f"{written:,} {what} written to {file}", err=True)


class _Progress:
    """A line now and then on how far the simulation has come. sent: how many behaviors it was told of."""

    def __init__(self, total: int | None) -> None:
        self.sent = 0
        self._of = "" if total is None else f" of {total:,}"
        self._began = time.monotonic()
        self._next = self._began + REPORT_INTERVAL

    def show(self, sent: int) -> None:
        """Takes how many behaviors are sent, and prints it when it is time."""
        self.sent, now = sent, time.monotonic()
        if now >= self._next:
            self._next = now + REPORT_INTERVAL
            typer.echo(
                f"  {now - self._began:>6.0f} s  {sent:>9,}{self._of} behaviors, {sent / (now - self._began):,.0f}/s"
            )
