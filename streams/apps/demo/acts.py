"""Acts: the demo's items are encoded, then its purchases are replayed, and whoever looks on is told."""

import time
from collections.abc import Sequence

from schemas.behaviors import Behavior, encode_behavior
from streams.apps.demo.customers import Customers
from streams.apps.demo.guard import Guard
from streams.apps.demo.options import Sample
from streams.apps.demo.progress import Rate
from streams.apps.demo.readiness import says_yes
from streams.apps.demo.state import Customer, Numbers
from streams.apps.demo.telling import Telling
from streams.apps.demo.watch import Watch
from streams.apps.display import moment, title_of
from streams.apps.feed import Feed
from streams.apps.replay import send_items
from streams.settings import Settings

LEAD = 500
CHUNK = 250
POLL = 0.05
ENCODE_WINDOW = 10.0  # seconds; vectors come in batches, seconds apart
ASK_INTERVAL = 0.5  # seconds between two looks at whether a process is ready


class Acts:
    """What happens in the demo, in order; each act watches what comes out and asks the guard at every turn."""

    def __init__(self, settings: Settings, sample: Sample, watch: Watch, guard: Guard, telling: Telling) -> None:
        self._settings = settings
        self._sample = sample
        self._watch = watch
        self._guard = guard
        self._telling = telling
        self._customers = Customers(sample.behaviors, watch)
        self._rate = Rate(ENCODE_WINDOW)
        self._sent = 0
        self._replaying = False
        self._asked = 0.0

    def encode(self) -> float:
        """Sends the items and waits until each has its vector, returns the seconds; meanwhile the worker starts too."""
        began, total, watch = time.monotonic(), len(self._sample.items), self._watch
        self._telling.begin("items", f"{total:,} sent to the encoder, which loads its model first")
        with Feed(self._settings, (self._settings.topics.items,)) as feed:
            send_items(feed, self._settings.topics.items, self._sample.items)
        while watch.vectors < total:
            self._turn("the encoder made no vector for some items")
            self._ask()
            self._rate.take(time.monotonic(), watch.vectors)
            if watch.vectors:
                self._telling.end("encoder", "runs")
                self._telling.end("model", "is loaded")
                latest = title_of(next(reversed(watch.items.values())))
                self._telling.step("items", watch.vectors / total, self._encoded, f", now {latest}")
        self._telling.end("items", f"all {total:,} have their vectors")
        return time.monotonic() - began

    def replay(self) -> float:
        """Sends the behaviors as fast as the worker takes them, a bounded lead ahead; returns the seconds it took.

        The first one goes alone, so that the time a worker needs to join its group is not taken for its speed.
        """
        behaviors, watch, topic = self._sample.behaviors, self._watch, self._settings.topics.clickstream
        with Feed(self._settings, (topic,)) as feed:
            self._send(feed, behaviors[:1], counted=False)
            while watch.done < 1:
                self._turn("the worker published nothing")
                self._ask()
            self._telling.end("worker", "has joined and published its first list")
            self._telling.begin("replay", f"as fast as the worker takes them, {LEAD} under way at most")
            began, self._rate, self._replaying = time.monotonic(), Rate(), True
            while watch.done < len(behaviors):
                chunk = behaviors[self._sent : self._sent + min(CHUNK, LEAD - (self._sent - watch.done))]
                self._send(feed, chunk)
                self._turn("the worker did not apply all behaviors")
                self._rate.take(time.monotonic(), watch.done)
                self._telling.step("replay", watch.done / len(behaviors), self._replayed)
        seconds = time.monotonic() - began
        while not watch.lists_complete:
            self._turn("the worker published no list for some customers")
        self._telling.end("replay", f"{len(behaviors):,} behaviors applied")
        return seconds

    def rest(self) -> None:
        """Goes on, with nothing to do, until it is interrupted."""
        while True:
            self._guard.check_running()
            time.sleep(POLL)

    def _now(self) -> tuple[Numbers, tuple[Customer, ...]]:
        return self._numbers(), self._customers.now()

    def _numbers(self) -> Numbers:
        watch, total = self._watch, len(self._sample.behaviors)
        return Numbers(
            done=watch.done,
            total=total,
            rate=self._rate.per_second(),
            lag=self._sent - watch.done,
            p50=watch.latencies.quantile(0.5),
            p99=watch.latencies.quantile(0.99),
            records=watch.records_out,
            lists=watch.lists_out,
            trials=watch.hits.trials,
            hits=watch.hits.rates(),
            at=self._date(),
        )

    def _send(self, feed: Feed, behaviors: Sequence[Behavior], counted: bool = True) -> None:
        for behavior in behaviors:
            self._watch.latencies.sent(behavior.owner, time.monotonic() if counted else None)
            feed.send(self._settings.topics.clickstream, behavior.owner, encode_behavior(behavior))
        self._sent += len(behaviors)

    def _turn(self, overdue: str) -> None:
        self._guard.check(overdue)
        self._watch.poll(POLL)
        self._telling.show(self._now if self._replaying else None)

    def _ask(self) -> None:
        """Ends the stages of processes that say that they have got there; vectors and lists show it too."""
        now, metrics = time.monotonic(), self._settings.metrics
        if now < self._asked + ASK_INTERVAL:
            return
        self._asked = now
        encoder, worker = self._settings.encoder.metrics_port, self._settings.worker.metrics_port
        for stage, port, path, note in (
            ("encoder", encoder, "/healthz", "runs"),
            ("model", encoder, "/readyz", "is loaded"),
            ("worker", worker, "/readyz", "has joined its group"),
        ):
            if not self._telling.ended(stage) and says_yes(metrics.host, port, path):
                self._telling.end(stage, note)

    def _encoded(self) -> str:
        return f"{self._watch.vectors:,} of {len(self._sample.items):,} encoded, {self._rate.per_second():,.0f}/s"

    def _replayed(self) -> str:
        watch = self._watch
        return (
            f"{self._date()}  {watch.done:>6,} of {len(self._sample.behaviors):,} behaviors"
            f"  {watch.records_out:>6,} interest records  {watch.lists_out:>6,} lists"
        )

    def _date(self) -> str:
        return moment(self._sample.behaviors[max(0, self._watch.done - 1)].at)[:10]
