"""Worker: keeps the users and items of its partitions, and publishes interests and lists."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from functools import partial

import uvloop
from threadpoolctl import threadpool_limits

from models.catalog.catalog import Catalog
from models.interests.arena import UserArena
from models.ranking.averaging import MixerBoard
from models.step import StepOptions
from streams.agents.interests import InterestsProcessor
from streams.agents.options import InterestsOptions
from streams.agents.quality import Quality
from streams.agents.rehearsal import rehearse
from streams.agents.rules import RulesFile
from streams.agents.trends import TrendsProcessor
from streams.apps.collector import spare_collector
from streams.apps.interrupts import Interrupted
from streams.apps.libraries import listen_to_libraries
from streams.apps.observing import observe_lag, observe_state
from streams.apps.rights import needs_of_worker
from streams.apps.startup import end_process, topics_once_kafka_answers
from streams.apps.worker_app import new_app
from streams.catalog.follower import CatalogFollower
from streams.kafka.transport import BatchApp
from streams.logs import configure_logs, get_log
from streams.metrics import Health, MetricsServer, WorkerMetrics
from streams.metrics.health import BEAT_INTERVAL
from streams.settings import Settings
from streams.state.host import PartitionHost, Store
from streams.state.owner import StoreOptions
from streams.state.processor import Processor
from streams.state.store import claim

TICK_INTERVAL = 10.0
RULES_INTERVAL = 1.0
LEAVE_LIMIT = 25.0  # seconds for the last commit and the group's goodbye, below what an orchestrator waits

log = get_log("worker")


class StuckError(Exception):
    """The worker was asked to stop and could not do so in good order."""


def run(settings: Settings) -> int:
    """Runs a worker until SIGTERM or SIGINT, then drains and returns 0.

    It waits for a Kafka that does not answer yet. What its operator must mend ends it with code 2, any other failure
    with code 70: at once, uncommitted, and the next owner goes on from the last commit.
    """
    configure_logs("worker")
    listen_to_libraries()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    metrics, health = WorkerMetrics(), Health()
    host, port = settings.metrics.host, settings.worker.metrics_port
    try:
        with closing(MetricsServer(metrics, health, host, port, "worker.metrics_port")), threadpool_limits(1):
            return asyncio.run(Worker(settings, metrics, health).run())
    except Interrupted:
        log.info("stopped")
    except Exception as error:
        end_process(error)
    return 0


class Worker:
    """The parts of one worker process, joined."""

    def __init__(self, settings: Settings, metrics: WorkerMetrics, health: Health) -> None:
        self._settings = settings
        self._metrics, self._health = metrics, health
        self._claim = claim(settings.worker.data)
        self._rules = RulesFile(settings.worker.rules, settings.shortest_list, metrics.rules_refused.inc)
        self._stop = asyncio.Event()
        self._catalog = Catalog(neighbors=settings.trends.neighbors)
        self._board = MixerBoard()
        variants, lists = settings.ranking_variants, settings.worker.lists
        self._step = StepOptions(settings.interests, settings.ranking, variants, lists)
        self._quality = Quality(metrics, [one.name for one in self._step.variants])
        self._posts: set[asyncio.Future[None]] = set()
        partitions = topics_once_kafka_answers(settings, needs_of_worker(settings))
        self._partitions = partitions
        self.host = PartitionHost(
            [self._users_store(), self._items_store()], settings.kafka, settings.worker.fenced_grace, metrics
        )
        self._follower = CatalogFollower(
            settings.kafka, settings.topics, self._catalog, self._board, metrics, self._items_arrived, self._end
        )
        health.require("the catalog is loaded", lambda: self._follower.loaded)
        health.require("the group's partitions are recovered", lambda: self.host.settled)
        health.require("the worker is not stopping", lambda: not self._stop.is_set())
        health.started()

    async def run(self) -> int:
        """Loads the catalog, joins the group, and goes on until told to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        self._follower.start(self._partitions)
        beats = asyncio.ensure_future(self._every(BEAT_INTERVAL, self._beat))
        await self._first_of(self._ready(), self._stop.wait())
        if not self._stop.is_set():
            await self._serve()
        await self._follower.stop()
        beats.cancel()
        log.info("stopped")
        return 0

    async def _ready(self) -> None:
        """Returns when no partition would have to wait for this worker: kernels are compiled, the catalog is known."""
        await asyncio.to_thread(rehearse, self._interests_options(1))
        await self._follower.wait_until_loaded()
        await self._refresh_rules()

    async def _serve(self) -> None:
        spare_collector()
        app = new_app(self._settings, self.host, self._end)
        self.host.connect(app.is_current, lambda: app.consumer.rewind(), self._end)
        await self._first_of(app.start(), self._stop.wait())
        log.info("started", bootstrap=self._settings.kafka.bootstrap, group=self._settings.app)
        tasks = [
            asyncio.ensure_future(self._every(self._settings.worker.position_interval, partial(self._pass_over, app))),
            asyncio.ensure_future(self._every(TICK_INTERVAL, self.host.tick)),
            asyncio.ensure_future(self._every(RULES_INTERVAL, self._refresh_rules)),
            asyncio.ensure_future(self._every(BEAT_INTERVAL, partial(self._observe_lag, app))),
        ]
        await self._first_of(app.wait_until_stopped(), self._stop.wait())
        for task in tasks:
            task.cancel()
        if not self._stop.is_set():
            self._end(app.crash_reason or RuntimeError("Faust stopped by itself"))
        app.consumer.stop_flow()
        try:
            async with asyncio.timeout(LEAVE_LIMIT):
                await self.host.revoke()
                await app.stop()
        except TimeoutError:
            self._end(StuckError(f"the worker could not leave its group within {LEAVE_LIMIT:g} s; nothing is lost"))

    def _users_store(self) -> Store:
        settings, topics = self._settings, self._settings.topics

        def processor(partition: int, owned: int) -> Processor:
            options = self._interests_options(owned)
            return InterestsProcessor(
                options, self._catalog, partition, self._metrics, self._rules, self._quality, self._board
            )

        sources = (topics.clickstream, topics.behaviors_encoded, topics.handoffs)
        interval = settings.worker.flush_interval
        return Store(self._store_options("users", sources, settings.users_changelog, interval), processor)

    def _interests_options(self, owned: int) -> InterestsOptions:
        worker, topics = self._settings.worker, self._settings.topics
        return InterestsOptions(
            topics=topics,
            step=self._step,
            partitions=self._partitions[topics.clickstream],
            signal_partitions=self._partitions[topics.item_signals],
            partitioner=worker.partitioner,
            arena_users=max(1, worker.arena_bytes // UserArena.bytes_per_user // max(1, owned)),
            waiting_limit=worker.waiting_limit,
            waiting_age=worker.waiting_age,
            future_limit=worker.future_limit,
            averaging_interval=worker.averaging_interval,
        )

    def _items_store(self) -> Store:
        settings = self._settings
        topics, trends = settings.topics, settings.trends

        def processor(partition: int, owned: int) -> Processor:
            return TrendsProcessor(topics, trends.options, partition, self._metrics)

        options = self._store_options("items", (topics.item_signals,), settings.items_changelog, trends.flush_interval)
        return Store(options, processor)

    def _store_options(self, name: str, sources: tuple[str, ...], changelog: str, interval: float) -> StoreOptions:
        worker = self._settings.worker
        return StoreOptions(
            app=self._settings.app,
            name=name,
            sources=sources,
            changelog=changelog,
            data=worker.data,
            flush_interval=interval,
            flush_records=worker.flush_records,
            transaction_timeout=worker.transaction_timeout,
            rebuild_after=self._settings.topics.tombstone_retention / 2,
            accept_loss=worker.accept_loss,
        )

    def _items_arrived(self, item_ids: Sequence[str]) -> None:
        """Lets owners apply what waited for these items; runs in the event loop, as do the owners."""
        self._rules.forget(item_ids)
        for owner in self.host.owners.values():
            processor = owner.processor
            if isinstance(processor, InterestsProcessor) and processor.wants(item_ids):
                task = asyncio.ensure_future(owner.submit(partial(processor.items_arrived, item_ids)))
                self._posts.add(task)
                task.add_done_callback(self._posts.discard)

    async def _beat(self) -> None:
        self._health.beat()
        self._metrics.catalog_items.set(len(self._catalog.rows))
        self._metrics.rules.set(len(self._rules.table.rules))
        self._quality.observe(self._catalog)
        observe_state(self._metrics, self.host)

    async def _refresh_rules(self) -> None:
        await asyncio.to_thread(self._rules.refresh)
        while not self._rules.advance(self._catalog):
            await asyncio.sleep(0)

    async def _observe_lag(self, app: BatchApp) -> None:
        observe_lag(self._metrics, self.host, await app.consumer.reach())

    async def _pass_over(self, app: BatchApp) -> None:
        await self.host.pass_over(await app.consumer.reach())

    async def _every(self, interval: float, work: Callable[[], Awaitable[None]]) -> None:
        try:
            while True:
                await asyncio.sleep(interval)
                await work()
        except Exception as error:
            self._end(error)

    async def _first_of(self, *waits: Awaitable[object]) -> None:
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()

    def _end(self, error: BaseException) -> None:
        """Ends the process at once: a transaction in flight is never committed after its state was given up."""
        end_process(error)


if __name__ == "__main__":
    sys.exit(run(Settings()))
