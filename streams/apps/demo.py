"""Demo: the whole of Penchant at work on real purchases; it starts from an empty broker and leaves nothing behind."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from models.samples.retail import CREDIT, retail_behaviors, retail_items
from schemas.behaviors import Behavior, encode_behavior
from schemas.items import Item
from streams.apps.demo_summary import DemoResult, summary
from streams.apps.display import moment
from streams.apps.feed import Feed
from streams.apps.interrupts import Interrupted, Interrupts
from streams.apps.operators import OperatorError, keep_logs_quiet, load_settings
from streams.apps.processes import ChildEndedError, Children
from streams.apps.replay import send_items
from streams.apps.watch import Watch
from streams.kafka.embedded import EmbeddedBroker
from streams.settings import Settings

PARTITIONS = 16
LEAD = 500
CHUNK = 250
LIMIT = 600.0  # seconds after which a machine that is too slow, or a part that hangs, ends the demo
STEPS = 10

Flags = dict[str, dict[str, Any]]


class DemoOverdueError(OperatorError):
    """The demo did not come to its end in time."""


@dataclass(frozen=True)
class DemoOptions:
    """events: only so many of the sample's purchases, the earliest. fake_encoder: vectors without a model."""

    events: int | None = None
    fake_encoder: bool = False
    keep_data: bool = False


