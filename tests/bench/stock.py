"""Stock Faust: an agent that handles one behavior at a time, with a RocksDB table and a send per behavior."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

import faust
import uvloop

from models.catalog.catalog import Catalog
from models.step import StepOptions
from schemas.behaviors import Behavior, decode_behavior
from streams.settings import Settings
from tests.bench.meter import Clock, peak_rss
from tests.bench.one_user import OneUser
from tests.bench.plan import PARTITIONS, Plan, settings_of
from tests.bench.result import Result
from tests.bench.workload import behaviors, load_catalog

SMALL = {"block_cache_size": 16 << 20, "write_buffer_size": 16 << 20}
WARM = 200


def measure(plan: Plan) -> Result:
    """Runs the agent until the plan's behaviors are applied and everything sent is delivered."""
    logging.basicConfig(level=logging.ERROR)
    settings = settings_of(plan)
    catalog = Catalog()
    load_catalog(catalog, settings)
    user = OneUser(catalog, StepOptions(settings.interests, settings.ranking))
    update_alone(user, list(behaviors(WARM, 0)))
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    clock, written = loop.run_until_complete(run(settings, user, plan.size, Path(plan.data)))
    rss = peak_rss()
    own = update_alone(user, list(behaviors(plan.size, 0)))
    return Result(
        variant=plan.variant, behaviors=plan.size, wall=clock.wall, cpu=clock.cpu, rss=rss, written=written, own=own
    )


def update_alone(user: OneUser, sequence: list[Behavior]) -> float:
    """CPU seconds that these behaviors cost without Faust, rows in a dict."""
    rows: dict[str, bytes] = {}
    start = time.process_time()
    for behavior in sequence:
        rows[behavior.owner], _ = user.apply(rows.get(behavior.owner, b""), behavior)
    return time.process_time() - start


async def run(settings: Settings, user: OneUser, count: int, data: Path) -> tuple[Clock, dict[str, int]]:
    """Starts the app and waits until `count` behaviors are through; it is left running."""
    raw: dict[str, Any] = {
        "key_type": bytes,
        "value_type": bytes,
        "key_serializer": "raw",
        "value_serializer": "raw",
        "partitions": PARTITIONS,
    }
    topics = settings.topics
    app = faust.App(
        settings.app,
        broker=f"kafka://{settings.kafka.bootstrap}",
        store="rocksdb://",
        datadir=str(data),
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=PARTITIONS,
        producer_linger=0.05,
        producer_max_batch_size=1 << 20,
    )
    table = app.Table(
        "users",
        key_type=bytes,
        value_type=bytes,
        partitions=PARTITIONS,
        changelog_topic=app.topic(settings.users_changelog, **raw),
        options=dict(SMALL),
    )
    table.key_serializer = table.value_serializer = "raw"
    records = app.topic(topics.interests, **raw)
    clock, done = Clock(), asyncio.Event()
    written = {settings.users_changelog: 0, topics.interests: 0}

    @app.agent(app.topic(topics.clickstream, **raw))
    async def interests(stream: Any) -> None:
        applied = 0
        async for event in stream.events():
            if not applied:
                clock.start()
            behavior = decode_behavior(event.value)
            key = event.key
            row, record = user.apply(table.get(key) or b"", behavior)
            table[key] = row
            await records.send(key=key, value=record, partition=event.message.partition)
            written[settings.users_changelog] += len(key) + len(row)
            written[topics.interests] += len(key) + len(record)
            applied += 1
            if applied == count:
                await app.producer.flush()
                clock.stop()
                done.set()

    await app.start()
    await done.wait()
    return clock, written
