"""Ours: the real worker in this process, only watched from its first batch to its last durable position."""

import os
import signal
import time
from functools import wraps
from typing import Any

from streams.agents.interests import InterestsProcessor
from streams.agents.trends import TrendsProcessor
from streams.apps.worker import run
from streams.kafka.transactions import TransactionalProducer
from streams.kafka.transport import Batch
from streams.state.owner import Owner
from tests.bench.meter import Clock, Written, peak_rss
from tests.bench.plan import Plan, settings_of
from tests.bench.result import Result
from tests.bench.stages import Profile


class Watch:
    """Starts the clock at the first behavior; stops it, and the worker, when `count` of them are durable."""

    def __init__(self, topic: str, count: int, clock: Clock) -> None:
        self.commits: list[float] = []
        self.durable: dict[int, int] = {}
        self._topic, self._count, self._clock = topic, count, clock
        self._wrap_apply()
        self._wrap_flush()
        self._wrap_commit()

    def _wrap_apply(self) -> None:
        apply = Owner._apply

        @wraps(apply)
        def watched(owner: Owner, batch: Batch) -> None:
            if batch.topic == self._topic:
                self._clock.start()
            apply(owner, batch)

        Owner._apply = watched

    def _wrap_flush(self) -> None:
        flush = Owner._flush

        @wraps(flush)
        async def watched(owner: Owner) -> None:
            await flush(owner)
            if self._topic in owner.durable:
                self.durable[owner.partition] = owner.durable[self._topic]
                if self._clock.runs and sum(self.durable.values()) >= self._count:
                    self._clock.stop()
                    os.kill(os.getpid(), signal.SIGTERM)

        Owner._flush = watched

    def _wrap_commit(self) -> None:
        commit = TransactionalProducer.commit

        @wraps(commit)
        def watched(producer: Any) -> None:
            begun = time.perf_counter()
            commit(producer)
            if self._clock.runs and ".users." in producer.transactional_id:
                self.commits.append(time.perf_counter() - begun)

        TransactionalProducer.commit = watched


def measure(plan: Plan) -> Result:
    """Runs the worker until the plan's behaviors are durable."""
    settings = settings_of(plan)
    clock, profile = Clock(), Profile(plan.profile)
    written = Written(clock)
    written.watch(InterestsProcessor, settings.users_changelog)
    written.watch(TrendsProcessor, settings.items_changelog)
    watch = Watch(settings.topics.clickstream, plan.size, clock)
    run(settings)
    return Result(
        variant=plan.variant,
        behaviors=sum(watch.durable.values()),
        wall=clock.wall,
        cpu=clock.cpu - written.cost,
        rss=peak_rss(),
        written=dict(written.by_topic),
        flushes=len(watch.commits),
        commit=sum(watch.commits) / len(watch.commits),
        stages=profile.stages(clock),
    )