def run(options: DemoOptions) -> int:
    """Runs the demo; returns 0, 1 when a child failed or time ran out, 128 + signal when it was interrupted."""
    if not options.fake_encoder and find_spec("torch") is None:
        raise OperatorError("the encoder needs torch: pip install 'penchant[encoder]', or penchant demo --fake-encoder")
    keep_logs_quiet()
    folder = Path(tempfile.mkdtemp(prefix="penchant-demo-"))
    try:
        with Interrupts() as interrupts:
            return _run(options, folder, interrupts)
    except (ChildEndedError, DemoOverdueError) as failure:
        typer.echo(f"\npenchant demo: {failure}", err=True)
        return 1
    except Interrupted as interrupted:
        typer.echo("\nInterrupted: all processes are stopped.", err=True)
        return 128 + interrupted.number
    finally:
        if options.keep_data:
            typer.echo(f"State and logs are in {folder}", err=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _run(options: DemoOptions, folder: Path, interrupts: Interrupts) -> int:
    items, behaviors = list(retail_items()), list(islice(retail_behaviors(), options.events))
    customers = len({behavior.owner for behavior in behaviors})
    typer.echo(f"{len(behaviors):,} real purchases of {customers:,} customers ({CREDIT})\n")
    began = time.monotonic()
    with EmbeddedBroker() as broker:
        flags = flags_of(options, folder, broker.bootstrap)
        settings = load_settings(**flags)
        broker.create_topics(settings)
        _say("broker", f"in memory at {broker.bootstrap}, {PARTITIONS} partitions a topic")
        with Children(folder, environment_of(flags)) as children, Watch(settings, behaviors) as watch:
            show = _Show(settings, children, watch, interrupts, began + LIMIT)
            children.start("encoder")
            children.start("worker")
            _say("started", "an encoder and a worker, each a process of its own")
            show.encode(items)
            seconds = show.replay(behaviors)
    result = DemoResult(behaviors, watch, LEAD, seconds, time.monotonic() - began)
    typer.echo("\n" + "\n".join(summary(result)))
    return 0 if watch.counted_once else 1


def flags_of(options: DemoOptions, folder: Path, bootstrap: str) -> Flags:
    """The settings that make a demo of it; all others stay as they are."""
    return {
        "kafka": {"bootstrap": bootstrap, "embedded": True, "client": {"security.protocol": "plaintext"}},
        "topics": {"partitions": PARTITIONS, "replication": 1},
        "worker": {"data": str(folder / "worker")},
        "encoder": {"data": str(folder / "encoder"), "model": "fake" if options.fake_encoder else "minilm"},
    }


def environment_of(flags: Flags) -> Mapping[str, str]:
    """The same settings as environment variables."""
    return {
        f"PENCHANT_{section}__{name}".upper(): value if isinstance(value, str) else json.dumps(value)
        for section, values in flags.items()
        for name, value in values.items()
    }


class _Show:
    """The acts of the demo; each watches what comes out, the children, the clock and the keyboard."""

    def __init__(
        self, settings: Settings, children: Children, watch: Watch, interrupts: Interrupts, end: float
    ) -> None:
        self._settings = settings
        self._children = children
        self._watch = watch
        self._interrupts = interrupts
        self._end = end

    def encode(self, items: Sequence[Item]) -> None:
        """Sends the items and waits until each has its vector."""
        began, total = time.monotonic(), len(items)
        progress = _Progress("items", total, lambda: f"{self._watch.vectors:,} of {total:,} have their vectors")
        with Feed(self._settings, (self._settings.topics.items,)) as feed:
            send_items(feed, self._settings.topics.items, items)
        _say("items", f"{total:,} sent to the encoder, which loads its model first")
        while self._watch.vectors < total:
            progress.show(self._watch.vectors)
            self._look("the encoder made no vector for some items")
        _say("items", f"all {total:,} have their vectors, {time.monotonic() - began:.1f} s after the start")

    def replay(self, behaviors: Sequence[Behavior]) -> float:
        """Sends the behaviors as fast as the worker takes them, a bounded lead ahead; returns the seconds it took.

        The first one goes alone, so that the time a worker needs to join its group is not taken for its speed.
        """
        topic = self._settings.topics.clickstream
        progress = _Progress("replay", len(behaviors), lambda: self._how_far(behaviors))
        with Feed(self._settings, (topic,)) as feed:
            joined = time.monotonic()
            self._send(feed, behaviors[:1])
            self._until(lambda: self._done >= 1, "the worker published nothing")
            began, sent = time.monotonic(), 1
            _say("worker", f"has joined: a list {began - joined:.1f} s after the first behavior")
            while self._done < len(behaviors):
                chunk = behaviors[sent : sent + min(CHUNK, LEAD - (sent - self._done))]
                self._send(feed, chunk)
                sent += len(chunk)
                self._look("the worker did not apply all behaviors")
                progress.show(self._done)
        seconds = time.monotonic() - began
        self._until(lambda: self._watch.lists_complete, "the worker published no list for some customers")
        return seconds

    @property
    def _done(self) -> int:
        return self._watch.applied + len(self._watch.refusals)

    def _send(self, feed: Feed, behaviors: Sequence[Behavior]) -> None:
        for behavior in behaviors:
            feed.send(self._settings.topics.clickstream, behavior.owner, encode_behavior(behavior))

    def _until(self, reached: Callable[[], bool], overdue: str) -> None:
        while not reached():
            self._look(overdue)

    def _how_far(self, behaviors: Sequence[Behavior]) -> str:
        applied = self._watch.applied
        return (
            f"{moment(behaviors[max(0, applied - 1)].at)[:10]}  {applied:>6,} of {len(behaviors):,} behaviors"
            f"  {self._watch.records_out:>6,} interest records  {self._watch.lists_out:>6,} lists"
        )

    def _look(self, overdue: str) -> None:
        self._interrupts.check()
        self._children.check()
        self._watch.poll(0.05)
        if time.monotonic() > self._end:
            raise DemoOverdueError(
                f"{overdue} within {LIMIT:g} s; the last lines of the logs:\n{self._children.tails()}"
            )


class _Progress:
    """A line at each tenth of the way."""

    def __init__(self, act: str, total: int, line: Callable[[], str]) -> None:
        self._act = act
        self._total = total
        self._line = line
        self._step = 1

    def show(self, done: int) -> None:
        """Prints the line when the next tenth is reached."""
        if done * STEPS >= self._step * self._total:
            self._step = done * STEPS // self._total + 1
            _say(self._act, self._line())


def _say(act: str, line: str) -> None:
    typer.echo(f"  {typer.style(f'{act:<8}', bold=True)} {line}")
