"""Stages: how much CPU each stage of a worker takes, seen by wrapping its functions."""

import threading
import time
from collections import defaultdict
from functools import wraps
from typing import Any

from models.interests.arena import UserArena
from models.interests.records import RecordWriter
from models.step import receiving
from streams.agents import interests
from streams.agents.interests import InterestsProcessor
from streams.agents.signals import Signals
from streams.agents.trends import TrendsProcessor
from streams.agents.users import Users
from streams.catalog.follower import CatalogFollower
from streams.kafka.transactions import TransactionalProducer
from streams.state.store import LocalStore
from tests.bench.meter import Clock
from tests.bench.result import Stage

WRAPPED: tuple[tuple[str, Any, str], ...] = (
    ("decode and check", InterestsProcessor, "_decode"),
    ("find users", Users, "slots_of"),
    ("resolve items", receiving, "_resolve"),
    ("learning and update kernel", receiving, "live"),
    ("signals", Signals, "add"),
    ("signals", Signals, "take"),
    ("signals", interests, "encode_signal_block"),
    ("state rows", UserArena, "take_rows"),
    ("interest records", RecordWriter, "write"),
    ("lists", interests, "lists_for"),
    ("rest of the agent", InterestsProcessor, "apply"),
    ("rest of the agent", InterestsProcessor, "take"),
    ("trends", TrendsProcessor, "apply"),
    ("trends", TrendsProcessor, "take"),
    ("catalog", CatalogFollower, "_apply"),
    ("produce", TransactionalProducer, "produce_many"),
    ("commit", TransactionalProducer, "commit"),
    ("store write", LocalStore, "write"),
)


class Profile:
    """CPU and wall by stage, each without the stages it calls; wraps nothing unless it is on."""

    def __init__(self, on: bool) -> None:
        self._on = on
        self._running = threading.local()
        self._seen: list[tuple[str, str, float, float, float]] = []
        for label, owner, name in WRAPPED if on else ():
            setattr(owner, name, self._timed(label, getattr(owner, name)))

    def stages(self, clock: Clock) -> tuple[Stage, ...]:
        """Stages while the clock ran, then what is left of each kind of thread."""
        if not self._on:
            return ()
        totals: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0])
        staged: dict[str, float] = defaultdict(float)
        for label, thread, begun, cpu, wall in self._seen:
            if clock.begun <= begun < clock.ended:
                total = totals[label]
                total[0] += cpu
                total[1] += wall
                total[2] += 1
                staged[thread] += cpu
        order = dict.fromkeys(label for label, _, _ in WRAPPED)
        found = [Stage(label, *totals[label]) for label in order if label in totals]
        rest = [
            Stage(f"thread {kind}, else" if kind in staged else f"thread {kind}", seconds - staged[kind], 0.0, 0)
            for kind, seconds in clock.threads.most_common()
            if seconds - staged[kind] > 0.005 * clock.cpu
        ]
        return (*found, *rest)

    def _timed(self, label: str, function: Any) -> Any:
        running, seen = self._running, self._seen

        @wraps(function)
        def timed(*args: Any, **options: Any) -> Any:
            outer = getattr(running, "inner", None)
            running.inner = inner = [0.0, 0.0]
            wall, cpu = time.perf_counter(), time.thread_time()
            try:
                return function(*args, **options)
            finally:
                spent, passed = time.thread_time() - cpu, time.perf_counter() - wall
                running.inner = outer
                if outer is not None:
                    outer[0] += spent
                    outer[1] += passed
                thread = threading.current_thread().name.rstrip("0123456789").rstrip("_-")
                seen.append((label, thread, wall, spent - inner[0], passed - inner[1]))

        return timed
